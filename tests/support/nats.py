"""A real nats-server on a free port, and a client of a few verbs of its protocol (docs.nats.io, "Client Protocol"): no package of Python is needed."""
import json
import pathlib
import shutil
import socket
import subprocess

from harness import PATIENCE, eventually, free_port

SERVER = shutil.which("nats-server") or "/usr/sbin/nats-server"


class NatsServer:
    """`config`: more of its configuration file. Its port and its store outlive a stop() and a start()."""

    def __init__(self, folder, config="", jetstream=True, login=None):
        self.folder, self.port, self.login = pathlib.Path(folder), free_port(), login or {}
        store = f'jetstream {{store_dir: "{folder}/nats", max_mem: 64MB, max_file: 256MB}}\n' if jetstream else ""
        self.config = self.folder / "nats.conf"
        self.config.write_text(f"listen: 127.0.0.1:{self.port}\n{store}{config}")
        self.url = f"nats://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        self.process = subprocess.Popen([SERVER, "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=open(self.folder / "nats.log", "ab"))
        eventually("nats-server listens", self.listens)
        return self

    def listens(self):
        assert self.process.poll() is None, (self.folder / "nats.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()

    def client(self):
        return NatsClient(self.port, self.login)

    def __enter__(self):
        return self.start()

    def __exit__(self, *rest):
        self.stop()


class NatsClient:
    def __init__(self, port, login):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")
        assert self.file.readline().startswith(b"INFO ")
        self.write("CONNECT " + json.dumps({"verbose": False, "headers": True, "no_responders": True, **login}) + "\r\n")
        self.ping()

    def write(self, *parts):
        self.socket.sendall(b"".join(part if isinstance(part, bytes) else part.encode() for part in parts))

    def line(self):
        while True:
            line = self.file.readline().decode().rstrip("\r\n")
            if line == "PING":
                self.write("PONG\r\n")
            else:
                return line

    def ping(self):
        """All that was written before has come to the server."""
        self.write("PING\r\n")
        while (line := self.line()) != "PONG":
            assert not line.startswith("-ERR"), line

    def publish(self, subject, payload, headers=None, reply=""):
        payload = payload if isinstance(payload, bytes) else payload.encode()
        if headers:
            head = ("NATS/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode()
            self.write(f"HPUB {subject} {reply} {len(head)} {len(head) + len(payload)}\r\n", head, payload, b"\r\n")
        else:
            self.write(f"PUB {subject} {reply} {len(payload)}\r\n", payload, b"\r\n")

    def subscribe(self, subject, id=1):
        self.write(f"SUB {subject} {id}\r\n")
        self.ping()

    def next(self):
        """(subject, headers as text, payload) of the next message."""
        line = self.line().split(" ")
        assert line[0] in ("MSG", "HMSG"), line
        size = int(line[-1])
        head = int(line[-2]) if line[0] == "HMSG" else 0
        data = self.file.read(size + 2)[:-2]
        return line[1], data[:head].decode(), data[head:]

    def ask(self, subject, **body):
        """A question to JetStream's API, and its answer."""
        self.subscribe("_INBOX.test", 9)
        self.publish(subject, json.dumps(body) if body else "", reply="_INBOX.test")
        answer = json.loads(self.next()[2])
        self.write("UNSUB 9\r\n")
        assert "error" not in answer, answer
        return answer

    def stream(self, name, *subjects, **more):
        return self.ask(f"$JS.API.STREAM.CREATE.{name}", name=name, subjects=list(subjects), retention="limits", storage="file", **{"max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "num_replicas": 1, "discard": "old", **more})
