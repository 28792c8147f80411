"""Starts the real daemon and the programs around it, for tests that need a process: free ports, temporary folders, no sleeps as proof."""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "rules"
RULES = SHIPPED / "relay"  # a few of the shipped ones: to compile all of them at each start takes longer than most tests
BINARY = os.environ.get("ALARUM_BINARY", str(ROOT / "build/dev/alarum"))
PATIENCE = 180  # seconds until a test gives up, on a machine with far too much to do; nothing passes because of it


def eventually(what, check):
    """Waits until check() is true; fails the test when it never becomes so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"never: {what}")


held = []  # what keeps the ports of free_port() for whoever is told of them


def free_port():
    """A port of 127.0.0.1 for a program that is told its port, as often as it starts: until this
    test ends the system gives it to nobody who asks for any port. Who asks for this one gets it,
    with SO_REUSEADDR, as every server does; who connects while nobody listens is refused."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", 0))
    held.append(one)
    return one.getsockname()[1]


def certificate(folder, name, names="IP:127.0.0.1,DNS:localhost"):
    """A key and a certificate that is its own authority: NAME.key and NAME.pem."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={names}"], check=True, capture_output=True, cwd=folder)


class QuietHandler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    """A scripted server on a free port, on threads of its own. `tls`: the files of its certificate and key."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler, tls=None):
        super().__init__(("127.0.0.1", 0), handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):  # the daemon hung up or was killed: no news
        pass


class Webhook:
    """A receiver that remembers every body. `answer` may be replaced: (number of the request) -> status."""

    def __init__(self):
        self.bodies, self.ids, self.lock = [], [], threading.Lock()
        self.answer = lambda number: 200
        outer = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    status = outer.answer(len(outer.ids))
                    outer.ids.append(self.headers["Webhook-Id"])
                    if status == 200:
                        outer.bodies.append((self.headers["Webhook-Id"], body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = Server(Handler)
        self.url = f"{self.server.url}/hook"

    def changes(self):
        """(status, alertname, subject) of every alert of every body, in order of arrival, each notification once."""
        seen, out = set(), []
        with self.lock:
            for notification, body in self.bodies:
                if notification in seen:
                    continue
                seen.add(notification)
                out += [(a["status"], a["labels"]["alertname"], a["labels"].get("subject", "")) for a in body["alerts"]]
        return out


class Daemon:
    """`alarum serve` on a free port. Use as a context; `kill()` and `start()` again for restarts."""

    all = []  # of this test

    def __init__(self, folder, webhook=None, rules=None, config="", env=None, open_files=None):
        """`open_files`: the hard limit of files that it may have open. Segments are small where `config` says nothing of the journal: a start reads the whole last one,
        and what is full of zeros as well."""
        self.folder = pathlib.Path(folder)
        self.open_files = open_files
        self.env = {**os.environ, **(env or {})}
        self.config = self.folder / "alarum.yaml"
        receivers = "[{name: test, console_configs: [{}]}]"
        if webhook:
            receivers = f"[{{name: test, webhook_configs: [{{url: '{webhook.url}'}}]}}]"
        journal = "" if "journal:" in config else "journal: {segment_size: 4MiB}\n"
        self.config.write_text(
            f"listen: 127.0.0.1:0\ndata: {self.folder}/var\n{journal}rules: [{rules or RULES}]\n"
            f"route: {{receiver: test}}\nreceivers: {receivers}\n{config}"
        )
        self.process, self.shadow, self.data = None, None, self.folder / "var"
        Daemon.all.append(self)

    def forgetful(self, library, lies=False):
        """From now on every kill() is a power cut; with `lies` the disk syncs nothing at all."""
        self.shadow = self.folder / "shadow"
        self.env |= {"LD_PRELOAD": library, "FORGETFUL_DATA": str(self.data), "FORGETFUL_SHADOW": str(self.shadow), "FORGETFUL_LIES": "1" if lies else ""}
        return self

    def start(self):
        self.log = open(self.folder / "log", "ab+")
        begin = self.log.seek(0, 2)
        command = [BINARY, "serve", "--config", str(self.config)]
        if self.open_files:  # by a shell: Python's own way is not safe where there are threads
            command = ["sh", "-c", f'ulimit -S -n {min(64, self.open_files)} && ulimit -H -n {self.open_files} && exec "$@"', "sh", *command]
        self.process = subprocess.Popen(command, stdout=open(self.folder / "console", "ab"), stderr=self.log, env=self.env)

        def ready():
            self.log.flush()
            with open(self.folder / "log", "rb") as log:
                log.seek(begin)
                text = log.read().decode(errors="replace")
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{text}")
            found = re.search(r"listen=\"?https?://127\.0\.0\.1:(\d+)\D", text)  # all of it: a line may be read while it is written
            return found and int(found.group(1))

        self.port = eventually("the daemon is ready", ready)
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def kill(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended by itself with {self.process.returncode}:\n{self.log_text()}")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.no_report()
        if self.shadow:
            self.forget()

    def forget(self):
        """What was not synced is gone: the shadow that tests/crash/forgetful.cc kept takes the place of the data."""
        if not (self.shadow / ".ready").exists():
            return  # killed before it had begun: nothing was written
        shutil.rmtree(self.data)
        shutil.rmtree(self.shadow / ".inodes")
        (self.shadow / ".ready").unlink()
        self.shadow.rename(self.data)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.show()
                self.end()
                raise AssertionError(f"the daemon did not end within {PATIENCE} s of SIGTERM") from None
        if self.process.returncode not in (0, -signal.SIGKILL):
            raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.log_text()}")
        self.no_report()

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def end(self):
        """Of a test that failed, perhaps because of it: it must not go on for ever."""
        if self.runs():
            self.process.kill()
            self.process.wait()

    def show(self):
        """What a failed test leaves nothing of: the end of the log, and where each thread of a
        daemon that still runs is, by gdb where that is installed."""
        log = self.log_text() if (self.folder / "log").exists() else ""
        print(f"      the log of {self.folder} ends:\n{log[-6000:]}", flush=True)
        if not self.runs() or not shutil.which("gdb"):
            return
        command = ["gdb", "-q", "-batch", "-ex", "set pagination off",
                   "-ex", "thread apply all bt 25", "-p", str(self.process.pid)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                                  timeout=PATIENCE)
            print(done.stdout[-40000:], flush=True)

    def no_report(self):
        """A sanitizer's report is a failure, also where the daemon was killed before it could end with the sanitizer's exit code."""
        found = re.search(r"(WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer|runtime error: ).*", self.log_text(), re.DOTALL)
        if found:
            raise AssertionError(found.group(0)[:4000])

    def log_text(self):
        return (self.folder / "log").read_text(errors="replace")

    def says(self, *texts):
        """Waits until the log has these texts: what a test saw elsewhere (a counter, a request at its server) may come before the line."""
        for text in texts:
            eventually(f"the log says {text!r}", lambda: text in self.log_text())

    def log_is_written(self):
        """Waits until the log has all that was said until now: lines keep their order, and a reload says one."""
        count = self.log_text().count(" msg=reloaded")
        assert self.request("POST", "/-/reload")[0] == 200
        eventually("the log says that it was reloaded", lambda: self.log_text().count(" msg=reloaded") > count)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *rest):
        if not kind:
            return self.stop()
        self.show()  # the fault is the test's own, and must not be hidden by that of a stop
        self.end()

    def request(self, method, path, body=None, headers=None, connection=None):
        """(status, headers, body as text)."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        own.request(method, path, body, headers or {})
        answer = own.getresponse()
        text = answer.read().decode()
        if not connection:
            own.close()
        return answer.status, answer.headers, text

    def post(self, event):
        return self.request("POST", "/v1/events", json.dumps(event), {"Content-Type": "application/cloudevents+json"})[0]

    def metric(self, name, connection=None):
        """Sum of the samples of that name, which may go on with the beginning of its labels."""
        page = self.request("GET", "/metrics", connection=connection)[2]
        begins = name if "{" in name else (name + "{", name + " ")
        return sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(begins))

    def shows(self, name, value):
        """Waits until the metric has this value."""
        eventually(f"{name} {value}", lambda: self.metric(name) == value)

    def rejects(self, count):
        """Waits until so many rejects are kept, and gives them."""
        path = self.data / "rejected.ndjson"
        eventually(f"{count} rejects are kept", lambda: path.exists() and path.read_text().count("\n") == count)
        return [json.loads(line) for line in path.read_text().splitlines()]

    def settled(self):
        """Waits until all that was committed is worked off and told."""
        eventually("all is told", lambda: self.metric("alarum_engine_processed_offset") == self.metric("alarum_journal_end_offset")
                   and self.metric("alarum_outbox_pending") == 0)


PLAIN = """rules:
  - {alert: LinkDown, match: linkDown, by: subject, resolve_after: 1h}
  - {alert: DiskFault, match: diskError, by: subject, resolve_after: 1h}
  - {alert: CardLost, match: LspciCardNotFound, by: [subject, {npu: content.npu}], resolve_after: 1h}
  - {alert: DriveFailure, match: StorageDevice.DriveFailure, until: StorageDevice.DriveOK, by: [source, context, subject], severity: critical, resolve_after: 1h}
  - {alert: FanFailed, match: Environmental.FanFailed, by: source, resolve_after: 1h}
"""


def plain_rules(folder):
    """Rules that hold nothing back, as roll-ups of the shipped ones do: for tests of how events come and alerts go."""
    path = pathlib.Path(folder) / "plain.yaml"
    path.write_text(PLAIN)
    return path


def event(id, type="linkDown", subject="s1", **more):
    return {"specversion": "1.0", "id": str(id), "source": "SYS.BMS", "type": type, "subject": subject, **more}


@contextlib.contextmanager
def temporary():
    """A folder of its own. No daemon of it outlives it."""
    with tempfile.TemporaryDirectory(prefix="alarum-", ignore_cleanup_errors=True) as folder:
        def left():
            return [one for one in Daemon.all if str(one.folder) == folder and one.runs()]

        try:
            yield folder
        except Exception:
            for daemon in left():
                daemon.show()
            raise
        finally:
            for daemon in left():
                daemon.end()
            Daemon.all[:] = [one for one in Daemon.all if str(one.folder) != folder]


def main(tests, threads=None):
    """Runs the functions given, with the thread sanitizer only `threads` of them (None: all); prints each; the exit code says whether all passed."""
    failed = 0
    for test in threads if threads and os.environ.get("ALARUM_SANITIZE") == "thread" else tests:
        began = time.monotonic()
        try:
            test()
            print(f"ok    {test.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as fault:  # a test's own fault is a failure like any other
            failed += 1
            import traceback
            traceback.print_exc()
            print(f"FAIL  {test.__name__}: {fault}", flush=True)
    sys.exit(1 if failed else 0)
