"""Replay: the alert history of a run with restarts in it is that of replaying its journal in one go, byte for byte."""
import pathlib
import random
import shutil
import sqlite3
import time

from harness import Daemon, Webhook, event, eventually, main, temporary

RULE = """rules:
  - alert: Down
    match: {{type: linkDown}}
    until: linkUp
    by: subject
    severity: {severity}
    resolve_after: 1s
    summary: "{{{{subject}}}} is down for the {{{{count}}}}th time"
"""


def history(folder):
    """The transitions, in order, as the book has them."""
    with sqlite3.connect(pathlib.Path(folder) / "var/book.sqlite") as book:
        return [line for (line,) in book.execute("SELECT line FROM history ORDER BY sequence")]


def a_run_with_restarts_replays_to_the_same_history():
    seed = random.randrange(1 << 32)
    print(f"      seed {seed}")
    chance = random.Random(seed)
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules.yaml"
        rules.write_text(RULE.format(severity="major"))
        webhook = Webhook()
        daemon = Daemon(folder, webhook, rules, "journal: {segment_size: 1MiB}\n").start()
        number = 0
        for part in range(12):
            # Long enough for timers to come due between, and together with, events that commit.
            end = time.monotonic() + chance.uniform(0.3, 0.9)
            while time.monotonic() < end:
                number += 1
                kind = "linkUp" if chance.random() < 0.2 else "linkDown"
                assert daemon.post(event(number, kind, f"s{chance.randrange(2000)}")) == 200
            if part == 5:
                rules.write_text(RULE.format(severity="critical"))
                assert daemon.request("POST", "/-/reload")[0] == 200
            elif chance.random() < 0.5:
                daemon.kill()
                daemon.start()
            else:
                daemon.stop()
                daemon.start()
        eventually("every timer has run", lambda: daemon.request("GET", "/api/v2/alerts")[2].strip() == "[]")
        daemon.settled()
        daemon.stop()
        lived = history(folder)
        told = len(webhook.ids)
        for name in ("book.sqlite", "book.sqlite-wal", "book.sqlite-shm"):
            (daemon.data / name).unlink(missing_ok=True)
        shutil.rmtree(daemon.data / "checkpoints")
        daemon.start()
        daemon.settled()
        daemon.stop()
        replayed = history(folder)
        timeouts = sum('"reason":3' in line for line in lived)
        print(f"      {number} events, {len(lived)} transitions, {timeouts} by a timer")
        assert timeouts > 10 and len(lived) > 100
        assert lived == replayed, next((a, b) for a, b in zip(lived, replayed) if a != b)
        again = set(webhook.ids[told:])
        assert again <= set(webhook.ids[:told]), "a replay must give the same ids"


if __name__ == "__main__":
    main([a_run_with_restarts_replays_to_the_same_history])
