"""Kills the daemon with SIGKILL at random moments while events stream in and webhooks go out, and counts what was lost: nothing."""
import http.client
import json
import os
import random
import threading
import time

from harness import PATIENCE, Daemon, Webhook, event, main, temporary

KILLS = int(os.environ.get("ALARUM_KILLS", "50"))
RULE = """rules:
  - alert: Down
    match: {type: linkDown}
    until: linkUp
    by: subject
    severity: major
    resolve_after: 24h
"""


class Sender(threading.Thread):
    """Sends a fault and its recovery for one subject after another, each until it is acknowledged, whatever dies meanwhile."""

    def __init__(self, daemon, number):
        super().__init__(daemon=True)
        self.bridge, self.number, self.acknowledged, self.ends = daemon, number, [], False

    def run(self):
        count = 0
        while not self.ends:
            subject = f"s{self.number}-{count}"
            for type in ("linkDown", "linkUp"):
                self.send_until_acknowledged(event(f"{subject}-{type}", type, subject))
            self.acknowledged.append(subject)
            count += 1

    def send_until_acknowledged(self, one):
        while True:
            try:
                status, _, text = self.bridge.request("POST", "/v1/events", json.dumps(one), {"Content-Type": "application/cloudevents+json"})
                if status == 200:
                    return
                assert status in (429, 503), text
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)


def nothing_acknowledged_is_lost_by_kills():
    seed = random.randrange(1 << 32)
    print(f"      seed {seed}")
    moments = random.Random(seed)
    with temporary() as folder:
        with open(f"{folder}/rules.yaml", "w") as rules:
            rules.write(RULE)
        webhook = Webhook()
        daemon = Daemon(folder, webhook, f"{folder}/rules.yaml", "journal: {segment_size: 1MiB}\n").start()
        senders = [Sender(daemon, number) for number in range(4)]
        for sender in senders:
            sender.start()
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.0, 0.25))
            daemon.kill()
            daemon.start()
        for sender in senders:
            sender.ends = True
        for sender in senders:
            sender.join(PATIENCE)
            assert not sender.is_alive(), f"an event was never acknowledged:\n{daemon.log_text()[-2000:]}"
        daemon.settled()
        subjects = {subject for sender in senders for subject in sender.acknowledged}
        told = {}
        for status, _, subject in webhook.changes():
            told.setdefault(subject, []).append(status)
        wrong = {subject: told.get(subject) for subject in subjects if told.get(subject) != ["firing", "resolved"]}
        accepted = daemon.metric('alarum_journal_events_total{outcome="accepted"}')
        alerts = json.loads(daemon.request("GET", "/api/v2/alerts?resolved=true")[2])
        daemon.stop()
        print(f"      {KILLS} kills, {len(subjects)} subjects acknowledged, {len(webhook.ids)} requests to the webhook")
        assert not wrong, f"{len(wrong)} of {len(subjects)} were not told firing, then resolved: {dict(list(wrong.items())[:5])}"
        assert accepted == 2 * len(subjects), f"accepted {accepted}, sent {2 * len(subjects)}"
        assert all(alert["count"] == 1 for alert in alerts), "an event was counted twice"


if __name__ == "__main__":
    main([nothing_acknowledged_is_lost_by_kills])
