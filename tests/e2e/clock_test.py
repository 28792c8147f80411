"""The daemon on a machine that was off for a while, or whose clock is stepped: its wall clock is moved by tests/e2e/shifted.cc."""
import json
import os
import pathlib
import time

from harness import Daemon, Webhook, event, eventually, main, temporary

LIBRARY = os.environ.get("ALARUM_SHIFTED", "")
MEMBERS = [f"s{i}" for i in range(20)]
RULES = """tables: {fleet: {file: fleet.csv, key: server}}
rules:
  - {alert: HeartbeatLost, match: heartbeat, absent: 5m, expect: fleet, by: subject, severity: critical}
  - {alert: Storm, match: error, count: 3, within: 10m, by: subject}
  - {alert: Fault, match: fault, until: mended, resolve_after: 3d, by: subject}
  - {alert: Slow, match: slow, until: fast, for: 4h, resolve_after: 3d, by: subject}
"""


class World:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "rules").mkdir()
        (self.folder / "rules/rules.yaml").write_text(RULES)
        (self.folder / "rules/fleet.csv").write_text("server\n" + "\n".join(MEMBERS) + "\n")
        self.webhook, self.number = Webhook(), 0
        self.shift = self.folder / "shift"
        self.shift.write_text("0")
        self.daemon = Daemon(folder, self.webhook, self.folder / "rules", env={"LD_PRELOAD": LIBRARY, "SHIFTED_FILE": str(self.shift)})

    def post(self, kind, *subjects):
        for subject in subjects:
            self.number += 1
            assert self.daemon.post(event(self.number, kind, subject)) == 200
        self.daemon.settled()

    def firing(self):
        return sorted((a["labels"]["alertname"], a["labels"].get("subject", "")) for a in json.loads(self.daemon.request("GET", "/api/v2/alerts")[2]))


def ten_minutes_down_page_nobody_who_is_there():
    with temporary() as folder:
        world = World(folder)
        for stop in ("stop", "kill"):
            world.daemon.start()
            world.post("heartbeat", *MEMBERS)
            getattr(world.daemon, stop)()
            world.shift.write_text(str(int(world.shift.read_text()) + 600))
        world.daemon.start()
        # Every timer that is due by now has run before the next event.
        world.post("heartbeat", MEMBERS[0])
        assert world.firing() == [] and not world.webhook.changes(), world.webhook.changes()
        world.daemon.stop()


def steps_of_hours_both_ways_fire_and_resolve_nothing():
    with temporary() as folder:
        world = World(folder)
        with world.daemon:
            world.post("heartbeat", *MEMBERS)
            world.post("fault", "s1")
            world.post("slow", "s1")
            world.post("error", "s1", "s1")
            for shift in (3 * 3600, -5 * 3600, 2 * 3600, 0):
                world.shift.write_text(str(shift))
                world.post("heartbeat", MEMBERS[0])
                assert world.firing() == [("Fault", "s1")], (shift, world.firing())
            world.daemon.says("clock")
            world.post("mended", "s1")
            assert world.firing() == []
        assert [(status, alert) for status, alert, _ in world.webhook.changes()] == [("firing", "Fault"), ("resolved", "Fault")]


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def two_days_ahead_and_put_right_is_said_and_everybody_is_notified():
    with temporary() as folder:
        world = World(folder)
        world.shift.write_text(str(48 * 3600))
        world.daemon.start()
        world.post("fault", "s0")
        world.daemon.stop()
        world.shift.write_text("0")
        world.daemon.start()
        world.daemon.says("the wall clock went back")
        status, _, text = world.daemon.request("GET", "/-/ready?verbose")
        assert status == 200 and "[!]clock warning: clock_went_back" in text, text
        eventually("the alert about the clock", lambda: ("firing", "AlarumClockWentBack", "") in world.webhook.changes())
        assert abs(world.daemon.metric("alarum_engine_time_ahead_seconds") - 48 * 3600) < 600
        # With the times that their senders state, and without.
        then = rfc3339(time.time() - 60)
        for number, kind, subject, more in [("a", "fault", "s1", {"time": then}), ("b", "error", "s1", {"time": then}), ("c", "error", "s1", {}), ("d", "error", "s1", {"time": then})]:
            assert world.daemon.post(event(number, kind, subject, **more)) == 200
        world.post("mended", "s0")
        world.daemon.settled()
        assert world.firing() == [("AlarumClockWentBack", ""), ("Fault", "s1"), ("Storm", "s1")], world.firing()
        eventually("all are notified", lambda: {("firing", "Fault", "s1"), ("firing", "Storm", "s1"), ("resolved", "Fault", "s0")} <= set(world.webhook.changes()))
        starts = {a["labels"]["alertname"]: a["startsAt"] for a in json.loads(world.daemon.request("GET", "/api/v2/alerts")[2])}
        assert starts["Fault"].startswith(then[:-1]) and then[:-1] <= starts["Storm"][:19] <= rfc3339(time.time() + 5), starts
        # A silence ends when a clock on the wall says so.
        silence = {"matchers": [{"name": "subject", "value": "s2", "isRegex": False}], "startsAt": rfc3339(time.time() - 5), "endsAt": rfc3339(time.time() + 3600), "createdBy": "kim", "comment": ""}
        assert world.daemon.request("POST", "/api/v2/silences", json.dumps(silence), {"Content-Type": "application/json"})[0] == 200
        world.post("fault", "s2")
        suppressed = json.loads(world.daemon.request("GET", "/api/v1/history?kind=suppressed&since=1h")[2])
        assert [one["why"] for one in suppressed] == ["silenced"] and suppressed[0]["at"][:19] >= then[:19], suppressed
        assert ("firing", "Fault", "s2") not in world.webhook.changes()
        world.shift.write_text("3660")
        eventually("it ends", lambda: ("firing", "Fault", "s2") in world.webhook.changes())
        world.daemon.stop()
        # Known by now: it is not said again.
        world.daemon.start()
        world.post("mended", "s1", "s2")
        assert world.daemon.log_text().count("the wall clock went back") == 1
        assert world.webhook.changes().count(("firing", "AlarumClockWentBack", "")) == 1
        assert "[+]clock ok" in world.daemon.request("GET", "/-/ready?verbose")[2]
        world.daemon.stop()


if __name__ == "__main__":
    main([ten_minutes_down_page_nobody_who_is_there, steps_of_hours_both_ways_fire_and_resolve_nothing, two_days_ahead_and_put_right_is_said_and_everybody_is_notified] if LIBRARY else [])
