"""What a sender that behaves feels while others attack: p50 and p99 of its POSTs (one CloudEvent each) under each load, beside quiet turns before and after it.
bench/fire_bench.py [SECONDS [LOAD...]]; ALARUM_BINARY says which build. Requests leave by a schedule and count from when they should have left, so that a stall counts for all that it delayed.
The attackers are processes of their own, niced: what is measured is what the daemon does to others, not who gets the sender's core."""
import contextlib
import gzip
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import socket
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/e2e"), str(ROOT / "bench")]
from fire_test import connect, many_files, memory  # noqa: E402
from harness import Daemon, event, temporary  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 10
SENDERS, EVERY = 20, 0.2  # a hundred requests a second
BATCH, NDJSON, JSON, CE = "application/cloudevents-batch+json", "application/x-ndjson", "application/json", "application/cloudevents+json"


def again_and_again(port, path, kind, body, coding=None):
    """One request after the other, each to its answer."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n" + (f"Content-Encoding: {coding}\r\n" if coding else "")
    while True:
        with contextlib.suppress(OSError), connect(port) as stream:
            stream.sendall(head.encode() + b"\r\n" + body)
            while stream.recv(65536):
                pass


def idle(port, many):
    kept = [connect(port) for _ in range(many)]
    for one in kept[::2]:
        one.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 2000)
    time.sleep(3600)


def dripping(port, many):
    heads = (b"POST /v1/events HTTP/1.1\r\nX: ", b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 100000\r\n\r\n")
    kept = []
    while True:
        for i in range(many):
            if i >= len(kept):
                kept.append(connect(port))
                kept[i].sendall(heads[i % 2])
            try:
                kept[i].sendall(b"1")
            except OSError:  # cut off: the next takes its place
                kept[i] = connect(port)
                kept[i].sendall(heads[i % 2])
        time.sleep(0.2)


def noise(port):
    rng = random.Random(os.getpid())
    while True:
        with contextlib.suppress(OSError), connect(port) as stream:
            stream.sendall(rng.randbytes(rng.choice([10, 1000, 100_000])))
            stream.shutdown(socket.SHUT_WR)
            stream.recv(65536)


def heads(port):
    shapes = (b"X: " + b"a" * 1_000_000, b"".join(b"X-%d: b\r\n" % i for i in range(50_000)))
    while True:
        for shape in shapes:
            with contextlib.suppress(OSError), connect(port) as stream:
                stream.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + shape + b"\r\n\r\n")
                stream.recv(65536)


def flat(size):
    return b"[" + b"1," * (size // 2) + b"1]"


def batch(size):
    one = json.dumps(event("huge", "noise", data="x" * 700)).encode()
    return b"[" + b",".join([one] * (size // len(one))) + b"]"


# name: (what each attacker runs, how many of them)
LOADS = {
    "1,900 idle connections, half inside a head": ((idle, 1900), 1),
    "400 slow senders, a byte each 0.2 s": ((dripping, 400), 1),
    "heads of 1 MB, back to back": ((heads,), 4),
    "random bytes, back to back": ((noise,), 4),
    "deep JSON, 500 kB": ((again_and_again, "/ingest/json/ci", JSON, b"[" * 500_000), 4),
    "deep and whole JSON, 500 kB": ((again_and_again, "/ingest/alertmanager", JSON, b'{"alerts":' + b"[" * 250_000 + b"]" * 250_000 + b"}"), 4),
    "gzip bombs (1 GB)": ((again_and_again, "/ingest/alertmanager", JSON, None, "gzip"), 4),
    "gzip bombs as NDJSON": ((again_and_again, "/v1/events", NDJSON, None, "gzip"), 4),
    "gzip of 8 MB of commas": ((again_and_again, "/ingest/json/ci", JSON, gzip.compress(flat(8_000_000)), "gzip"), 4),
    "JSON of 8 MB, commas, any JSON": ((again_and_again, "/ingest/json/ci", JSON, flat(8_000_000)), 4),
    "JSON of 8 MB, commas, Alertmanager": ((again_and_again, "/ingest/alertmanager", JSON, b'{"alerts":' + flat(8_000_000) + b"}"), 4),
    "JSON of 8 MB, commas, posted alerts": ((again_and_again, "/api/v2/alerts", JSON, flat(8_000_000)), 4),
    "batches of 8 MB, commas": ((again_and_again, "/v1/events", BATCH, flat(8_000_000)), 4),
    "batches of 8 MB, real events": ((again_and_again, "/v1/events", BATCH, batch(8_000_000)), 4),
    "random bytes as NDJSON, 8 MB": ((again_and_again, "/v1/events", NDJSON, random.Random(1).randbytes(8_000_000)), 4),
}


def behave(daemon):
    """Latencies in ms, of connections that are kept and of new ones, and how many were not answered 200. Twenty senders, a request each 0.2 s."""
    out, bad = ([], []), []

    def send(number):
        own, begin = None, time.monotonic() + number * EVERY / SENDERS
        for i in range(int(SECONDS / EVERY)):
            due = begin + i * EVERY
            time.sleep(max(due - time.monotonic(), 0))
            new = own is None or number % 2 == 1
            own = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60) if new else own
            try:
                own.request("POST", "/v1/events", json.dumps(event(f"{begin}-{i}", "noise")), {"Content-Type": CE})
                answer = own.getresponse()
                answer.read()
                bad.extend([answer.status] * (answer.status != 200))
            except (OSError, http.client.HTTPException) as fault:
                bad.append(str(fault))
            out[number % 2].append((time.monotonic() - due) * 1e3)
            if bad or number % 2 == 1:
                own.close()

    threads = [threading.Thread(target=send, args=[number]) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return *out, len(bad)


def at(times, share):
    return sorted(times)[int(len(times) * share)]


def figures(all):
    return [at(all[0], 0.5), at(all[0], 0.99), at(all[1], 0.5), at(all[1], 0.99)]


@contextlib.contextmanager
def attacked(daemon, what, many):
    def run():
        os.nice(19)
        many_files()
        what[0](daemon.port, *what[1:])

    ones = [multiprocessing.Process(target=run, daemon=True) for _ in range(many)]
    for one in ones:
        one.start()
    time.sleep(1.5)
    try:
        yield
    finally:
        for one in ones:
            one.kill()
            one.join()
        time.sleep(1)


def main():
    many_files()
    bomb = gzip.compress(b"\0" * (1 << 30), 9)
    chosen = [name for name in LOADS if not sys.argv[2:] or any(word in name for word in sys.argv[2:])]
    print("| load | p50 | p99 | p50, new connections | p99, new connections | quiet: p50, p99 | not 200 | resident at most |\n|---|---|---|---|---|---|---|---|")
    for name in chosen:
        what, many = LOADS[name]
        what = tuple(bomb if part is None else part for part in what)
        with temporary() as folder, Daemon(folder, config="json: {ci: {id: /id}}\nlimits: {connections: 2500}\n") as daemon:
            behave(daemon)  # warm
            before = figures(behave(daemon))
            with attacked(daemon, what, many):
                result = behave(daemon)
            after = figures(behave(daemon))
            quiet = [(a + b) / 2 for a, b in zip(before, after)]
            ratios = [f"{under / calm:.1f}" for under, calm in zip(figures(result), quiet)]
            print(f"| {name} | {' | '.join(ratios)} | {quiet[0]:.1f}, {quiet[1]:.1f} ms | {result[2]} | {memory(daemon, 'VmHWM') // 1024} MiB |", flush=True)


if __name__ == "__main__":
    main()
