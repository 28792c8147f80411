"""Under fire: hostile input over every door of the real daemon, slow and silent senders, crowds. It lives, its memory keeps to the bound that docs/http.md states,
what was refused is counted, and others are served meanwhile."""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import random
import resource
import signal
import socket
import ssl
import subprocess
import threading

from harness import BINARY, PATIENCE, Daemon, certificate, event, eventually, free_port, main, temporary
from streams_test import counted, lines, port_of

SANITIZED = bool(os.environ.get("ALARUM_SANITIZE"))  # a sanitizer keeps what was freed: memory says nothing of ours there
CE = {"Content-Type": "application/cloudevents+json"}
JSON = {"Content-Type": "application/json"}
ROUTES = ["/v1/events", "/V1.0/p1/events", "/ingest/alertmanager", "/ingest/smn", "/ingest/sns", "/ingest/eventbridge", "/ingest/eventgrid", "/ingest/redfish", "/ingest/json/ci", "/api/v2/alerts", "/api/v2/silences"]


def memory(daemon, what="VmRSS"):
    """KiB."""
    return int(pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text().split(f"{what}:")[1].split()[0])


def bounded(before, daemon, mib):
    grown = (memory(daemon, "VmHWM") - before) // 1024
    print(f"      {grown} MiB of growth")
    assert SANITIZED or grown < mib, f"grew by {grown} MiB"


def many_files():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def rest_of(stream):
    """What comes until the other side closes."""
    out = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := stream.recv(65536):
            out += piece
    return out


def crowds_of_idle_connections_cost_little_and_others_are_served():
    many_files()
    with temporary() as folder:
        config = "limits: {connections: 2000, header_timeout: 1h, idle_timeout: 1h}\nsources: [{tcp: '127.0.0.1:0', name: t, connections: 600}]\n"
        with Daemon(folder, config=config) as daemon:
            daemon.post(event("warm"))
            before = memory(daemon)
            with contextlib.ExitStack() as all:
                silent = [all.enter_context(connect(daemon.port)) for _ in range(1000)]
                begun = [all.enter_context(connect(daemon.port)) for _ in range(900)]
                for one in begun:
                    one.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 2000)
                streams = [all.enter_context(connect(port_of(daemon, "t"))) for _ in range(600)]
                for one in streams[::2]:
                    one.sendall(b'{"specversion":"1.0","id":"')
                watch = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)  # has its place, however many come

                def seen(name):
                    return daemon.metric(name, watch)

                eventually("all are open", lambda: seen("alarum_http_open_connections") == 1901 and seen("alarum_source_connections") == 600)
                for i in range(100):
                    assert daemon.post(event(i)) == 200
                bounded(before, daemon, 64)
                eventually("those are gone", lambda: seen("alarum_http_open_connections") == 1901)
                crowd = [all.enter_context(connect(daemon.port)) for _ in range(200)]
                eventually("what is too many is closed and counted", lambda: seen("alarum_http_rejected_total") == 101)
                with connect(port_of(daemon, "t")) as one_more:
                    assert one_more.recv(1) == b""
                # Who was in before is served to the end.
                silent[0].sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert rest_of(silent[0]).startswith(b"HTTP/1.1 200")
                del crowd
            eventually("all are gone", lambda: seen("alarum_http_open_connections") == 1 and seen("alarum_source_connections") == 0)
            assert daemon.post(event("after")) == 200


def drip(stream, bytes_of):
    """A byte, then the next, until the other side has had enough: what it said."""
    stream.settimeout(0.05)
    for byte in bytes_of:
        try:
            stream.sendall(bytes([byte]))
            piece = stream.recv(65536)
            if piece or piece == b"":
                stream.settimeout(PATIENCE)
                return piece + rest_of(stream) if piece else b""
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            return b""
    raise AssertionError("never cut off")


def endless(*parts):
    for part in parts:
        yield from part
    while True:
        yield from b"1"


def slow_senders_are_cut_off():
    with temporary() as folder:
        with Daemon(folder, config="limits: {header_timeout: 5s, body_timeout: 5s, idle_timeout: 5s}\n") as daemon:
            head = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\n"
            slow = {
                "a head": [b"POST /v1/events HTTP/1.1\r\nX: "],
                "a head after a request": [b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\nGET /"],
                "a body": [head + b"Content-Length: 100000\r\n\r\n"],
                "a chunk": [head + b"Transfer-Encoding: chunked\r\n\r\n10000\r\n"],
            }
            answers = {}

            def send(name):
                with connect(daemon.port) as stream:
                    stream.sendall(slow[name][0])
                    answers[name] = drip(stream, endless())

            # Silence is an end, too: no request, an answer that nobody takes.
            def keep_silent():
                with connect(daemon.port) as silent:
                    answers["silence"] = silent.recv(1)

            def take_nothing():
                with connect(daemon.port) as greedy, contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    for _ in range(100_000):
                        greedy.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10)
                    answers["greedy"] = "answers pile up somewhere"

            threads = [threading.Thread(target=send, args=[name]) for name in slow]
            threads += [threading.Thread(target=keep_silent), threading.Thread(target=take_nothing)]
            for thread in threads:
                thread.start()
            for i in range(50):
                assert daemon.post(event(i)) == 200
            for thread in threads:
                thread.join()
            assert answers["a body"].startswith(b"HTTP/1.1 408") and answers["a chunk"].startswith(b"HTTP/1.1 408"), answers
            assert answers["a head"].startswith(b"HTTP/1.1 408"), answers
            twice = answers["a head after a request"]
            assert twice.startswith(b"HTTP/1.1 200") and twice.count(b"HTTP/1.1 408") == 1, answers
            assert answers["silence"] == b"" and "greedy" not in answers, answers
            assert daemon.post(event("after")) == 200
            daemon.shows('alarum_ingest_rejected_total{format="cloudevents",reason="body_too_slow"}', 2)


def who_says_nothing_over_tls_is_closed():
    with temporary() as folder:
        certificate(folder, "me")
        files = f"{{cert_file: {folder}/me.pem, key_file: {folder}/me.key}}"
        config = f"tls: {files}\nlimits: {{header_timeout: 5s}}\nsources: [{{tcp: '127.0.0.1:0', name: t, tls: {files}, handshake_timeout: 5s}}]\n"
        with Daemon(folder, config=config) as daemon:
            context = ssl._create_unverified_context()
            with context.wrap_socket(connect(port_of(daemon, "t"))) as known, connect(port_of(daemon, "t")) as silent, connect(daemon.port) as also_silent, connect(port_of(daemon, "t")) as slow:
                slow.sendall(b"\x16\x03\x01")  # a handshake that goes no further
                assert silent.recv(1) == also_silent.recv(1) == slow.recv(1) == b""
                known.sendall(lines([event("after")]))  # who is known may be silent for longer
                watch = http.client.HTTPSConnection("127.0.0.1", daemon.port, timeout=PATIENCE, context=context)
                eventually("its line is taken", lambda: daemon.metric('alarum_source_events_total{source="t",outcome="accepted"}', watch) == 1)


def post_anyway(daemon, path, body, headers):
    """(status, text); (0, "") where a large body was refused so early that the answer was lost to a reset."""
    lines_of = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with connect(daemon.port) as stream:
        with contextlib.suppress(OSError):
            stream.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{lines_of}\r\n".encode() + body)
        answer = rest_of(stream).decode(errors="replace")
    assert answer or len(body) > 1 << 20, f"no answer to {len(body)} bytes at {path}"
    return int(answer[9:12] or 0), answer


def hostile_bodies():
    one = json.dumps(event("x"))
    yield "nothing", b""
    yield "deep arrays", b"[" * 100_000
    yield "deep objects", b'{"a":' * 50_000
    yield "deep and whole", b"[" * 5000 + b"]" * 5000
    yield "a long number", b"[" + b"9" * 400_000 + b"]"
    yield "a long string", b'["' + b"a" * 500_000
    yield "many members", b"{" + b",".join(b'"k%d":1' % i for i in range(30_000)) + b"}"
    yield "many items", b"[" + b"1," * 240_000 + b"1]"
    yield "overlong UTF-8", one.replace('"x"', '"\u0001"').encode().replace(b"\\u0001", b"\xc0\x80")
    yield "half a character", one.replace('"x"', '"@"').encode().replace(b"@", b"\xe4\xb8")
    yield "a surrogate in UTF-8", one.replace('"x"', '"@"').encode().replace(b"@", b"\xed\xa0\x80")
    yield "half a surrogate pair", one.replace('"x"', '"\\ud800"').encode()
    yield "UTF-16", one.encode("utf-16")
    yield "a mark before it", b"\xef\xbb\xbf" + one.encode()
    yield "zeros", b"\0" * 300_000
    rng = random.Random(6)
    for size in (1, 100, 10_000, 500_000):
        yield f"{size} random bytes", rng.randbytes(size)


def hostile_bodies_on_every_route():
    with temporary() as folder:
        with Daemon(folder, config="limits: {body: 512KiB}\njson: {ci: {id: /id}}\n") as daemon:
            daemon.post(event("warm"))
            before, sent = memory(daemon), 0
            for number, (name, body) in enumerate(hostile_bodies()):
                packed = gzip.compress(body, 1)
                for route, path in enumerate(ROUTES):
                    kind = CE if path == "/v1/events" else JSON
                    coding, bytes_of = ({}, body) if (number + route) % 2 else ({"Content-Encoding": "gzip"}, packed)
                    status, text = post_anyway(daemon, path, bytes_of, {**kind, **coding})
                    # A mapping takes any JSON, however odd; a byte order mark before JSON is passed over (RFC 8259, 8.1).
                    taken = status == 200 and (name == "a mark before it" or (path == "/ingest/json/ci" and name in ("many members", "many items", "a long number")))
                    assert status in (0, 400, 403, 413) or taken, (name, path, coding, status, text[:300])
                    sent += 1
                for kind in ("application/x-ndjson", "application/cloudevents-batch+json"):
                    status, text = post_anyway(daemon, "/v1/events", body, {"Content-Type": kind})
                    assert status in (0, 400, 413) or (name in ("nothing", "a mark before it") and status == 200), (name, kind, status, text[:300])
            status, text = post_anyway(daemon, "/api/v2/alerts", json.dumps([1] * 150).encode(), JSON)
            assert status == 400 and "alert 99: " in text and text.endswith("and 50 more\"\n"), text[-200:]
            bomb = gzip.compress(b"\0" * (32 << 20))
            for path in ROUTES:
                status, text = post_anyway(daemon, path, bomb, {**JSON, **(CE if path == "/v1/events" else {}), "Content-Encoding": "gzip"})
                assert status == 413, (path, status, text[:300])
            print(f"      {sent} requests")
            bounded(before, daemon, 256 + 64 * 0.5 * (os.cpu_count() or 1))  # what docs/http.md says of decoding
            for head in (b"X: " + b"a" * 1_000_000, b"".join(b"X-%d: b\r\n" % i for i in range(50_000)), b"Cookie: " + os.urandom(0) + b"\xff" * 20_000):
                with connect(daemon.port) as stream:
                    with contextlib.suppress(OSError):
                        stream.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n\r\n")
                    answer = rest_of(stream)
                    assert answer == b"" or answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400")), answer
            assert daemon.post(event("after")) == 200
            assert json.loads(daemon.request("GET", "/api/v1/ledger")[2])["faults"] == []


def others_are_served_while_hostile_bodies_are_worked_on():
    with temporary() as folder:
        with Daemon(folder, config="json: {ci: {id: /id}}\n") as daemon:
            assert daemon.post(event("warm")) == 200
            before, over, sent = memory(daemon), threading.Event(), []
            commas, one = b"[" + b"1," * 1_000_000 + b"1]", json.dumps(event("huge", data="x" * 700)).encode()
            bomb = gzip.compress(b"\0" * (32 << 20))
            loads = [("/ingest/json/ci", JSON, commas, {}), ("/ingest/alertmanager", JSON, b'{"alerts":' + commas + b"}", {}), ("/api/v2/alerts", JSON, commas, {}), ("/ingest/alertmanager", JSON, bomb, {"Content-Encoding": "gzip"}),
                     ("/v1/events", {"Content-Type": "application/cloudevents-batch+json"}, b"[" + b",".join([one] * 2000) + b"]", {}), ("/v1/events", {"Content-Type": "application/x-ndjson"}, b"1\n" * 10_000, {})]

            def attack(path, kind, body, more):
                while not over.is_set():
                    sent.append((path, post_anyway(daemon, path, body, {**kind, **more})[0]))

            threads = [threading.Thread(target=attack, args=load) for load in loads]
            for thread in threads:
                thread.start()
            own = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
            count = 0
            while len({load for load, _ in sent}) < 4 or count < 50:
                own.request("POST", "/v1/events", json.dumps(event(count)), CE)
                answer = own.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()
                count += 1
            over.set()
            for thread in threads:
                thread.join()
            print(f"      {count} of others, {len(sent)} hostile ones")
            assert {status for _, status in sent} <= {0, 200, 400, 413, 429, 503}, sent
            # Bodies, and one that is decoded, at a time on each helper: half as many as cores.
            bounded(before, daemon, 256 + 64 + 64 * 8 * max((os.cpu_count() or 1) // 2, 1))
            assert json.loads(daemon.request("GET", "/api/v1/ledger")[2])["faults"] == []


def random_bytes_at_every_door():
    with temporary() as folder:
        certificate(folder, "me")
        tls = f"tls: {{cert_file: {folder}/me.pem, key_file: {folder}/me.key}}"
        doors = {"lines": "tcp: '127.0.0.1:0'", "syslog": "tcp: '127.0.0.1:0', format: syslog", "secret": f"tcp: '127.0.0.1:0', format: syslog, {tls}", "unix": f"unix: {folder}/e.sock", "udp": "udp: '127.0.0.1:0', format: syslog"}
        config = "sources: [" + ", ".join(f"{{{what}, name: {name}}}" for name, what in doors.items()) + "]\n"
        rng = random.Random(7)
        with Daemon(folder, config=config) as daemon:
            daemon.post(event("warm"))
            before = memory(daemon)
            ssl_context = ssl._create_unverified_context()

            def enter(door):
                if door == "unix":
                    stream = socket.socket(socket.AF_UNIX)
                    stream.connect(f"{folder}/e.sock")
                    return stream
                return connect(daemon.port if door == "http" else port_of(daemon, door))

            for door in ("http", "lines", "syslog", "secret", "unix", "inside"):
                for size in [10, 1000, 300_000]:
                    noise = rng.randbytes(size)
                    with enter("secret" if door == "inside" else door) as stream, contextlib.suppress(OSError):
                        if door == "inside":
                            stream = ssl_context.wrap_socket(stream)
                        stream.sendall(noise)
                        stream.shutdown(socket.SHUT_WR)
                        rest_of(stream)
                    assert daemon.post(event(f"{door}{size}")) == 200
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                for size in [0, 1, 100, 65_000]:
                    udp.sendto(rng.randbytes(size), ("127.0.0.1", port_of(daemon, "udp")))
            eventually("it was counted", lambda: all(counted(daemon, door, "rejected") > 0 for door in ("lines", "syslog", "secret", "unix", "udp")))
            eventually("all connections are gone", lambda: daemon.metric("alarum_source_connections") == 0)
            bounded(before, daemon, 128)
            assert daemon.post(event("after")) == 200


def lines_without_an_end_are_bounded():
    with temporary() as folder:
        with Daemon(folder, config="sources: [{tcp: '127.0.0.1:0', name: t}]\n") as daemon:
            daemon.post(event("warm"))
            before = memory(daemon)
            with contextlib.ExitStack() as all:
                for _ in range(120):
                    one = all.enter_context(connect(port_of(daemon, "t")))
                    with contextlib.suppress(OSError):
                        one.sendall(b"x" * 1_000_000)
                eventually("some were closed", lambda: daemon.metric("alarum_ingest_rejected_total") > 0 and "too_much_unfinished" in daemon.log_text())
                bounded(before, daemon, 192)
                assert daemon.post(event("after")) == 200


SIGNED = "auth: {routes: {/ingest/json/signed: [{github_secret: hush}]}}\n"


def bodies_together_are_bounded_and_senders_are_told_to_come_again():
    with temporary() as folder:
        with Daemon(folder, config="limits: {body: 1MiB, bodies: 4MiB, body_timeout: 1h}\njson: {ci: {}, signed: {}}\n" + SIGNED) as daemon:
            def begin(all, path, kind):
                stream = all.enter_context(connect(daemon.port))
                stream.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 1000000\r\n\r\n".encode())
                with contextlib.suppress(OSError):
                    stream.sendall(b" " * 900_000)
                return stream

            with contextlib.ExitStack() as all:
                first = [begin(all, "/v1/events", "application/cloudevents+json") for _ in range(4)]
                eventually("they are held", lambda: daemon.metric("alarum_http_buffered_bytes") == 3_600_000)
                for path, status in (("/v1/events", 429), ("/V1.0/p1/events", 429), ("/ingest/alertmanager", 503), ("/ingest/smn", 503), ("/ingest/sns", 503), ("/ingest/eventgrid", 503), ("/ingest/redfish", 503), ("/ingest/json/ci", 503), ("/ingest/eventbridge", 429)):
                    kind = "application/cloudevents+json" if path == "/v1/events" else "application/json"
                    answer = rest_of(begin(all, path, kind)).decode()
                    assert answer.startswith(f"HTTP/1.1 {status} ") and "\r\nRetry-After: 1\r\n" in answer, (path, answer)
                    outcome = {"/v1/events": "cloudevents", "/V1.0/p1/events": "ces"}.get(path, path.split("/")[2])
                    daemon.shows(f'alarum_ingest_events_total{{format="{outcome}",outcome="failed"', 1)
                answer = rest_of(begin(all, "/ingest/json/signed", "application/json")).decode()
                assert answer.startswith("HTTP/1.1 503 ") and "\r\nRetry-After: 1\r\n" in answer, answer
                daemon.shows('alarum_ingest_events_total{format="json",outcome="failed"', 2)
                assert daemon.metric("alarum_ingest_rejected_total") == 0, "what comes again is not lost"
                assert daemon.post(event("small")) == 200
                body = json.dumps(event("large", data="x" * 50_000)).encode()
                for one in first:
                    one.sendall(body + b" " * (100_000 - len(body)))
                    assert one.recv(65536).startswith(b"HTTP/1.1 200"), "who was let in is served"
            eventually("all is let go", lambda: daemon.metric("alarum_http_buffered_bytes") == 0)


def a_full_journal_is_503_to_clouds_and_nothing_is_lost_for_good():
    with temporary() as folder:
        config = "journal: {segment_size: 64KiB, max_size: 1MiB}\nsns: {topics: ['arn:aws:sns:eu-west-1:123456789012:t'], raw: true}\nauth: {routes: {/ingest/sns: [{bearer_token: k}]}}\n"
        with Daemon(folder, config=config) as daemon:
            def fill():
                return daemon.request("POST", "/v1/events", json.dumps(event(os.urandom(8).hex(), data=os.urandom(20_000).hex())), CE)[0]

            raw = {"x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": "arn:aws:sns:eu-west-1:123456789012:t", "Authorization": "Bearer k"}

            def refused():
                fill()  # what is compressed makes room again
                status, headers, _ = daemon.request("POST", "/ingest/sns", os.urandom(20_000).hex(), {**raw, "x-amz-sns-message-id": os.urandom(8).hex()})
                assert status == 200 or (status == 503 and int(headers["Retry-After"]) > 0), status
                return status == 503

            eventually("it is full", refused)
            daemon.shows('alarum_ingest_events_total{format="sns",outcome="failed"', 1)
            assert daemon.metric('alarum_ingest_rejected_total{format="sns"') == 0


def datagrams_that_the_kernel_dropped_are_counted():
    with temporary() as folder:
        with Daemon(folder, config="sources: [{udp: '127.0.0.1:0', name: u}]\n") as daemon:
            port, many = port_of(daemon, "u"), 15_000
            os.kill(daemon.process.pid, signal.SIGSTOP)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                for i in range(many):
                    udp.sendto(lines([event(i, "ok", data="x" * 500)]), ("127.0.0.1", port))
            os.kill(daemon.process.pid, signal.SIGCONT)
            lost = lambda: daemon.metric("alarum_source_dropped_datagrams_total")
            eventually("every datagram is in the journal or said to be lost", lambda: counted(daemon, "u") + lost() == many and lost() > 0)
            eventually("that is a gap", lambda: daemon.metric("alarum_source_gaps_total") >= 1)
            daemon.says("datagrams arrived faster")


def tls_under_load_and_at_a_stop():
    with temporary() as folder:
        certificate(folder, "me")
        files = f"{{cert_file: {folder}/me.pem, key_file: {folder}/me.key}}"
        daemon = Daemon(folder, config=f"tls: {files}\nsources: [{{tcp: '127.0.0.1:0', name: t, tls: {files}}}]\n").start()
        context, acknowledged, lock, begun = ssl._create_unverified_context(), [], threading.Lock(), threading.Event()

        def post(who):
            for round in range(1000):
                with contextlib.suppress(OSError, IndexError), context.wrap_socket(connect(daemon.port)) as stream:
                    for i in range(20):
                        body = json.dumps(event(f"{who}-{round}-{i}", "ok")).encode()
                        stream.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                        if not stream.recv(65536).startswith(b"HTTP/1.1 200"):
                            break
                        with lock:
                            acknowledged.append(1)
                        if len(acknowledged) > 200:
                            begun.set()
                if daemon.process.poll() is not None:
                    return

        def stream_lines():
            with contextlib.suppress(OSError), context.wrap_socket(connect(port_of(daemon, "t"))) as stream:
                for i in range(1_000_000):
                    stream.sendall(lines([event(f"line-{i}", "ok")]))

        threads = [threading.Thread(target=post, args=[who]) for who in range(6)] + [threading.Thread(target=stream_lines) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert begun.wait(PATIENCE)
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(PATIENCE) == 0, daemon.log_text()
        for thread in threads:
            thread.join()
        daemon.config.write_text(daemon.config.read_text().replace(f"tls: {files}\nsources", "sources"))
        with daemon:
            stored = daemon.metric('alarum_journal_events_total{outcome="accepted"')
            print(f"      {len(acknowledged)} acknowledged, {stored:.0f} stored")
            assert stored >= len(acknowledged)


def a_second_daemon_does_not_share_the_port():
    with temporary() as one, temporary() as two:
        port, first = free_port(), Daemon(one)
        first.config.write_text(first.config.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        with first:
            second = Daemon(two)
            second.config.write_text(second.config.read_text().replace("127.0.0.1:0", f"127.0.0.1:{first.port}"))
            done = subprocess.run([BINARY, "serve", "--config", str(second.config)], capture_output=True, text=True, timeout=PATIENCE)
            assert done.returncode == 1 and f"cannot listen on 127.0.0.1:{first.port}: another program does already" in done.stderr, done.stderr
        # A port is free as soon as its daemon has gone, also while old connections of it linger.
        with first:
            assert first.port == port
            first.kill()
        with first:
            assert first.post(event(1)) == 200


if __name__ == "__main__":
    main([crowds_of_idle_connections_cost_little_and_others_are_served, slow_senders_are_cut_off, who_says_nothing_over_tls_is_closed, hostile_bodies_on_every_route, others_are_served_while_hostile_bodies_are_worked_on, random_bytes_at_every_door,
          lines_without_an_end_are_bounded, bodies_together_are_bounded_and_senders_are_told_to_come_again, a_full_journal_is_503_to_clouds_and_nothing_is_lost_for_good,
          datagrams_that_the_kernel_dropped_are_counted, tls_under_load_and_at_a_stop, a_second_daemon_does_not_share_the_port])
