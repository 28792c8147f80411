"""Kills the daemon with SIGKILL at random moments while events stream in and webhooks go out, and counts what was lost: nothing."""
import http.client
import json
import os
import random
import threading
import time

from harness import PATIENCE, Daemon, Webhook, event, main, temporary

KILLS = int(os.environ.get("ALARUM_KILLS", "50"))
FORGETFUL = os.environ.get("ALARUM_FORGETFUL")  # the library that forgets what was not synced; not under a sanitizer
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


def lost_by(kills, prepare=lambda daemon: daemon):
    """Streams faults and recoveries through `kills` kills. What went wrong, as text; empty: nothing did."""
    seed = random.randrange(1 << 32)
    print(f"      seed {seed}")
    moments = random.Random(seed)
    with temporary() as folder:
        with open(f"{folder}/rules.yaml", "w") as rules:
            rules.write(RULE)
        webhook = Webhook()
        daemon = prepare(Daemon(folder, webhook, f"{folder}/rules.yaml", "journal: {segment_size: 1MiB}\n")).start()
        senders = [Sender(daemon, number) for number in range(4)]
        for sender in senders:
            sender.start()
        for _ in range(kills):
            time.sleep(moments.uniform(0.0, 0.25))
            daemon.kill()
            daemon.start()
        for sender in senders:
            sender.ends = True
        for sender in senders:
            sender.join(PATIENCE)
            assert not sender.is_alive(), f"an event was never acknowledged:\n{daemon.log_text()[-2000:]}"
        daemon.settled()
        faults = faults_of({subject for sender in senders for subject in sender.acknowledged}, webhook, daemon)
        daemon.stop()
        return faults


def faults_of(subjects, webhook, daemon):
    told = {}
    for status, _, subject in webhook.changes():
        told.setdefault(subject, []).append(status)
    wrong = {subject: told.get(subject) for subject in subjects if told.get(subject) != ["firing", "resolved"]}
    accepted = daemon.metric('alarum_journal_events_total{outcome="accepted"}')
    alerts = json.loads(daemon.request("GET", "/api/v2/alerts?resolved=true")[2])
    print(f"      {len(subjects)} subjects acknowledged, {len(webhook.ids)} requests to the webhook")
    faults = []
    if wrong:
        faults.append(f"{len(wrong)} of {len(subjects)} were not told firing, then resolved: {dict(list(wrong.items())[:5])}")
    if accepted != 2 * len(subjects):
        faults.append(f"accepted {accepted}, sent {2 * len(subjects)}")
    if any(alert["count"] != 1 for alert in alerts):
        faults.append("an event was counted twice")
    if "corruption" in daemon.log_text():
        faults.append("the journal was damaged")
    return "; ".join(faults)


def nothing_acknowledged_is_lost_by_kills():
    faults = lost_by(KILLS)
    assert not faults, faults


def nothing_acknowledged_is_lost_by_power_cuts():
    faults = lost_by(KILLS, lambda daemon: daemon.forgetful(FORGETFUL))
    assert not faults, faults


def a_disk_that_syncs_nothing_is_noticed():
    """Proof that the test above can fail: fdatasync that does nothing is the same as none."""
    assert lost_by(5, lambda daemon: daemon.forgetful(FORGETFUL, lies=True)), "events were forgotten and the test did not see it"


if __name__ == "__main__":
    cuts = [nothing_acknowledged_is_lost_by_power_cuts, a_disk_that_syncs_nothing_is_noticed]
    main([nothing_acknowledged_is_lost_by_kills] + (cuts if FORGETFUL else []))
