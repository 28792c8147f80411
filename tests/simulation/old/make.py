"""Makes NAME.tar.gz and NAME.json with a binary of long ago: a data folder as that Alarum left it when it was killed, and what is in it.
How: git worktree add /tmp/old COMMIT; cmake -S /tmp/old -B /tmp/old/build -G Ninja -DALARUM_TESTS=OFF -DCMAKE_UNITY_BUILD=ON; cmake --build /tmp/old/build --target alarum;
ALARUM_BINARY=/tmp/old/build/alarum PYTHONPATH=tests/support python3 tests/simulation/old/make.py NAME "COMMIT and formats"."""
import gzip
import io
import json
import os
import pathlib
import sys
import tarfile
import time

from harness import Daemon, Server, QuietHandler, event, eventually, temporary

HERE = pathlib.Path(__file__).resolve().parent
# Nothing in it ends by itself in the first month: whoever reads it sets his clock to `end`.
RULES = """rules:
  - {alert: Down, match: linkDown, until: linkUp, by: subject, severity: major, resolve_after: 366d}
  - {alert: Storm, match: hit, count: 3, within: 366d, by: subject, severity: critical, resolve_after: 366d}
"""
CONFIG = "journal: {segment_size: 64KiB, retention: 3650d}\n"
ALIVE, DEAD = 9798, 9797  # ports of 127.9.7.97, which nobody else uses: a target is known by its address
RECEIVERS = f"""receivers:
  - name: test
    webhook_configs:
      - {{url: 'http://127.9.7.97:{ALIVE}/alive', retry: {{max_age: 30d}}}}
      - {{url: 'http://127.9.7.97:{DEAD}/dead', retry: {{max_age: 30d}}}}
"""


class Receiver(Server):
    """Takes everything, and remembers (status, alert, subject) of each notification."""

    def __init__(self, port):
        seen, self.changes = set(), []
        outer = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.headers["Webhook-Id"] not in seen:
                    seen.add(self.headers["Webhook-Id"])
                    outer.changes += [(a["status"], a["labels"]["alertname"], a["labels"].get("subject", "")) for a in body["alerts"]]
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.address = ("127.9.7.97", port)
        super().__init__(Handler)

    def server_bind(self):
        self.server_address = self.address
        eventually("another run of this has let go of the port", self.is_bound)

    def is_bound(self):
        try:
            super().server_bind()
            return True
        except OSError:
            return False


def daemon_in(folder):
    """A daemon with these rules and receivers; its data are `folder`/var."""
    rules = pathlib.Path(folder) / "rules.yaml"
    rules.write_text(RULES)
    daemon = Daemon(folder, rules=rules)
    text = f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: [{rules}]\nroute: {{receiver: test}}\n{RECEIVERS}{CONFIG}"
    daemon.config.write_text(text)
    return daemon


def firing(daemon):
    return sorted([a["labels"]["alertname"], a["labels"].get("subject", "")] for a in json.loads(daemon.request("GET", "/api/v2/alerts")[2]))


def post(daemon, events):
    """All acknowledged, or this fails."""
    status, _, text = daemon.request("POST", "/v1/events", json.dumps(events), {"Content-Type": "application/cloudevents-batch+json"})
    assert status == 200 and json.loads(text)["accepted"] == len(events), text
    return [one["id"] for one in events]


def story(daemon):
    """What happens to it, twice started; (ids that were acknowledged, the id of the silence)."""
    ids = []
    subjects = [f"s{n}" for n in range(12)]
    silence = {"matchers": [{"name": "subject", "value": "s3", "isRegex": False, "isEqual": True}], "startsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60)), "endsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300 * 86400)),
               "createdBy": "kim", "comment": "a silence of long ago"}
    daemon.start()
    status, _, text = daemon.request("POST", "/api/v2/silences", json.dumps(silence), {"Content-Type": "application/json"})
    assert status == 200, text
    for part in range(3):  # more than one segment
        ids += post(daemon, [event(f"noise-{part}-{n}", "noise", "x", data={"filler": f"{n:04}" * 400}) for n in range(40)])
    ids += post(daemon, [event(f"down-{s}", "linkDown", s) for s in subjects])
    ids += post(daemon, [event(f"hit-{n}", "hit", "s1") for n in range(2)])  # a third is yet to come
    ids += post(daemon, [event(f"up-{s}", "linkUp", s) for s in subjects[8:]])
    daemon.settled_for_alive()
    daemon.stop()  # with a checkpoint
    daemon.start()
    [alert] = [a["id"] if "id" in a else a["fingerprint"] for a in json.loads(daemon.request("GET", "/api/v2/alerts")[2]) if a["labels"].get("subject") == "s0"]
    status, _, text = daemon.request("POST", f"/api/v1/alerts/{alert}/acknowledge", json.dumps({"by": "kim", "comment": "card ordered"}), {"Content-Type": "application/json"})
    assert status == 200, text
    ids += post(daemon, [event("later-s20", "linkDown", "s20"), event("later-up-s7", "linkUp", "s7")])  # what the checkpoint does not have
    daemon.settled_for_alive()
    return ids


def main(name, made_by):
    with temporary() as folder:
        alive = Receiver(ALIVE)
        daemon = daemon_in(folder)
        ends = lambda: daemon.metric("alarum_engine_processed_offset") == daemon.metric("alarum_journal_end_offset")
        daemon.settled_for_alive = lambda: eventually("it is worked off", ends)
        ids = story(daemon)
        eventually("who lives was notified of the last", lambda: ("firing", "Down", "s20") in alive.changes and ("resolved", "Down", "s7") in alive.changes)
        shown = firing(daemon)
        waiting = daemon.metric("alarum_outbox_pending")
        daemon.kill()
        facts = {"made_by": made_by, "end": int(time.time()) + 1, "firing": shown, "silenced": ["s3"], "acknowledged_alert": "s0", "almost": "Storm of s1 has two of three hits",
                 "alive_was_notified": len(alive.changes), "waiting": int(waiting), "source": "SYS.BMS", "acknowledged": ids, "rules": RULES, "config": CONFIG}
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path in sorted(p for p in daemon.data.rglob("*") if p.is_file() and p.name != "lock" and not p.name.endswith("-shm")):
                one = tarfile.TarInfo(str(path.relative_to(daemon.data)))
                one.size = path.stat().st_size
                tar.addfile(one, io.BytesIO(path.read_bytes()))
        (HERE / f"{name}.tar.gz").write_bytes(gzip.compress(raw.getvalue(), 9, mtime=0))
        (HERE / f"{name}.json").write_text("{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items()) + "\n}\n")
        print(f"{name}: {len(raw.getvalue())} bytes, {(HERE / f'{name}.tar.gz').stat().st_size} compressed; {len(ids)} events, {len(shown)} alerts fire, {waiting:.0f} notifications wait")


if __name__ == "__main__":
    main(*sys.argv[1:])
