"""Outputs that nobody reads: standard output, standard error and a FIFO stop nothing else, are named by readiness, and do not keep the daemon from ending."""
import fcntl
import os
import pathlib
import re
import signal
import subprocess

from harness import BINARY, PATIENCE, Daemon, Webhook, event, eventually, main, temporary

RULE = "rules: [{alert: Down, match: linkDown, until: linkUp, by: subject, severity: critical, resolve_after: 1h}]"


class Unread:
    """A pipe for a daemon to write to; nobody reads it but read_until()."""

    def __init__(self):
        self.reader, self.writer = os.pipe()

    def read_until(self, check):
        text = b""
        while not (found := check(text)):
            text += os.read(self.reader, 65536)
        return found

    def fill(self):
        self.nonblocking(True)
        try:
            while True:
                os.write(self.writer, b"." * 4096)
        except BlockingIOError:
            self.nonblocking(False)

    def nonblocking(self, on):
        flags = fcntl.fcntl(self.writer, fcntl.F_GETFL)
        fcntl.fcntl(self.writer, fcntl.F_SETFL, flags | os.O_NONBLOCK if on else flags & ~os.O_NONBLOCK)


def outputs_that_nobody_reads_stop_nobody():
    webhook, out, log = Webhook(), Unread(), Unread()
    with temporary() as folder:
        (pathlib.Path(folder) / "rules.yaml").write_text(RULE)
        os.mkfifo(f"{folder}/fifo")
        daemon = Daemon(folder, webhook, f"{folder}/rules.yaml")
        daemon.config.write_text(daemon.config.read_text().replace("webhook_configs", f"console_configs: [{{}}], file_configs: [{{path: '{folder}/fifo'}}], webhook_configs"))
        daemon.process = subprocess.Popen([BINARY, "serve", "--config", str(daemon.config)], stdout=out.writer, stderr=log.writer)
        try:
            daemon.port = int(log.read_until(lambda text: re.search(rb"listen=\"?http://127\.0\.0\.1:(\d+)", text))[1])
            daemon.url = f"http://127.0.0.1:{daemon.port}"
            out.fill()
            log.fill()
            numbers = range(1, 51)
            for number in numbers:
                daemon.post(event(number, subject=f"s{number}"))
            eventually("the webhook is notified of all", lambda: len(webhook.changes()) == len(numbers))
            eventually("attempts to write fail", lambda: daemon.metric("alarum_deliver_retries_total") > 0)
            eventually("readiness says what is not read", lambda: is_named(daemon, "standard output", "fifo", "standard error"))
            # Who reads again gets what waited: nothing is lost.
            out.read_until(lambda text: all(b"subject=s%d " % number in text for number in numbers))
            out.fill()
            daemon.process.send_signal(signal.SIGTERM)
            assert daemon.process.wait(PATIENCE) == 0
        finally:
            daemon.process.kill()
            daemon.process.wait()


def is_named(daemon, *names):
    page = daemon.request("GET", "/-/ready?verbose")[2]
    return all(name in page for name in names)


if __name__ == "__main__":
    main([outputs_that_nobody_reads_stop_nobody])
