"""File, syslog over TCP (ours, and rsyslog's with its queue where it is installed), event stream and webhooks at once, while the daemon is stopped for a while, and killed:
afterwards the alerts are those of a run that nobody disturbed, and what senders can send again counts once."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

from harness import Daemon, Webhook, event, eventually, free_port, main, temporary
from sse_test import EventServer
from streams_test import counted
from tail_test import accepted

EACH = 2000  # events of each source
RULES = f"""rules:
- {{alert: Down, match: {{type: down}}, until: {{type: ok}}, by: [subject], severity: critical, resolve_after: 24h}}
- {{alert: All, match: {{source: [file, sse, hook]}}, count: {EACH}, within: 12h, by: [source], severity: info, resolve_after: 24h}}
- {{alert: TooMany, match: {{source: [file, sse, hook]}}, count: {EACH + 1}, within: 12h, by: [source], severity: info, resolve_after: 24h}}
"""


def kind(i):
    """Every 20th goes down; every other of those comes back a little later."""
    return "down" if i % 20 == 0 else "ok" if i % 40 == 13 else "noise"


def cloudevent(origin, i):
    return json.dumps({**event(f"{origin}-{i}", kind(i), f"{origin}-{i // 40 * 40 + (20 if i % 40 == 20 else 0)}"), "source": origin})


def syslog_line(origin, i):
    host = f"{origin}-{i // 40 * 40 + (20 if i % 40 == 20 else 0)}"
    return f"<134>1 - {host} app - {kind(i)} - number {i}"


class Rsyslog:
    """The real one: its queue keeps what it could not send while nobody listened, and it sends the first of that twice at times."""

    program = shutil.which("rsyslogd") or ("/usr/sbin/rsyslogd" if os.path.exists("/usr/sbin/rsyslogd") else None)
    STEP = 100  # messages of each phase

    def __init__(self, folder, port):
        self.entry, self.sent, config = f"{folder}/log.sock", 0, pathlib.Path(folder) / "rsyslog.conf"
        config.write_text(f"""
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{self.entry}" CreatePath="off" UseSpecialParser="off" ParseHostname="on" RateLimit.Interval="0")
if $programname == "app" then action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format" queue.type="LinkedList" action.resumeRetryCount="-1" action.resumeInterval="1")
""")
        log = open(f"{folder}/rsyslog.log", "wb")
        self.running = subprocess.Popen([self.program, "-n", "-f", str(config), "-i", f"{folder}/rsyslog.pid"], stdout=log, stderr=log)
        eventually("rsyslog listens", lambda: os.path.exists(self.entry))

    def say(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as entry:
            for i in range(self.sent, self.sent + self.STEP):
                entry.sendto(syslog_line("rsyslog", i).encode(), self.entry)
        self.sent += self.STEP

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        self.running.terminate()
        self.running.wait()


class Senders:
    """Each sends as far as `mark` and waits there. What happened while the daemon was away is sent when it is back."""

    def __init__(self, log, port, syslog_port):
        self.log, self.port, self.syslog_port = log, port, syslog_port
        self.mark, self.over, self.resent, self.refused = 0, False, 0, 0
        self.at = {"file": 0, "syslog": 0, "sse": 0, "hook": 0}
        self.stream = EventServer()
        self.stream.serve = self.serve
        self.threads = [threading.Thread(target=one) for one in (self.write_file, self.send_syslog, self.post)]

    def next(self, who):
        """The numbers of the next events; empty at the end."""
        while not self.over and self.at[who] >= self.mark:
            if self.at[who] >= EACH:
                return range(0)
            time.sleep(0.002)
        return range(0) if self.over else range(self.at[who], min(self.at[who] + 25, self.mark))

    def write_file(self):
        with open(self.log, "a") as file:
            while batch := self.next("file"):
                file.write("".join(cloudevent("file", i) + "\n" for i in batch))
                file.flush()
                self.at["file"] = batch.stop
                time.sleep(0.002)

    def post(self):
        """A sender that tries each request again until it is answered."""
        while batch := self.next("hook"):
            body = "[" + ",".join(cloudevent("hook", i) for i in batch) + "]"
            try:
                own = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                own.request("POST", "/v1/events", body, {"Content-Type": "application/cloudevents-batch+json"})
                if own.getresponse().status == 200:
                    self.at["hook"] = batch.stop
                own.close()
            except (OSError, http.client.HTTPException):
                self.refused += 1
                time.sleep(0.01)

    def send_syslog(self):
        """Nobody acknowledges plain syslog: after a connection that broke, all that it carried and the end of the one before is sent again, as a queue does that does not trust it."""
        while batch := self.next("syslog"):
            first = max(0, batch.start - 200)
            try:
                with socket.create_connection(("127.0.0.1", self.syslog_port), 10) as tcp:
                    at, tcp_end = first, False
                    tcp.settimeout(0.001)
                    while at < EACH and not tcp_end and not self.over:
                        if at >= self.mark:
                            time.sleep(0.002)
                        for i in range(at, min(at + 25, self.mark)):
                            tcp.sendall(syslog_line("syslog", i).encode() + b"\n")
                            at = i + 1
                        try:
                            tcp_end = tcp.recv(1) == b""  # the daemon reads no more
                        except TimeoutError:
                            pass
                    if at >= EACH:
                        tcp.settimeout(30)
                        tcp.shutdown(socket.SHUT_WR)
                        if tcp.recv(1) == b"" and self.steady():
                            self.at["syslog"] = EACH
                            return
            except OSError:
                time.sleep(0.01)
            self.resent += 1

    def steady(self):
        """The daemon closed because we did, not because it ended."""
        try:
            socket.create_connection(("127.0.0.1", self.syslog_port), 10).close()
            return True
        except OSError:
            return False

    def serve(self, write, last_id, number):
        at = int(last_id or 0)
        while not self.over and at < EACH:
            many = range(at, min(at + 25, self.mark))
            write("".join(f"id: {i + 1}\ndata: {cloudevent('sse', i)}\n\n" for i in many) or ": nothing new\n\n")
            at = max(at, many.stop)
            self.at["sse"] = max(self.at["sse"], at)
            time.sleep(0.002)
        self.stream.stay()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *rest):
        self.over = True
        for thread in self.threads:
            thread.join()
        self.stream.__exit__()


def final_states():
    """{(alertname, whose)} -> status, when all is told."""
    with temporary() as folder:
        webhook, log = Webhook(), pathlib.Path(folder) / "events.ndjson"
        (pathlib.Path(folder) / "own.yaml").write_text(RULES)
        log.touch()
        port = free_port()
        with Senders(log, free_port(), free_port()) as senders, (Rsyslog(folder, port) if Rsyslog.program else contextlib.nullcontext()) as rsyslog:
            daemon = Daemon(folder, webhook, rules=f"{folder}/own.yaml", config=f"sources: [{{file: '{log}'}}, {{tcp: '127.0.0.1:{senders.syslog_port}', format: syslog}}, {{tcp: '127.0.0.1:{port}', format: syslog, name: rsyslog}}, {{sse: '{senders.stream.url}'}}]\n")
            daemon.config.write_text(daemon.config.read_text().replace("listen: 127.0.0.1:0", f"listen: 127.0.0.1:{senders.port}"))
            daemon.start()
            phases = 4

            def rsyslog_says():
                if rsyslog:
                    goal = counted(daemon, "rsyslog") + Rsyslog.STEP
                    rsyslog.say()
                    eventually("rsyslog's are there", lambda: counted(daemon, "rsyslog") >= goal)

            for phase in range(phases):
                stops = phase in (0, 2)
                if not stops:  # what is on its way over plain TCP when somebody kills us is lost: rsyslog sends it once
                    rsyslog_says()
                goal = accepted(daemon) + EACH // 4  # asked for before they begin: they may be through before we are answered
                senders.mark = EACH * (phase + 1) // phases
                if phase < phases - 1:
                    eventually("it takes events", lambda: accepted(daemon) >= goal)
                    daemon.stop() if stops else daemon.kill()
                    if stops and rsyslog:
                        rsyslog.say()
                    eventually("the world went on meanwhile", lambda: senders.at["file"] == senders.mark)
                    daemon.start()
                    if stops and rsyslog:
                        eventually("so is what its queue kept", lambda: counted(daemon, "rsyslog") >= Rsyslog.STEP)
            eventually("all is sent", lambda: all(at == EACH for at in senders.at.values()))
            sent = 4 * EACH + (rsyslog.sent if rsyslog else 0)
            eventually("all is taken", lambda: accepted(daemon) >= sent)
            eventually("the three are counted in full", lambda: len([1 for _, name, _ in told(webhook) if name == "All"]) >= 3)
            daemon.settled()
            assert daemon.metric("alarum_source_gaps_total") == 0
            total, last = accepted(daemon), {}
            daemon.stop()
            for status, name, whose in told(webhook):
                last[name, whose] = status
            print(f"      {total - sent:.0f} syslog messages came again over {senders.resent} connections that broke; {senders.refused} requests found nobody; {len(senders.stream.asked)} event streams")
            return last


def told(webhook):
    out, seen = [], set()
    with webhook.lock:
        for notification, body in webhook.bodies:
            if notification in seen:
                continue
            seen.add(notification)
            out += [(a["status"], a["labels"]["alertname"], a["labels"].get("subject") or a["labels"].get("source")) for a in body["alerts"]]
    return out


def a_disturbed_run_ends_like_an_undisturbed_one():
    expected = {("All", who): "firing" for who in ("file", "sse", "hook")}
    for who in ("file", "sse", "hook", "syslog"):
        for i in range(0, EACH, 20):
            expected["Down", f"{who}-{i}"] = "firing" if i % 40 else "resolved"
    if Rsyslog.program:
        for i in range(0, 4 * Rsyslog.STEP, 20):
            expected["Down", f"rsyslog-{i}"] = "firing" if i % 40 else "resolved"
    else:
        print("      without rsyslog: it is not here")
    disturbed = final_states()
    assert disturbed == expected, sorted(set(disturbed.items()) ^ set(expected.items()))[:20]


if __name__ == "__main__":
    main([a_disturbed_run_ends_like_an_undisturbed_one])
