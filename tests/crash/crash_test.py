"""Kills the real daemon with SIGKILL at random moments while events stream in and webhooks go out, and counts what was lost: nothing. The simulator
dies in a million other moments (docs/testing.md); this shows that the real files, threads and sockets do as its do."""
import http.client
import json
import os
import random
import threading
import time

from harness import PATIENCE, Daemon, Webhook, event, eventually, main, temporary

KILLS = int(os.environ.get("ALARUM_KILLS", "10"))
FORGETFUL = os.environ.get("ALARUM_FORGETFUL")  # the library that forgets what was not synced; not under a sanitizer
RULE = """rules:
  - alert: Down
    match: {type: linkDown}
    until: linkUp
    by: subject
    severity: major
    resolve_after: 24h
  - {alert: Part, match: partDown, until: partUp, by: subject, severity: major, resolve_after: 24h, unless: [Work]}
  - {alert: Whole, gather: [Part], by: rack, severity: major, labels: {subject: "{{rack}}"}}
  - {alert: Work, match: workBegun, until: workDone, by: subject, resolve_after: 24h}
inventory: {file: fleet.csv, keys: {id: subject}, labels: [rack], annotations: [job]}
"""
# Only the inventory that was sent knows the rack by which parts are gathered: where it is forgotten, or a roll-up is, people hear of a Part. What is planned nobody hears of.
USUAL = {"linkDown": 0, "partDown": 0, "partUp": "Whole", "linkUp": "Down"}
PLANNED = {"workBegun": 0, "partDown": 0, "partUp": 0, "workDone": "Work"}
SUBJECTS = 1000  # of a sender that the inventory knows


def plan_of(count):
    return PLANNED if count % 5 == 4 else USUAL


class Inventory(threading.Thread):
    """Sends another inventory again and again; what changes in it is nobody's identity."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.bridge, self.sent, self.ends = daemon, 0, False

    def send(self):
        rows = "".join(f"s{number}-{count},s{number}-{count},s{number}-{count},job-{self.sent}\n" for number in range(4) for count in range(SUBJECTS))
        status, _, text = self.bridge.request("PUT", "/api/v1/inventory", "id,server,rack,job\n" + rows)
        assert status == 200, text
        self.sent += 1

    def run(self):
        while not self.ends:
            try:
                self.send()
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)


class Sender(threading.Thread):
    """Sends a fault and its recovery for one subject after another, each until it is acknowledged, whatever dies meanwhile."""

    def __init__(self, daemon, number):
        super().__init__(daemon=True)
        self.bridge, self.number, self.acknowledged, self.ends = daemon, number, [], False
        self.taken = 0  # events

    def run(self):
        count = 0
        while not self.ends and count < SUBJECTS:
            subject = f"s{self.number}-{count}"
            for type in plan_of(count):
                self.send_until_acknowledged(event(f"{subject}-{type}", type, subject))
            self.acknowledged.append(subject)
            count += 1

    def send_until_acknowledged(self, one):
        while True:
            try:
                status, _, text = self.bridge.request("POST", "/v1/events", json.dumps(one), {"Content-Type": "application/cloudevents+json"})
                if status == 200:
                    self.taken += 1
                    return
                assert status in (429, 503), text
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)


def lost_by(kills, prepare=lambda daemon: daemon, at_least=0):
    """Streams faults and recoveries through `kills` kills, the first of which comes after `at_least` events were acknowledged. What went wrong, as text; empty: nothing did."""
    seed = random.randrange(1 << 32)
    print(f"      seed {seed}")
    moments = random.Random(seed)
    with temporary() as folder:
        with open(f"{folder}/rules.yaml", "w") as rules:
            rules.write(RULE)
        with open(f"{folder}/fleet.csv", "w") as fleet:
            fleet.write("id,server,rack,job\n")
        webhook = Webhook()
        daemon = prepare(Daemon(folder, webhook, f"{folder}/rules.yaml", "journal: {segment_size: 1MiB}\n")).start()
        inventory = Inventory(daemon)
        inventory.send()
        senders = [Sender(daemon, number) for number in range(4)] + [inventory]
        for sender in senders:
            sender.start()
        eventually(f"{at_least} events are acknowledged", lambda: sum(sender.taken for sender in senders[:-1]) >= at_least)
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
        print(f"      {inventory.sent} inventories sent")
        faults = faults_of({subject for sender in senders[:-1] for subject in sender.acknowledged}, webhook, daemon)
        daemon.stop()
        return faults


def faults_of(subjects, webhook, daemon):
    told = {}
    for status, name, subject in webhook.changes():
        told.setdefault(subject, {}).setdefault(name, []).append(status)
    plans = {subject: plan_of(int(subject.split("-")[1])) for subject in subjects}
    wrong = {subject: told.get(subject) for subject, plan in plans.items() if told.get(subject) != {name: ["firing", "resolved"] for name in plan.values() if name}}
    accepted = daemon.metric('alarum_journal_events_total{outcome="accepted"}')
    alerts = json.loads(daemon.request("GET", "/api/v2/alerts?resolved=true")[2])
    print(f"      {len(subjects)} subjects acknowledged, {len(webhook.ids)} requests to the webhook")
    faults = []
    if wrong:
        faults.append(f"{len(wrong)} of {len(subjects)} were not told as they should be (firing, then resolved, of what nobody planned, once for all parts): {dict(list(wrong.items())[:5])}")
    if accepted != 4 * len(subjects):
        faults.append(f"accepted {accepted}, sent {4 * len(subjects)}")
    if json.loads(daemon.request("GET", "/api/v1/inventory")[2])["rows"] != 4 * SUBJECTS:
        faults.append("the inventory is not the one that was sent")
    ledger = json.loads(daemon.request("GET", "/api/v1/ledger")[2])
    if ledger["faults"]:
        faults.append(f"the ledger says {ledger['faults']}")
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
    assert lost_by(5, lambda daemon: daemon.forgetful(FORGETFUL, lies=True), at_least=1), "events were forgotten and the test did not see it"


if __name__ == "__main__":
    cuts = [nothing_acknowledged_is_lost_by_power_cuts, a_disk_that_syncs_nothing_is_noticed]
    main([nothing_acknowledged_is_lost_by_kills] + (cuts if FORGETFUL else []))
