"""Each source of the real daemon, one after the other, with its own sender's bodies: CPU an event, events a second, memory. bench/sources_bench.py [EVENTS]; ALARUM_BINARY says which build.
What senders post one by one waits for a sync each: its events a second say more of the disk and of the senders (4 at once) than of us. The CPU, all threads, is ours."""
import http.client
import json
import os
import pathlib
import socket
import ssl
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/e2e"), str(ROOT / "bench")]
from harness import Daemon, event, eventually, temporary  # noqa: E402
from poll_test import CloudEye, asking  # noqa: E402
from sources_test import ARN, TOPIC, Cloud, ces_alarm, certificate, smn, sns  # noqa: E402
from sse_bench import cloudevent, cpu, record, status  # noqa: E402
from streams_test import port_of  # noqa: E402
from tail_test import accepted  # noqa: E402

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
JSON, CE = "application/json", "application/cloudevents+json"


def syslog(i):
    return f"<134>1 2026-11-27T10:00:00Z server-{i % 1000} kernel 17 - - number {i} " + "x" * 120


def alerts(i):
    one = {"status": "firing", "labels": {"alertname": "Cpu", "instance": f"server-{i % 1000}:9100", "job": "node", "severity": "warning"}, "annotations": {"summary": "high"},
           "startsAt": "2026-11-27T10:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://p/g", "fingerprint": f"{i:016x}"}
    return json.dumps({"version": "4", "groupKey": str(i), "status": "firing", "receiver": "a", "groupLabels": {}, "commonLabels": {}, "alerts": [one]})


def reported(i):
    return json.dumps([{"event_name": "noise", "event_source": "SYS.BMS", "time": int(time.time() * 1000), "detail": {"event_state": "normal", "event_level": "Info", "resource_id": f"r{i}", "content": "x" * 100}}])


def grid(i):
    return json.dumps([{"id": str(i), "subject": f"s{i % 1000}", "eventType": "noise", "eventTime": "2026-11-27T10:00:00Z", "data": {"message": "x" * 120}, "dataVersion": "1", "metadataVersion": "1", "topic": "/t"}])


def bridge(i):
    return json.dumps({"version": "0", "id": str(i), "detail-type": "noise", "source": "own", "account": "1", "time": "2026-11-27T10:00:00Z", "region": "r", "resources": [f"s{i % 1000}"], "detail": {"message": "x" * 120}})


def run(name, config, feed, many, size):
    with temporary() as folder:
        daemon = config(folder) if callable(config) else Daemon(folder, config=config)
        with daemon:
            pid = daemon.process.pid
            began, before = time.monotonic(), cpu(pid)
            feed(daemon)
            eventually("all are taken", lambda: accepted(daemon) >= many)
            took, used = time.monotonic() - began, cpu(pid) - before
            print(f"{name}: {many} events of {size} bytes, {many / took:,.0f}/s, CPU {used / many * 1e6:.1f} us an event, resident at most {status(pid, 'VmHWM')} MiB", flush=True)


def posting(path, make, kind, many, prepared=None):
    """Four senders, one request after the other on a connection each."""
    bodies = prepared or [make(i) for i in range(many)]

    def feed(daemon):
        def send(part):
            own = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
            for body in part:
                own.request("POST", path, body, {"Content-Type": kind})
                answer = own.getresponse()
                assert answer.status in (200, 201), (answer.status, answer.read())
                answer.read()

        threads = [threading.Thread(target=send, args=[bodies[k::4]]) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return feed, len(bodies[0])


def http_sources(few):
    for name, path, make, kind, config in (("HTTP, one CloudEvent a request", "/v1/events", cloudevent, CE, ""), ("Alertmanager", "/ingest/alertmanager", alerts, JSON, ""), ("Redfish", "/ingest/redfish", record, JSON, ""),
                                           ("Cloud Eye, reported", "/V1.0/p1/events", reported, JSON, ""), ("EventGrid, Azure's schema", "/ingest/eventgrid", grid, JSON, ""), ("EventBridge", "/ingest/eventbridge", bridge, JSON, ""),
                                           ("any JSON", "/ingest/json/ci", cloudevent, JSON, "json: {ci: {id: /id, subject: /subject}}\n")):
        feed, size = posting(path, make, kind, few)
        run(name, config, feed, few, size)
    with temporary() as keys:
        cloud = Cloud(keys)
        signed = [json.dumps(smn(cloud, message=ces_alarm("ok"), message_id=f"m{i}")) for i in range(300)]
        feed, size = posting("/ingest/smn", None, JSON, 300, signed)
        run("SMN, signed", f"smn: {{topics: ['{TOPIC}'], hosts: ['{cloud.place}'], ca_file: {keys}/tls.pem}}\n", feed, 300, size)
        signed = [json.dumps(sns(cloud, f"m{i}", "x" * 200)) for i in range(300)]
        feed, size = posting("/ingest/sns", None, "text/plain; charset=UTF-8", 300, signed)
        run("SNS, signed", f"sns: {{topics: ['{ARN}'], hosts: ['{cloud.place}'], ca_file: {keys}/tls.pem}}\n", feed, 300, size)


def streams():
    events, messages = ("".join(make(i) + "\n" for i in range(MANY)).encode() for make in (cloudevent, syslog))

    def over(connect, data):
        def feed(daemon):
            with connect(daemon) as stream:
                stream.sendall(data)
                eventually("all are taken", lambda: accepted(daemon) >= MANY)
        return feed

    def tcp(daemon):
        return socket.create_connection(("127.0.0.1", port_of(daemon, "x")))

    def tls(daemon):
        return ssl._create_unverified_context().wrap_socket(tcp(daemon))

    def unix(daemon):
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(str(daemon.folder / "s"))
        return stream

    def secret(folder):
        certificate(folder, "me")
        return Daemon(folder, config=f"sources: [{{tcp: '127.0.0.1:0', format: syslog, name: x, tls: {{cert_file: {folder}/me.pem, key_file: {folder}/me.key}}}}]\n")

    def datagrams(daemon):
        port = port_of(daemon, "x")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for i, line in enumerate(messages.splitlines()):
                udp.sendto(line, ("127.0.0.1", port))
                if i % 1000 == 999:  # what the kernel keeps for us is 4 MiB
                    eventually("it is taken", lambda: accepted(daemon) >= i - 3000)

    lines, words = len(events) // MANY, len(messages) // MANY
    run("NDJSON over TCP", "sources: [{tcp: '127.0.0.1:0', name: x}]\n", over(tcp, events), MANY, lines)
    run("NDJSON over a Unix socket", lambda folder: Daemon(folder, config=f"sources: [{{unix: {folder}/s, name: x}}]\n"), over(unix, events), MANY, lines)
    run("a file", lambda folder: Daemon(folder, config=f"sources: [{{file: {folder}/lines}}]\n"), lambda daemon: (daemon.folder / "lines").write_bytes(events), MANY, lines)
    run("syslog over TCP", "sources: [{tcp: '127.0.0.1:0', format: syslog, name: x}]\n", over(tcp, messages), MANY, words)
    run("syslog over TLS", secret, over(tls, messages), MANY, words)

    run("syslog over UDP", "sources: [{udp: '127.0.0.1:0', format: syslog, name: x}]\n", datagrams, MANY, words)


def polled(few):
    cloud = CloudEye()
    cloud.add(range(few), "noise")
    run("Cloud Eye, asked", lambda folder: asking(folder, cloud), lambda daemon: None, few, len(json.dumps(cloud.events[0])))


if __name__ == "__main__":
    batch = ["[" + ",".join(cloudevent(i) for i in range(at, at + 100)) + "]" for at in range(0, MANY, 100)]
    feed, _ = posting("/v1/events", None, "application/cloudevents-batch+json", MANY, batch)
    run("HTTP, CloudEvents by the hundred", "", feed, MANY, len(batch[0]) // 100)
    streams()
    http_sources(max(MANY // 20, 500))
    polled(max(MANY // 50, 500))
