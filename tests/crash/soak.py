"""Minutes of full use, for a night or before a release (docs/testing.md "A soak"): events, faults that
come and go, kills, reloads and a receiver that is away for a while; in the end every event is accounted
for, the receiver knows what we know, and memory did not grow. Not a part of CI.

    PYTHONPATH=tests/support ALARUM_BINARY=build/release/alarum python3 tests/crash/soak.py --minutes 15
"""
import argparse
import http.client
import json
import pathlib
import random
import threading
import time

from harness import Daemon, QuietHandler, Server, event, eventually, temporary

BATCH = 200
SUBJECTS = 400
KNOWN_IDS = 100_000  # a bound that is soon reached: what is remembered of events must not hide what grows
PADDING = "x" * 500

RULES = """rules:
  - {{alert: Down, match: linkDown, until: linkUp, by: subject, severity: major, resolve_after: 24h}}
  - {{alert: Flaps, match: linkDown, count: 5, within: 10m, by: subject, resolve_after: 10m}}
  - {{alert: Hot, match: {{type: temperature, data: {{celsius: [{{"numeric": [">", {limit}]}}]}}}},
     by: subject, resolve_after: 5m}}
"""


class Receiver:
    """The state of each alert, as told by notifications whose ids it has not seen."""

    def __init__(self):
        self.lock, self.away = threading.Lock(), False
        self.seen, self.state, self.disorder, self.requests = set(), {}, [], 0
        outer = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    outer.requests += 1
                    away = outer.away
                    if not away:
                        outer.take(self.headers, body)
                self.send_response(503 if away else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = Server(Handler)
        self.url = self.server.url

    def take(self, headers, body):
        own, replaced = headers["Webhook-Id"], headers.get("Alarum-Replaces", "").split()
        named = int(headers.get("Alarum-Replaces-Count", len(replaced))) == len(replaced)
        known = own in self.seen or (replaced and named and all(one in self.seen for one in replaced))
        self.seen.update([own, *replaced])
        if known:
            return
        for alert in body["alerts"]:
            if alert["labels"]["alertname"] != "Down":
                continue
            subject = alert["labels"]["subject"]
            mark = (alert["startsAt"], alert["status"] == "resolved")
            if mark < self.state.get(subject, ("", False)):
                self.disorder.append((subject, self.state[subject], mark))
            self.state[subject] = mark

    def firing(self):
        with self.lock:
            return sorted(s for s, (_, resolved) in self.state.items() if not resolved)


class Sender(threading.Thread):
    """Batches of NDJSON at a steady rate; what was not answered is sent again, so each event counts."""

    def __init__(self, daemon, number, rate, seed):
        super().__init__(daemon=True)
        self.target, self.number, self.rate = daemon, number, rate
        self.random, self.stop, self.hold = random.Random(seed), threading.Event(), threading.Event()
        self.sent, self.again, self.down, self.connection = 0, 0, set(), None

    def events(self):
        for _ in range(BATCH):
            self.sent += 1
            subject = f"s{self.number}-{self.random.randrange(SUBJECTS)}"
            kind = "temperature"
            if self.random.random() < 0.004:
                kind = "linkUp" if subject in self.down else "linkDown"
                (self.down.discard if kind == "linkUp" else self.down.add)(subject)
            data = {"celsius": self.random.randrange(40, 80), "note": PADDING}
            yield event(f"{self.number}-{self.sent}", kind, subject, data=data)

    def take(self, body):
        try:
            self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.target.port, timeout=30)
            head = {"Content-Type": "application/x-ndjson"}
            self.connection.request("POST", "/v1/events", body, head)
            answer = self.connection.getresponse()
            answer.read()
            assert answer.status in (200, 429, 503), answer.status
            return answer.status == 200
        except (OSError, http.client.HTTPException):
            self.connection = None
            return False

    def run(self):
        due = time.monotonic()
        while not self.stop.is_set():
            body = "\n".join(json.dumps(one) for one in self.events())
            while not self.take(body):
                self.again += 1
                time.sleep(0.1)
            due = max(due + BATCH / self.rate, time.monotonic() - 1)
            time.sleep(max(0, due - time.monotonic()))


def show_difference(daemon, receiver, down):
    """What became of each alert of which sender and receiver think otherwise."""
    fires = json.loads(daemon.request("GET", "/api/v2/alerts")[2])
    ours = {one["labels"]["subject"] for one in fires if one["labels"]["alertname"] == "Down"}
    for subject in sorted(set(receiver.firing()) ^ set(down))[:5]:
        print(f"{subject}: sent {subject in down}, fires {subject in ours}, told {receiver.state.get(subject)}")
        query = f'/api/v1/history?filter=alertname=Down&filter=subject=%22{subject}%22&limit=14'
        print(daemon.request("GET", query)[2][:6000])
    print("the newest disorder:", receiver.disorder[-3:])


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def soak(minutes, rate, seed):
    chance = random.Random(seed)
    receiver = Receiver()
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules.yaml"
        rules.write_text(RULES.format(limit=70))
        daemon = Daemon(folder, receiver, rules, f"dedup: {{max: {KNOWN_IDS}}}\njournal: {{max_size: 2GiB}}\n")
        daemon.start()
        senders = [Sender(daemon, number, rate / 2, chance.random()) for number in range(2)]
        for sender in senders:
            sender.start()
        began = time.monotonic()
        end, calm = began + minutes * 60, began + minutes * 60 * 0.6
        kills = reloads = 0
        sizes = []  # (seconds, MiB), since the last kill
        next_kill, next_reload = began + 20, began + 5
        while time.monotonic() < end:
            time.sleep(1)
            now = time.monotonic()
            receiver.away = (now - began) % 120 > 100
            if now > next_kill and now < calm:
                daemon.kill()
                daemon.start()
                kills += 1
                next_kill = time.monotonic() + minutes * 60 * 0.6 / 14
            if now > next_reload:
                # Nothing of Down changes, so nothing of what the receiver is held against.
                rules.write_text(RULES.format(limit=chance.choice([68, 70, 72])))
                assert daemon.request("POST", "/-/reload")[0] == 200
                reloads += 1
                next_reload = now + 5
            if now > calm:
                sizes.append((now - began, resident(daemon.process.pid)))
        receiver.away = False
        for sender in senders:
            sender.stop.set()
        for sender in senders:
            sender.join(60)
            assert not sender.is_alive()
        daemon.settled()
        down = sorted(subject for sender in senders for subject in sender.down)
        try:
            eventually("the receiver knows what fires", lambda: receiver.firing() == down)
        except AssertionError:
            show_difference(daemon, receiver, down)
            raise
        alerts = json.loads(daemon.request("GET", "/api/v2/alerts")[2])
        ours = sorted(one["labels"]["subject"] for one in alerts if one["labels"]["alertname"] == "Down")
        ledger = json.loads(daemon.request("GET", "/api/v1/ledger")[2])
        sent = sum(sender.sent for sender in senders)
        third = len(sizes) // 3
        first, last = (max(mib for _, mib in part) for part in (sizes[:third], sizes[-third:]))
        print(f"seed {seed}: {sent} events, {sum(s.again for s in senders)} batches sent again, {kills} kills, {reloads} reloads, {receiver.requests} requests")
        print(f"ledger: {json.dumps(ledger)[:600]}")
        print("resident MiB since the last kill, each half minute:", [mib for _, mib in sizes[::30]])
        daemon.stop()
    assert ours == down, (ours, down)
    assert not receiver.disorder, receiver.disorder[:5]
    assert not ledger["faults"] and not ledger["transitions_waiting"], ledger
    assert last <= first * 1.15 + 8, f"memory grew from {first} to {last} MiB"
    print("clean")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=15)
    options.add_argument("--rate", type=int, default=2900, help="events a second")
    options.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = options.parse_args()
    soak(arguments.minutes, arguments.rate, arguments.seed)
