#!/usr/bin/env python3
"""Delivery of a release build on this machine: notifications a second, latency from event in to webhook out, and a burst.

    ninja -C build/release alarum && python3 bench/deliver_bench.py [--binary build/release/alarum]

Receiver and sender are Python on the same machine: their share of the processors counts against the daemon.
"""
import argparse
import asyncio
import json
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RULE = """rules:
  - alert: Down
    match: {type: linkDown}
    until: linkUp
    by: subject
    severity: major
    resolve_after: 24h
    summary: "{{subject}} is down"
"""


class Receiver(asyncio.Protocol):
    """Answers 200 to every request and notes when each subject was first told."""

    arrived, requests = {}, 0

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while True:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            at = self.buffer.lower().find(b"content-length:", 0, head)
            length = int(self.buffer[at + 15:self.buffer.find(b"\r\n", at)])
            if len(self.buffer) < head + 4 + length:
                return
            body, self.buffer = self.buffer[head + 4:head + 4 + length], self.buffer[head + 4 + length:]
            now = time.perf_counter()
            Receiver.requests += 1
            for part in body.split(b'"subject":"')[1:]:
                Receiver.arrived.setdefault(part[:part.find(b'"')].decode(), now)
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def event(name):
    return json.dumps({"specversion": "1.0", "id": name, "source": "SYS.BMS", "type": "linkDown", "subject": name}).encode()


async def post(port, body, content_type):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (content_type, len(body)) + body)
    status = await reader.readline()
    assert b" 200 " in status, status
    writer.close()


async def arrived(names, patience=120):
    end = time.perf_counter() + patience
    while any(name not in Receiver.arrived for name in (names[-1], names[0])) or not all(name in Receiver.arrived for name in names):
        assert time.perf_counter() < end, "not all arrived"
        await asyncio.sleep(0.005)
    return max(Receiver.arrived[name] for name in names)


async def burst(port, label, count):
    names = [f"{label}-{i}" for i in range(count)]
    began = time.perf_counter()
    await post(port, b"\n".join(event(name) for name in names) + b"\n", b"application/x-ndjson")
    taken = time.perf_counter()
    last = await arrived(names)
    return {"events": count, "acknowledged_s": round(taken - began, 3), "all_told_s": round(last - began, 3), "notifications_per_s": round(count / (last - began))}


async def steady(port, rate, seconds):
    """`rate` single events a second over 16 connections that stay open; each is timed from its first byte to the webhook's request."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(16)]
    sent, began = {}, time.perf_counter()
    locks = [asyncio.Lock() for _ in connections]

    async def one(number):
        name = f"steady-{rate}-{number}"
        body = event(name)
        async with locks[number % 16]:
            reader, writer = connections[number % 16]
            sent[name] = time.perf_counter()
            writer.write(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            head = await reader.readuntil(b"\r\n\r\n")
            at = head.lower().find(b"content-length:")
            await reader.readexactly(int(head[at + 15:head.find(b"\r\n", at)]))

    tasks = []
    for number in range(rate * seconds):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    await arrived(list(sent))
    times = sorted(Receiver.arrived[name] - at for name, at in sent.items())
    return {"events_per_s": round(len(sent) / took), "p50_ms": round(1000 * times[len(times) // 2], 2), "p99_ms": round(1000 * times[len(times) * 99 // 100], 2)}


async def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / "build/release/alarum"))
    options.add_argument("--seconds", type=int, default=10)
    options = options.parse_args()
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    hook = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="alarum-bench-") as folder:
        (pathlib.Path(folder) / "rules.yaml").write_text(RULE)
        (pathlib.Path(folder) / "c.yaml").write_text(
            f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: [rules.yaml]\nroute: {{receiver: r}}\nreceivers: [{{name: r, webhook_configs: [{{url: 'http://127.0.0.1:{hook}/'}}]}}]\nlog: {{level: info}}\n")
        daemon = await asyncio.create_subprocess_exec(options.binary, "serve", "--config", f"{folder}/c.yaml", stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL)
        port = None
        while port is None:
            line = (await daemon.stderr.readline()).decode()
            if not line:
                sys.exit("the daemon did not start")
            if "listen=" in line:
                port = int(line.split("127.0.0.1:")[1].split()[0].strip('"'))
        asyncio.create_task(drain(daemon.stderr))
        await burst(port, "warm", 100)
        print(json.dumps({"cpus": os.cpu_count(), "load": os.getloadavg()[0]}))
        for rate in (200, 1000, 2000):
            print(json.dumps({"steady": rate, **await steady(port, rate, options.seconds)}), flush=True)
        print(json.dumps({"burst": await burst(port, "burst", 10_000)}), flush=True)
        print(json.dumps({"one_webhook_an_event": await burst(port, "many", 50_000)}), flush=True)
        daemon.terminate()
        await daemon.wait()


async def drain(stream):
    while await stream.readline():
        pass


if __name__ == "__main__":
    asyncio.run(main())
