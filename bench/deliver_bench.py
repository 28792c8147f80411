#!/usr/bin/env python3
"""Posted alerts and their webhooks, beside Debian's Alertmanager: latency at a rate, and a burst.

    ninja -C build/release alarum && python3 bench/deliver_bench.py [--binary build/release/alarum]

The same alerts are posted to `/api/v2/alerts`, of ours first and then of Alertmanager: each a group
of its own, no group_wait. Events and their webhooks: bench/path_bench.py.

Receiver and sender are Python on the same machine: their share of the processors counts against
the daemon.
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


def alerts(names):
    return json.dumps([{"labels": {"alertname": "Down", "subject": name, "severity": "major"},
                        "annotations": {"summary": f"{name} is down"}} for name in names]).encode()


def request(names):
    body = alerts(names)
    return (b"POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body)


async def post(port, names):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(names))
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
    await post(port, names)
    taken = time.perf_counter()
    last = await arrived(names)
    return {"events": count, "acknowledged_s": round(taken - began, 3), "all_told_s": round(last - began, 3), "notifications_per_s": round(count / (last - began))}


async def steady(port, rate, seconds):
    """`rate` single alerts a second over 16 connections that stay open; each is timed from its first byte to the webhook's request."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(16)]
    sent, began = {}, time.perf_counter()
    locks = [asyncio.Lock() for _ in connections]

    async def one(number):
        name = f"steady-{rate}-{number}"
        async with locks[number % 16]:
            reader, writer = connections[number % 16]
            sent[name] = time.perf_counter()
            writer.write(request([name]))
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
    (pathlib.Path(folder) / "c.yaml").write_text(
        f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: []\nroute: {route}\nreceivers: [{{name: r, webhook_configs: [{{url: 'http://127.0.0.1:{hook}/'}}]}}]\nlog: {{level: info}}\n")
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


async def measure(label, started, seconds):
    process, port = await started
    Receiver.arrived.clear()
    await burst(port, "warm", 100)
    for rate in (200, 1000, 2000):
        print(json.dumps({"of": label, "steady": rate, **await steady(port, rate, seconds)}), flush=True)
    print(json.dumps({"of": label, "burst": await burst(port, "burst", 10_000)}), flush=True)
    print(json.dumps({"of": label, "one_webhook_each": await burst(port, "many", 50_000)}), flush=True)
    process.terminate()
    await process.wait()


async def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / "build/release/alarum"))
    options.add_argument("--seconds", type=int, default=10)
    options = options.parse_args()
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    hook = server.sockets[0].getsockname()[1]
    print(json.dumps({"cpus": os.cpu_count(), "load": os.getloadavg()[0]}))
    with tempfile.TemporaryDirectory(prefix="alarum-bench-") as folder:
        route = "{receiver: r, group_by: ['...'], group_wait: 0s}"
        await measure("alarum", ours(options.binary, folder, hook, route), options.seconds)
        await measure("Alertmanager", theirs(folder, hook, route), options.seconds)


async def drain(stream):
    while await stream.readline():
        pass


if __name__ == "__main__":
    asyncio.run(main())
