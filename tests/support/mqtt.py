"""A real mosquitto on a free port, and a client that publishes (MQTT 5, QoS 1): no package of Python is needed."""
import os
import pathlib
import shutil
import socket
import struct
import subprocess

from harness import PATIENCE, eventually, free_port

BROKER = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


class Mosquitto:
    """`config`: more of its configuration file. Its port and its sessions outlive a stop() and a start()."""

    def __init__(self, folder, config="allow_anonymous true\n"):
        self.folder, self.port = pathlib.Path(folder), free_port()
        (self.folder / "mqtt").mkdir()
        (self.folder / "mqtt").chmod(0o777)  # it runs as a user of its own
        os.chmod(folder, 0o755)
        self.config = self.folder / "mosquitto.conf"
        self.config.write_text(f"listener {self.port} 127.0.0.1\npersistence true\npersistence_location {folder}/mqtt/\nmax_queued_messages 0\nmax_inflight_messages 0\n{config}")
        self.url = f"mqtt://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen([BROKER, "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=open(self.folder / "mosquitto.log", "ab"))
        eventually("mosquitto listens", self.listens)
        return self

    def listens(self):
        assert self.process.poll() is None, (self.folder / "mosquitto.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def stop(self):
        self.process.terminate()  # which writes the sessions
        self.process.wait(PATIENCE)

    def client(self):
        return MqttClient(self.port)

    def __enter__(self):
        return self.start()

    def __exit__(self, *rest):
        self.stop()


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(data)) + data


def length(number):
    out = b""
    while True:
        number, rest = divmod(number, 128)
        out += bytes([rest | (128 if number else 0)])
        if not number:
            return out


class MqttClient:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file, self.id, self.open = self.socket.makefile("rb"), 0, 0
        self.send(0x10, text("MQTT") + bytes([5, 2]) + struct.pack(">H", 0) + length(0) + text(""))
        kind, body = self.receive()
        assert kind == 0x20 and body[1] == 0, body

    def send(self, kind, body):
        self.socket.sendall(bytes([kind]) + length(len(body)) + body)

    def receive(self):
        kind, size, shift = self.file.read(1)[0], 0, 0
        while True:
            byte = self.file.read(1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return kind, self.file.read(size)

    def publish(self, topic, payload, properties=(), media_type=None, retain=False):
        """Publishes, at QoS 1; flush() waits for the broker."""
        self.id = self.id % 65535 + 1
        more = b"".join(b"\x26" + text(name) + text(value) for name, value in dict(properties).items())
        more += b"\x03" + text(media_type) if media_type else b""
        payload = payload if isinstance(payload, bytes) else payload.encode()
        self.send(0x32 | retain, text(topic) + struct.pack(">H", self.id) + length(len(more)) + more + payload)
        self.open += 1
        if self.open >= 15:
            self.flush()

    def flush(self):
        while self.open:
            kind, body = self.receive()
            assert kind == 0x40 and (len(body) == 2 or body[2] in (0, 0x10)), (kind, body)
            self.open -= 1
