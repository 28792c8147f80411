#!/usr/bin/env python3
"""Delivery of a release build on this machine: notifications a second, latency from event in to webhook out, and a burst.

    ninja -C build/release alarum && python3 bench/deliver_bench.py [--binary build/release/alarum] [--alertmanager]

With --alertmanager the same alerts are posted to `/api/v2/alerts`, of ours first and then of Debian's Alertmanager: each a group of its own, no group_wait.

Receiver and sender are Python on the same machine: their share of the processors counts against the daemon.
"""
import argparse
import asyncio
import json
import os
import pathlib
import socket
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


class Events:
    path, one_type, many_type = "/v1/events", "application/cloudevents+json", "application/x-ndjson"

    @staticmethod
    def one(name):
        return json.dumps({"specversion": "1.0", "id": name, "source": "SYS.BMS", "type": "linkDown", "subject": name}).encode()

    @staticmethod
    def many(names):
        return b"\n".join(Events.one(name) for name in names) + b"\n"


class Alerts:
    path, one_type, many_type = "/api/v2/alerts", "application/json", "application/json"

    @staticmethod
    def one(name):
        return Alerts.many([name])

    @staticmethod
    def many(names):
        return json.dumps([{"labels": {"alertname": "Down", "subject": name, "severity": "major"}, "annotations": {"summary": f"{name} is down"}} for name in names]).encode()


def request(way, body, content_type):
    return b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (way.path.encode(), content_type.encode(), len(body)) + body


async def post(port, way, names):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(way, way.many(names), way.many_type))
    status = await reader.readline()
    assert b" 200 " in status, status
    writer.close()


async def arrived(names, patience=120):
    end = time.perf_counter() + patience
    while any(name not in Receiver.arrived for name in (names[-1], names[0])) or not all(name in Receiver.arrived for name in names):
        assert time.perf_counter() < end, "not all arrived"
        await asyncio.sleep(0.005)
    return max(Receiver.arrived[name] for name in names)


async def burst(port, way, label, count):
    names = [f"{label}-{i}" for i in range(count)]
    began = time.perf_counter()
    await post(port, way, names)
    taken = time.perf_counter()
    last = await arrived(names)
    return {"events": count, "acknowledged_s": round(taken - began, 3), "all_told_s": round(last - began, 3), "notifications_per_s": round(count / (last - began))}


async def steady(port, way, rate, seconds):
    """`rate` single events or alerts a second over 16 connections that stay open; each is timed from its first byte to the webhook's request."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(16)]
    sent, began = {}, time.perf_counter()
    locks = [asyncio.Lock() for _ in connections]

    async def one(number):
        name = f"steady-{rate}-{number}"
        async with locks[number % 16]:
            reader, writer = connections[number % 16]
            sent[name] = time.perf_counter()
            writer.write(request(way, way.one(name), way.one_type))
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


async def ours(binary, folder, hook, route):
    (pathlib.Path(folder) / "rules.yaml").write_text(RULE)
    (pathlib.Path(folder) / "c.yaml").write_text(
        f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: [rules.yaml]\nroute: {route}\nreceivers: [{{name: r, webhook_configs: [{{url: 'http://127.0.0.1:{hook}/'}}]}}]\nlog: {{level: info}}\n")
    daemon = await asyncio.create_subprocess_exec(binary, "serve", "--config", f"{folder}/c.yaml", stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL)
    while line := (await daemon.stderr.readline()).decode():
        if "listen=" in line:
            asyncio.create_task(drain(daemon.stderr))
            return daemon, int(line.split("127.0.0.1:")[1].split()[0].strip('"'))
    sys.exit("the daemon did not start")


async def theirs(folder, hook, route):
    (pathlib.Path(folder) / "am.yaml").write_text(f"route: {route}\nreceivers: [{{name: r, webhook_configs: [{{url: 'http://127.0.0.1:{hook}/'}}]}}]\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec("prometheus-alertmanager", f"--config.file={folder}/am.yaml", f"--storage.path={folder}/am", f"--web.listen-address=127.0.0.1:{port}",
                                                   "--cluster.listen-address=", stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL)
    while line := (await process.stderr.readline()).decode():
        if "Listening on" in line or "address=127.0.0.1" in line:
            asyncio.create_task(drain(process.stderr))
            return process, port
    sys.exit("Alertmanager did not start")


async def measure(label, way, started, seconds):
    process, port = await started
    Receiver.arrived.clear()
    await burst(port, way, "warm", 100)
    for rate in (200, 1000, 2000):
        print(json.dumps({"of": label, "steady": rate, **await steady(port, way, rate, seconds)}), flush=True)
    print(json.dumps({"of": label, "burst": await burst(port, way, "burst", 10_000)}), flush=True)
    print(json.dumps({"of": label, "one_webhook_each": await burst(port, way, "many", 50_000)}), flush=True)
    process.terminate()
    await process.wait()


async def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / "build/release/alarum"))
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--alertmanager", action="store_true")
    options = options.parse_args()
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    hook = server.sockets[0].getsockname()[1]
    print(json.dumps({"cpus": os.cpu_count(), "load": os.getloadavg()[0]}))
    with tempfile.TemporaryDirectory(prefix="alarum-bench-") as folder:
        if not options.alertmanager:
            return await measure("alarum, events", Events, ours(options.binary, folder, hook, "{receiver: r}"), options.seconds)
        route = "{receiver: r, group_by: ['...'], group_wait: 0s}"
        await measure("alarum, alerts", Alerts, ours(options.binary, folder, hook, route), options.seconds)
        await measure("Alertmanager", Alerts, theirs(folder, hook, route), options.seconds)


async def drain(stream):
    while await stream.readline():
        pass


if __name__ == "__main__":
    asyncio.run(main())
