"""An event stream of prepared bytes into the real daemon: events a second, memory, CPU. bench/sse_bench.py [EVENTS]; ALARUM_BINARY says which build."""
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/e2e")]
from harness import event, eventually, temporary  # noqa: E402
from sse_test import EventServer, reading  # noqa: E402
from tail_test import accepted  # noqa: E402

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000


def cloudevent(i):
    return json.dumps(event(i, "noise", f"server-{i % 1000}", time="2026-11-27T10:00:00Z", data={"slot": i % 16, "message": "x" * 120}))


def record(i):
    return json.dumps({"@odata.type": "#Event.v1_7_0.Event", "Id": str(i), "Name": "Event", "Context": "rack-7", "Events": [
        {"EventType": "Alert", "EventId": str(i), "MemberId": "0", "MessageId": "ResourceEvent.1.2.1.ResourceChanged", "MessageSeverity": "OK", "Message": "The resource has changed.",
         "EventTimestamp": "2026-11-27T10:00:00+00:00", "OriginOfCondition": {"@odata.id": f"/redfish/v1/Chassis/{i % 1000}"}}]})


def status(pid, field):
    return int(next(line for line in open(f"/proc/{pid}/status") if line.startswith(field)).split()[1]) // 1024


def cpu(pid):
    parts = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def run(kind, make, format):
    stream = "".join(f"id: {i + 1}\ndata: {make(i)}\n\n" for i in range(MANY)).encode()
    with temporary() as folder, EventServer() as server:
        server.serve = lambda write, last_id, number: (write(stream), server.stay())
        with reading(folder, server, f"format: {format}") as daemon:
            pid, began, before = daemon.process.pid, time.monotonic(), cpu(daemon.process.pid)
            eventually("all are taken", lambda: accepted(daemon) >= MANY)
            took, used = time.monotonic() - began, cpu(pid) - before
            print(f"{kind}: {MANY} events of {len(stream) // MANY} bytes in {took:.2f} s: {MANY / took:,.0f}/s; CPU {used / MANY * 1e6:.1f} us an event (all threads); resident at most {status(pid, 'VmHWM')} MiB", flush=True)


def idle(many):
    servers = [EventServer() for _ in range(many)]
    for server in servers:
        server.serve = lambda write, last_id, number, server=server: (write("id: 1\ndata: " + cloudevent(id(server)) + "\n\n"), server.stay())
    with temporary() as folder, servers[0] as server:
        daemon = reading(folder, server, "format: cloudevents")
        text = daemon.config.read_text()
        daemon.config.write_text(text[:text.index("sources:")])
        with daemon:
            without = status(daemon.process.pid, "VmRSS")
        daemon.config.write_text(text[:text.index("sources:")] + "sources: [" + ", ".join(f"{{sse: '{one.url}', name: s{i}}}" for i, one in enumerate(servers)) + "]\n")
        with daemon:
            eventually("all are connected", lambda: daemon.metric("alarum_source_connections") == many and accepted(daemon) >= many)
            print(f"idle: {many} event streams: resident {without} MiB without, {status(daemon.process.pid, 'VmRSS')} MiB with them", flush=True)


if __name__ == "__main__":
    run("CloudEvents", cloudevent, "cloudevents")
    run("Redfish", record, "redfish")
    idle(200)
