"""Senders whose clocks are wrong or were never set, and backlogs: who is notified, and what is said of the rest."""
import json
import pathlib
import socket
import subprocess
import time

from harness import BINARY, Daemon, Webhook, event, eventually, main, temporary
from streams_test import port_of

RULES = """rules:
  - {alert: A, match: {source: [{exists: true}]}, by: [{t: type}], severity: critical, resolve_after: 7d}
"""
BACKLOG = """rules:
  - {alert: Fault, match: fault, by: subject, resolve_after: 1m, summary: "{{subject}} at {{time}}"}
"""


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def alarum(*arguments):
    return subprocess.run([BINARY, *arguments], check=True, capture_output=True, text=True).stdout


def clocks_that_were_never_set_notify_by_every_route():
    with temporary() as folder:
        (pathlib.Path(folder) / "r.yaml").write_text(RULES)
        webhook = Webhook()
        with Daemon(folder, webhook, f"{folder}/r.yaml", f"json: {{x: {{type: /t, time: /time}}}}\nsources: [{{udp: '127.0.0.1:0', format: syslog, name: logs}}]") as daemon:
            def post(path, body, kind="application/json"):
                assert daemon.request("POST", path, json.dumps(body), {"Content-Type": kind})[0] in (200, 202)

            post("/v1/events", {"specversion": "1.0", "id": "1", "source": "s", "type": "cloudevents-1970", "time": "1970-01-01T00:00:12Z"}, "application/cloudevents+json")
            post("/ingest/json/x", {"t": "json-0", "time": 0})
            post("/ingest/redfish", {"Events": [{"MessageId": "X.1.0.redfish-1970", "EventTimestamp": "1970-01-01T00:00:12Z"}]})
            # In step for days, then a week behind: Redfish's own rule was a day.
            post("/ingest/redfish", {"Events": [{"MessageId": "X.1.0.redfish-old", "EventTimestamp": rfc3339(time.time() - 9 * 86400)}]})
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                for line in ("<8>1 1970-01-01T00:00:12Z h syslog5424-1970 - - - x", "<8>Jan 01 2006 00:00:12 sw syslog-2006: x"):
                    out.sendto(line.encode(), ("127.0.0.1", port_of(daemon, "logs")))
            wanted = {"cloudevents-1970", "json-0", "X.redfish-1970", "X.redfish-old", "syslog5424-1970", "syslog-2006"}
            told = lambda: {a["labels"]["t"]: a for _, body in webhook.bodies for a in body["alerts"] if a["status"] == "firing"}
            eventually("all are notified", lambda: set(told()) == wanted)
            assert all(a["startsAt"] > rfc3339(time.time() - 600) for a in told().values()), told()


def a_backlog_is_late_also_after_a_kill_and_the_daemon_says_so():
    with temporary() as folder:
        (pathlib.Path(folder) / "r.yaml").write_text(BACKLOG)
        webhook = Webhook()
        daemon = Daemon(folder, webhook, f"{folder}/r.yaml").start()
        now = time.time()

        def backlog(numbers):
            for n in numbers:
                assert daemon.post(event(n, "fault", f"s{n}", time=rfc3339(now - 36000 + 600 * n))) == 200
            daemon.settled()

        backlog(range(5))
        daemon.kill()
        daemon.start()
        backlog(range(5, 10))
        told = lambda: {subject for status, _, subject in webhook.changes() if status == "firing"}
        assert told() == {"s0", "s1"}, told()
        daemon.says("alerts came late")
        shown = {a["labels"]["subject"]: a for a in json.loads(daemon.request("GET", "/api/v2/alerts?resolved=true")[2])}
        assert [s for s, a in sorted(shown.items()) if a["late"]] == [f"s{n}" for n in range(2, 10)], shown
        assert shown["s9"]["startsAt"] == rfc3339(now - 36000 + 5400), shown["s9"]
        assert alarum("alerts", "--all", "--url", daemon.url).count("late: nobody was notified") == 8
        assert len([one for one in json.loads(daemon.request("GET", "/api/v1/history?kind=suppressed&why=late&since=1h")[2])]) == 8
        # What has just arrived of the same sender is news again.
        assert daemon.post(event(20, "fault", "s20", time=rfc3339(time.time()))) == 200
        daemon.settled()
        assert told() == {"s0", "s1", "s20"}, told()
        daemon.stop()
        lines = [line for line in daemon.log_text().splitlines() if "alerts came late" in line]
        assert 1 <= len(lines) <= 3 and "alarum alerts --all" in lines[-1], lines
        first = alarum("explain", "--data", str(daemon.data), "0")
        assert f"time {rfc3339(now - 36000)}, taken as" in first and "counts as new" in first, first
        late = json.loads(alarum("explain", "--data", str(daemon.data), "-o", "json", "7"))[0]
        assert late["time"]["counts_as"] == "backlog" and late["time"]["stated"] == late["time"]["used"] == rfc3339(now - 36000 + 4200), late


if __name__ == "__main__":
    main([clocks_that_were_never_set_notify_by_every_route, a_backlog_is_late_also_after_a_kill_and_the_daemon_says_so])
