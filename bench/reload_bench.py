"""Latency of requests while a rule set of 100,000 rules is loaded beside them, and without.

python3 bench/reload_bench.py BINARY RULES.ndjson     (RULES: ../shared/bench/gen_events.py)
"""
import http.client
import json
import os
import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ["ALARUM_BINARY"] = str(pathlib.Path(sys.argv[1]).resolve())
import harness  # noqa: E402
from harness import Daemon, event, temporary  # noqa: E402

harness.PATIENCE = 300
A_FILE = 2_000  # rules


def write_rules(source, folder):
    lines = [json.loads(line) for line in open(source)]
    for begin in range(0, len(lines), A_FILE):
        rules = [f"  - {{alert: {one['name'].upper()}, pattern: {json.dumps(one['pattern'])}, severity: minor, by: subject, resolve_after: 1h}}" for one in lines[begin:begin + A_FILE]]
        (folder / f"r{begin}.yaml").write_text("rules:\n" + "\n".join(rules) + "\n")
    return len(lines)


class Posting:
    """Posts single events on one connection and notes how long each took, until told to stop."""

    def __init__(self, daemon, name):
        self.times, self.on, self.name = [], True, name
        self.thread = threading.Thread(target=self.run, args=(daemon,))
        self.thread.start()

    def run(self, daemon):
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
        while self.on:
            body = json.dumps(event(f"{self.name}-{len(self.times)}"))
            began = time.monotonic()
            connection.request("POST", "/v1/events", body, {"Content-Type": "application/cloudevents+json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            self.times.append(time.monotonic() - began)

    def stop(self):
        self.on = False
        self.thread.join()
        times = sorted(self.times)
        at = lambda share: times[min(len(times) - 1, int(len(times) * share))] * 1000
        return f"{len(times)} requests, p50 {at(0.5):.2f} ms, p99 {at(0.99):.2f} ms, longest {times[-1] * 1000:.2f} ms"


with temporary() as folder:
    rules = pathlib.Path(folder) / "rules"
    rules.mkdir()
    (rules / "first.yaml").write_text("rules: [{alert: Down, match: {type: linkDown}, by: subject, severity: minor, resolve_after: 1h}]\n")
    daemon = Daemon(folder, None, rules)
    daemon.start()
    posting = Posting(daemon, "before")
    time.sleep(5)
    print("one rule:", posting.stop())
    count = write_rules(sys.argv[2], rules)
    posting = Posting(daemon, "during")
    began = time.monotonic()
    status, _, text = daemon.request("POST", "/-/reload")
    took = time.monotonic() - began
    print(f"while {count:,} rules are loaded ({took:.1f} s, status {status} {text[:200]}):", posting.stop())
    posting = Posting(daemon, "after")
    time.sleep(5)
    print(f"with {count:,} rules:", posting.stop())
    daemon.stop()
