"""Receivers that fail, stall and crash in the middle of an answer, while the daemon is killed at random and its book is put back to an older
one: in the end each receiver knows what we know, and saw nothing out of order."""
import json
import os
import pathlib
import random
import shutil
import socket
import threading
import time

from harness import PATIENCE, Daemon, QuietHandler, Server, event, eventually, main, temporary

KILLS = int(os.environ.get("ALARUM_CHAOS_KILLS", "3"))
SUBJECTS, ROUNDS = 12, 4
RULE = """rules:
  - alert: Down
    match: {type: linkDown}
    until: linkUp
    by: subject
    severity: major
    resolve_after: 24h
"""


class Receiver:
    """Remembers the state of each alert, as a receiver that knows notifications by their ids does (docs/delivery.md). While `chaos` lasts
    it fails at random, also after it has taken a notification."""

    def __init__(self, seed):
        self.random, self.lock, self.chaos = random.Random(seed), threading.Lock(), True
        self.seen, self.state, self.disorder, self.requests = set(), {}, [], 0
        outer = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    outer.requests += 1
                    fate = outer.random.choice(["fine", "fine", "fine", "500", "429", "crash", "half", "stall"]) if outer.chaos else "fine"
                    if fate not in ("500", "429"):
                        outer.take(self.headers, body)
                if fate == "crash":
                    self.connection.shutdown(socket.SHUT_RDWR)
                elif fate in ("half", "stall"):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" if fate == "half" else b"HTTP/1.1 20")
                    self.wfile.flush()
                    if fate == "stall":
                        self.connection.settimeout(5)
                        try:
                            self.connection.recv(1)  # until the daemon has had enough
                        except OSError:
                            pass
                    self.close_connection = True
                else:
                    self.send_response(200 if fate == "fine" else int(fate))
                    self.send_header("Content-Length", "0")
                    self.end_headers()

        self.server = Server(Handler)
        self.url = self.server.url

    def take(self, headers, body):
        own, replaced = headers["Webhook-Id"], headers.get("Alarum-Replaces", "").split()
        # Of more than 50 the first are named: what the others say is not known to be old.
        all_named = int(headers.get("Alarum-Replaces-Count", len(replaced))) == len(replaced)
        seen_all = replaced and all_named and all(one in self.seen for one in replaced)
        known = own in self.seen or seen_all
        self.seen.update([own, *replaced])
        if known:
            return
        for alert in body["alerts"]:
            subject, mark = alert["labels"]["subject"], (alert["startsAt"], alert["status"] == "resolved")
            if mark <= self.state.get(subject, ("", False)):
                self.disorder.append((subject, self.state[subject], mark))
            self.state[subject] = mark

    def firing(self):
        with self.lock:
            return sorted(subject for subject, (_, resolved) in self.state.items() if not resolved)


def post_until_taken(daemon, one):
    while True:
        try:
            if daemon.post(one) == 200:
                return
        except Exception:  # the daemon is dead just now
            time.sleep(0.02)


def events():
    """Each subject goes down and up again, round after round; in the last one every third stays down. Without times of their own: they would be a backlog, and
    the start of an alert would depend on when that was seen."""
    for turn in range(ROUNDS):
        for number in range(SUBJECTS):
            subject = f"s{number}"
            yield event(f"{subject}-{turn}-down", "linkDown", subject)
            if turn < ROUNDS - 1 or number % 3 != 0:
                yield event(f"{subject}-{turn}-up", "linkUp", subject)


def copy_book(data, to):
    to.mkdir(exist_ok=True)
    for old in to.glob("book.sqlite*"):
        old.unlink()
    for file in data.glob("book.sqlite*"):
        shutil.copy(file, to)


def every_receivers_state_is_ours_in_the_end():
    seed = random.randrange(1 << 32)
    print(f"      seed {seed}")
    chance = random.Random(seed)
    receivers = [Receiver(chance.random()) for _ in range(3)]
    with temporary() as folder:
        (pathlib.Path(folder) / "rules.yaml").write_text(RULE)
        daemon = Daemon(folder, None, f"{folder}/rules.yaml")
        hooks = ", ".join(f"{{url: '{receiver.url}', timeout: 2s, first_byte_timeout: 1s}}" for receiver in receivers)
        daemon.config.write_text(daemon.config.read_text().split("route:")[0] + f"route: {{receiver: test}}\nreceivers: [{{name: test, webhook_configs: [{hooks}]}}]\n")
        daemon.start()
        sender = threading.Thread(target=lambda: [post_until_taken(daemon, one) for one in events()], daemon=True)
        sender.start()
        older = pathlib.Path(folder) / "older"
        for number in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.6))
            daemon.kill()
            if number == KILLS // 3:
                copy_book(daemon.data, older)
            if number == 2 * KILLS // 3:
                for file in daemon.data.glob("book.sqlite*"):
                    file.unlink()
                for file in older.glob("book.sqlite*"):
                    shutil.copy(file, daemon.data)
            daemon.start()
        sender.join(PATIENCE)
        assert not sender.is_alive(), daemon.log_text()[-2000:]
        for receiver in receivers:
            receiver.chaos = False
        daemon.settled()
        ours = sorted(alert["labels"]["subject"] for alert in json.loads(daemon.request("GET", "/api/v2/alerts")[2]))
        dead = daemon.metric("alarum_outbox_dead_letters")
        ledger = json.loads(daemon.request("GET", "/api/v1/ledger")[2])
        daemon.stop()
    print(f"      {len(ours)} alerts fire; requests: {[receiver.requests for receiver in receivers]}")
    assert ours == sorted(f"s{number}" for number in range(0, SUBJECTS, 3)), ours
    assert dead == 0, dead
    assert not ledger["faults"] and not ledger["transitions_waiting"], ledger
    for receiver in receivers:
        assert receiver.firing() == ours, (receiver.firing(), ours)
        assert not receiver.disorder, receiver.disorder[:5]


if __name__ == "__main__":
    main([every_receivers_state_is_ours_in_the_end])
