"""Event streams (SSE) of scripted servers, read by the real daemon: framings, reconnection, restarts and crashes without loss or repeat, gaps, TLS and credentials, answers that are none."""
import json
import os
import pathlib
import random
import threading
import time

from harness import Daemon, QuietHandler, Server, Webhook, certificate, event, eventually, main, plain_rules, temporary
from sources_test import told
from streams_test import counted
from tail_test import accepted

MAPPED = "json: {plain: {type: /kind, subject: /n}}\n"


class EventServer:
    """`serve(write, last_id, number)` is called for each connection and writes its stream; its end is the connection's."""

    def __init__(self, tls=None):
        self.asked, self.headers = [], []
        self.refuse = lambda number, headers: None  # (status, headers, body) in place of a stream
        self.serve = lambda write, last_id, number: None
        outer = self

        class Handler(QuietHandler):
            def do_GET(self):
                number, last_id = len(outer.asked), self.headers["Last-Event-ID"]
                outer.asked.append(last_id)
                outer.headers.append(dict(self.headers))
                status, headers, body = outer.refuse(number, self.headers) or (200, {"Content-Type": "Text/Event-Stream;charset=utf-8"}, None)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if body is not None:
                    return self.wfile.write(body)

                def write(text):
                    self.wfile.write(text if isinstance(text, bytes) else text.encode())
                    self.wfile.flush()

                write(b"retry: 100\n\n")
                outer.serve(write, last_id, number)

        self.server = Server(Handler, tls)
        self.over = threading.Event()
        self.url = f"{self.server.url}/redfish/v1/EventService/SSE"

    def stay(self):
        self.over.wait()

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


def plain(n, id=None, kind="line"):
    return (f"id: {n if id is None else id}\n" if id != "" else "") + f"data: {json.dumps({'kind': kind, 'n': n})}\n\n"


def reading(folder, server, more="json: plain", config="", webhook=None, rules=None):
    return Daemon(folder, webhook, rules, config=f"{MAPPED}{config}sources: [{{sse: '{server.url}', name: s, {more}}}]\n")


def every_framing():
    with temporary() as folder, EventServer() as server:
        def one(id, **more):
            return json.dumps(event(id, "ok", **more))

        def serve(write, last_id, number):
            write(b"\xef\xbb\xbf: hello\n\n")
            write(f"event: x\r\nid:1\r\ndata: {one(1)}\r\n\r\n")
            for byte in f"data:{one(2)}\r\r".encode():
                write(bytes([byte]))
            write("id:2\n" + "".join(f"data: {line}\n" for line in json.dumps(event(3, "ok"), indent=2).splitlines()) + ": stream keep-alive\n\n")
            write(f"data: {json.dumps(event(4, 'ok'), indent=2)}\n\n")
            write("data: nonsense\n\n" + "id: 9\ndata: " + "x" * 300_000 + "\n\n" + "data: " + json.dumps({"id": 1}) + "\n\n")
            write(f"data: {one(5)}\n\ndata: {one(6)}\n")  # the last never ends
            server.stay()

        server.serve = serve
        with reading(folder, server, "format: cloudevents", "limits: {event: 64KiB}\n") as daemon:
            eventually("five events", lambda: counted(daemon, "s") == 5)
            eventually("three are refused", lambda: counted(daemon, "s", "rejected") == 3)
            daemon.shows("alarum_source_connections", 1)
            refused = daemon.rejects(3)
            assert [r["reason"] for r in refused] == ["bad_json", "event_too_large", "bad_attribute"], refused
            assert refused[0]["sender"] == "127.0.0.1"
        assert '"last_event_id": "9"' in next((daemon.data / "positions").iterdir()).read_text()


def killed_while_it_reads():
    with temporary() as folder, EventServer() as server:
        seed = random.randrange(10**6)
        print(f"      seed {seed}")
        chance, most = random.Random(seed), 20_000

        def serve(write, last_id, number):
            at = int(last_id or 0)
            while at < most:
                many = min(chance.randrange(1, 300), most - at)
                write("".join(plain(n) for n in range(at + 1, at + many + 1)))
                at += many
                if number < 25 and chance.random() < 0.05:
                    return write(plain(at + 1)[:-9])  # it breaks off in the middle of an event
            server.stay()

        server.serve = serve
        daemon = reading(folder, server)
        for round in range(2):
            daemon.start()
            eventually("it reads", lambda: accepted(daemon) >= min(most, (round + 1) * 6000))
            daemon.kill() if round % 2 == 0 else daemon.stop()
        with daemon:
            eventually("all is there", lambda: accepted(daemon) >= most)
            eventually("the position is written", lambda: f'"last_event_id": "{most}"' in next((daemon.data / "positions").iterdir()).read_text())
            assert accepted(daemon) == most, accepted(daemon)
            assert daemon.metric("alarum_source_gaps_total") == 0
        print(f"      {len(server.asked)} connections")


def what_is_missing_is_said():
    with temporary() as folder, EventServer() as server:
        scripts = [lambda write: write("".join(plain(n) for n in range(1, 21)) + plain(25)),  # 21 to 24 do not come
                   lambda write: write(plain(1) + plain(2)),                                  # the server restarted: other events with old ids
                   lambda write: (write(plain(3)), server.stay())]
        server.serve = lambda write, last_id, number: scripts[min(number, 2)](write)
        with reading(folder, server) as daemon:
            eventually("all", lambda: counted(daemon, "s") == 24)
            assert server.asked == [None, "25", "2"], server.asked
            assert counted(daemon, "s", "duplicate") == 0, "an id that comes again is another event"
            daemon.shows("alarum_source_gaps_total", 2)
            daemon.says("events 21 to 24 did not come", "restarted its event ids")
    with temporary() as folder, EventServer() as server:
        server.serve = lambda write, last_id, number: write(plain(number, "")) if number < 2 else server.stay()
        with reading(folder, server) as daemon:
            eventually("two", lambda: counted(daemon, "s") == 2)
            eventually("no ids: each reconnection may have missed something", lambda: daemon.metric("alarum_source_gaps_total") == 2)


def an_empty_id_takes_the_last_one_back():
    with temporary() as folder, EventServer() as server:
        scripts = [lambda write: write(plain(1, "a")), lambda write: write("id\n" + plain(2, "")), lambda write: server.stay()]
        server.serve = lambda write, last_id, number: scripts[number](write)
        with reading(folder, server) as daemon:
            eventually("it asks a third time", lambda: len(server.asked) == 3)
            assert server.asked == [None, "a", None] and counted(daemon, "s") == 2, server.asked


def a_leap_while_we_were_away_is_said():
    with temporary() as folder, EventServer() as server:
        server.serve = lambda write, last_id, number: (write("".join(plain(n) for n in (range(1, 21) if number == 0 else [100]))), server.stay())
        daemon = reading(folder, server)
        with daemon:
            eventually("twenty", lambda: counted(daemon, "s") == 20)
        with daemon:
            eventually("one more", lambda: counted(daemon, "s") == 1)
            daemon.says("events 21 to 99 did not come")
            daemon.shows("alarum_source_gaps_total", 1)


def answers_that_are_no_stream():
    with temporary() as folder, EventServer() as server:
        odd = {0: (503, {"Retry-After": "1"}, b"busy"), 1: (200, {"Content-Type": "text/html"}, b"<html>log in</html>"), 3: (410, {}, b""), 5: (302, {"Location": "http://example.org/"}, b"")}
        server.refuse = lambda number, headers: odd.get(number)

        def serve(write, last_id, number):
            write(plain(number, f"id-{number}"))
            if number > 5:
                server.stay()

        server.serve = serve
        with reading(folder, server) as daemon:
            eventually("three are through", lambda: counted(daemon, "s") == 3)
            assert server.asked == [None, None, None, "id-2", None, "id-4", "id-4"], server.asked
            daemon.shows("alarum_source_gaps_total", 1)
            daemon.says("answered 503", "answers 410", "text/html", "redirections are not followed; it names http://example.org/")


def a_silent_stream_is_asked_for_again():
    with temporary() as folder, EventServer() as server:
        def serve(write, last_id, number):
            write(plain(number))
            server.stay()

        server.serve = serve
        with reading(folder, server, "json: plain, idle_timeout: 3s") as daemon:
            eventually("three connections", lambda: counted(daemon, "s") >= 3)
            assert server.asked[:3] == [None, "0", "1"]


def a_bmc_over_tls_with_a_password():
    with temporary() as folder:
        certificate(folder, "server")
        files = [f"{folder}/server.pem", f"{folder}/server.key"]
        with EventServer(files) as server:
            webhook = Webhook()
            server.refuse = lambda number, headers: None if headers["Authorization"] == "Basic cm9vdDpodW50ZXIy" else (401, {}, b"")

            def record(key, origin, at):
                return {"EventType": "Alert", "EventId": "1", "MemberId": "0", "MessageId": f"StorageDevice.1.2.1.{key}", "MessageArgs": ["1"], "MessageSeverity": "Critical",
                        "EventTimestamp": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 60 + at)), "OriginOfCondition": {"@odata.id": origin}}

            def serve(write, last_id, number):
                for id, key in enumerate(["DriveFailure", "DriveOK"]):
                    body = {"@odata.type": "#Event.v1_4_0.Event", "Id": str(id), "Name": "Event", "Context": "rack-7", "Events": [record(key, "/redfish/v1/Drives/1", id)]}
                    write(f"id: {id}\n" + "".join(f"data: {line}\n" for line in json.dumps(body, indent=1).splitlines()) + "\n")
                server.stay()

            server.serve = serve
            secret = pathlib.Path(folder) / "password"
            secret.write_text("hunter2\n")
            auth = f"http_config: {{tls_config: {{ca_file: '{files[0]}'}}, basic_auth: {{username: root, password_file: '{secret}'}}}}"
            daemon = reading(folder, server, f"format: redfish, {auth}", "", webhook, plain_rules(folder))
            with daemon:
                eventually("it fires and is resolved", lambda: [s for s, _ in told(webhook)] == ["firing", "resolved"])
                labels = told(webhook)[0][1]
                assert labels["source"] == "127.0.0.1" and labels["subject"] == "/redfish/v1/Drives/1", labels
                assert "hunter2" not in daemon.log_text() and "cm9vd" not in daemon.log_text()
            daemon.config.write_text(daemon.config.read_text().replace(f"tls_config: {{ca_file: '{files[0]}'}}, ", ""))
            with daemon:  # the system's authorities do not know it
                eventually("it is told", lambda: "certificate" in daemon.log_text() or "SSL" in daemon.log_text())


if __name__ == "__main__":
    main([every_framing, killed_while_it_reads, what_is_missing_is_said, an_empty_id_takes_the_last_one_back, a_leap_while_we_were_away_is_said, answers_that_are_no_stream, a_silent_stream_is_asked_for_again, a_bmc_over_tls_with_a_password])
