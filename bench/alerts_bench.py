"""Live alerts posted through the Alertmanager API: ours beside Debian's Alertmanager, one after the other on this machine.

python3 bench/alerts_bench.py BINARY [ALERTS]      (100000 alerts, in requests of 500 over 4 connections; each posted once, then once more)
"""
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ["ALARUM_BINARY"] = str(pathlib.Path(sys.argv[1]).resolve())
from harness import Daemon, eventually, temporary  # noqa: E402

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
BATCH, CONNECTIONS = 500, 4


def bodies():
    alerts = [{"labels": {"alertname": f"Alert{i % 50}", "instance": f"host-{i}:9100", "job": "node", "severity": "warning", "cluster": f"c{i % 7}"},
               "annotations": {"summary": f"something is wrong with host-{i}"}, "generatorURL": "http://prometheus:9090/graph?g0.expr=up"} for i in range(COUNT)]
    return [json.dumps(alerts[i:i + BATCH]) for i in range(0, COUNT, BATCH)]


def cpu_of(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss(process):
    return int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def send(port, share):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for body in share:
        while True:
            connection.request("POST", "/api/v2/alerts", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 200:
                break
            assert answer.status in (429, 503), (answer.status, text)
            time.sleep(0.1)


def measure(name, what, port, process, all_bodies):
    threads = [threading.Thread(target=send, args=(port, all_bodies[i::CONNECTIONS])) for i in range(CONNECTIONS)]
    began, cpu = time.monotonic(), cpu_of(process)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    time.sleep(2)  # what it does behind the answer counts too
    used = cpu_of(process) - cpu
    print(f"{name:<13} {what:<12} {COUNT / took:>9,.0f} alerts/s   {used / COUNT * 1e6:>7.1f} CPU s a million   {rss(process):>6.0f} MiB", flush=True)


def both_rounds(name, port, process, all_bodies):
    measure(name, "first post", port, process, all_bodies)
    measure(name, "posted again", port, process, all_bodies)


def ours(all_bodies):
    with temporary() as folder:
        daemon = Daemon(folder)
        daemon.config.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: []\nroute: {{receiver: n, group_by: [alertname]}}\nreceivers: [{{name: n}}]\n")
        with daemon:
            both_rounds("alarum", daemon.port, daemon.process.pid, all_bodies)


def theirs(all_bodies):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "am.yml").write_text("route: {receiver: n, group_by: [alertname]}\nreceivers: [{name: n}]\n")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = open(pathlib.Path(folder) / "log", "wb")
        program = subprocess.Popen(["prometheus-alertmanager", f"--config.file={folder}/am.yml", f"--storage.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}",
                                    "--cluster.listen-address="], stdout=log, stderr=log)

        def up():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                return False
        try:
            eventually("Alertmanager listens", up)
            both_rounds("Alertmanager", port, program.pid, all_bodies)
        finally:
            program.terminate()
            program.wait()


if __name__ == "__main__":
    every = bodies()
    ours(every)
    theirs(every)
