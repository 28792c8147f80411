"""Events accepted and durable over HTTP on loopback: batches of 100, then single events beside the same disk's fdatasync. Idle memory, start-up.

python3 bench/http_bench.py BINARY EVENTS.ndjson     (EVENTS: ../shared/bench/gen_events.py)
"""
import http.client
import json
import os
import pathlib
import resource
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ["ALARUM_BINARY"] = str(pathlib.Path(sys.argv[1]).resolve())
from harness import Daemon, event, temporary  # noqa: E402

BATCH, CONNECTIONS = 100, 4


def cpu(who=resource.RUSAGE_SELF):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def cpu_of(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss(process):
    return int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def post(connection, body, kind):
    connection.request("POST", "/v1/events", body, {"Content-Type": kind})
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, text


def batches(daemon, bodies):
    def send(share):
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
        for body in share:
            post(connection, body, "application/cloudevents-batch+json")
    threads = [threading.Thread(target=send, args=(bodies[i::CONNECTIONS],)) for i in range(CONNECTIONS)]
    began, own, theirs = time.monotonic(), cpu(), cpu_of(daemon.process.pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    count = len(bodies) * BATCH
    print(f"batches of {BATCH}, {CONNECTIONS} connections: {count / took:,.0f} events/s accepted and durable ({count} in {took:.2f} s); "
          f"CPU: sender {cpu() - own:.2f} s, daemon {cpu_of(daemon.process.pid) - theirs:.2f} s")


def percentiles(times):
    times.sort()
    return f"p50 {times[len(times) // 2] * 1e6:.0f} µs, p99 {times[len(times) * 99 // 100] * 1e6:.0f} µs"


def singles(daemon, folder):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
    scratch = os.open(f"{folder}/scratch", os.O_RDWR | os.O_CREAT)
    os.posix_fallocate(scratch, 0, 64 << 20)
    os.fsync(scratch)
    answered, synced = [], []
    for i in range(3000):  # in turns, so that both see the same disk
        body = json.dumps(event(f"single-{i}"))
        began = time.perf_counter()
        post(connection, body, "application/cloudevents+json")
        answered.append(time.perf_counter() - began)
        began = time.perf_counter()
        os.pwrite(scratch, b"x" * 512, 512 * i)
        os.fdatasync(scratch)
        synced.append(time.perf_counter() - began)
    print(f"single event acknowledged: {percentiles(answered)}; fdatasync of 512 bytes beside it: {percentiles(synced)}")


def main():
    with temporary() as folder:
        daemon = Daemon(folder)
        began = time.monotonic()
        daemon.start()
        print(f"start-up on an empty folder to a listening socket: {(time.monotonic() - began) * 1e3:.0f} ms (polled each 20 ms); idle memory {rss(daemon.process.pid):.1f} MiB")
        with open(sys.argv[2]) as lines:
            events = [line.strip() for line in lines]
        bodies = ["[" + ",".join(events[i:i + BATCH]) + "]" for i in range(0, len(events) - BATCH + 1, BATCH)]
        batches(daemon, bodies)
        singles(daemon, folder)
        daemon.settled()
        print(f"memory after it: {rss(daemon.process.pid):.1f} MiB")
        daemon.kill()
        began = time.monotonic()
        daemon.start()
        print(f"start-up after a SIGKILL with {len(events)} events in the journal: {(time.monotonic() - began) * 1e3:.0f} ms")
        daemon.stop()


if __name__ == "__main__":
    main()
