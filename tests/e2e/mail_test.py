"""Mail as servers take it and refuse it: STARTTLS, login, recipients that are unknown or not taken now."""
import base64
import email
import email.header
import pathlib
import socketserver
import ssl
import threading

from harness import certificate, event, eventually, main, temporary
from vendors_test import daemon_with

class Session(socketserver.StreamRequestHandler):
    """As much of RFC 5321, 3207 and 4954 as a client needs; `server.answers` says otherwise for single commands."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.name, self.envelope, self.secured = None, [], False
        self.say("220 test")
        try:
            while line := self.rfile.readline():
                line = line.strip().decode()
                self.server.lines.append(line)
                other = next((answer for begin, answer in self.server.answers.items() if line.upper().startswith(begin.upper())), None)
                if other:
                    self.say(other)
                elif self.obey(line.split(" ")[0].upper(), line):
                    return
        except OSError:  # the client does not trust us
            pass

    def obey(self, word, line):
        if word == "EHLO":
            offers = ["test"] + ["STARTTLS"] * bool(self.server.tls and not self.secured) + ["AUTH PLAIN LOGIN"] * bool(self.server.user)
            for at, offer in enumerate(offers, 1):
                self.say("250" + (" " if at == len(offers) else "-") + offer)
        elif word == "STARTTLS":
            self.say("220 go on")
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
            self.setup()
            self.secured = True
        elif word == "AUTH":
            given = line.split(" ")
            if len(given) < 3:
                self.say("334 ")
                given.append(self.rfile.readline().strip().decode())
            self.name = tuple(base64.b64decode(given[2]).decode().split("\0")[1:])
            self.say("235 welcome" if self.name == self.server.user else "535 5.7.8 wrong")
        elif word == "DATA":
            if self.server.user and self.name != self.server.user:
                return self.say("530 5.7.0 log in")
            self.say("354 go on")
            body = []
            while (text := self.rfile.readline()) != b".\r\n":
                body.append(text[1:] if text.startswith(b".") else text)
            self.server.mails.append((self.envelope, b"".join(body), self.secured))
            self.envelope = []
            self.say("250 taken")
        elif word == "QUIT":
            self.say("221 bye")
            return True
        else:
            if word in ("MAIL", "RCPT"):
                self.envelope.append(line.split("<")[1].split(">")[0])
            self.say("250 fine")


class Mails(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True

    def __init__(self, tls=None, user=None):
        super().__init__(("127.0.0.1", 0), Session)
        self.tls, self.user, self.answers, self.mails, self.lines = tls, user, {}, [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass


def mailed_by(folder, server, more):
    return daemon_with(folder, f"- name: test\n  email_configs: [{{to: 'a@example.org, b@example.org', from: alarum@example.org, smarthost: '127.0.0.1:{server.server_address[1]}', {more}}}]\n")


def a_mail_is_text_and_html():
    server = Mails()
    with temporary() as folder, mailed_by(folder, server, "require_tls: false, language: zh") as daemon:
        daemon.post(event(1))
        daemon.settled()
        envelope, raw, _ = server.mails[0]
        assert envelope == ["alarum@example.org", "a@example.org", "b@example.org"], envelope
        mail = email.message_from_bytes(raw)
        parts = {part.get_content_type(): part.get_payload(decode=True).decode() for part in mail.walk() if not part.is_multipart()}
        assert "对象：subject=s1" in parts["text/plain"], parts
        assert "&lt;b&gt;down" in parts["text/html"] and "<b>down" not in parts["text/html"], parts
        subject = "".join(t.decode(c or "ascii") if isinstance(t, bytes) else t for t, c in email.header.decode_header(mail["Subject"]))
        assert subject == "告警 紧急 Down：s1 is <b>down</b>", subject


def server_as(folder, name):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    return Mails(tls, ("alarum", "hunter2"))


LOGIN = "auth_username: alarum, auth_password_file: password, tls_config: {ca_file: mine.pem}"


def with_login(folder):
    certificate(folder, "mine")
    (pathlib.Path(folder) / "password").write_text("hunter2\n")


def who_has_the_password_is_served_through_tls():
    with temporary() as folder:
        with_login(folder)
        server = server_as(folder, "mine")
        with mailed_by(folder, server, LOGIN) as daemon:
            daemon.post(event(1))
            daemon.settled()
            assert [secured for _, _, secured in server.mails] == [True] and daemon.metric("alarum_outbox_dead_letters") == 0, daemon.log_text()
            # Another password: refused for good, and said without it.
            server.user = ("alarum", "other")
            daemon.post(event(2, subject="s2"))
            daemon.shows("alarum_outbox_dead_letters", 1)
            daemon.says("detail=53")  # 530 on a connection that is kept, 535 on a new one
            assert "hunter2" not in daemon.log_text()


def nobody_else_sees_the_password():
    for name in ("mine", "mail.test"):  # the right certificate, but no STARTTLS; a stranger's
        with temporary() as folder:
            with_login(folder)
            certificate(folder, "mail.test", "DNS:mail.test")
            server = server_as(folder, name)
            if name == "mine":
                server.tls = None
            with mailed_by(folder, server, LOGIN) as daemon:
                daemon.post(event(1))
                daemon.says("target=test/email/0 id=ntf-")
                assert daemon.metric("alarum_outbox_pending") == 1 and not server.mails
                assert server.lines and not any(line.startswith("AUTH") for line in server.lines), server.lines
                daemon.kill()  # a stop would wait a while for it


def an_unknown_recipient_keeps_no_mail_from_the_others():
    server = Mails()
    with temporary() as folder, mailed_by(folder, server, "require_tls: false") as daemon:
        server.answers = {"RCPT TO:<a@": "550 5.1.1 nobody of that name"}
        daemon.post(event(1))
        daemon.settled()
        assert [envelope for envelope, _, _ in server.mails] == [["alarum@example.org", "b@example.org"]], server.mails
        assert daemon.metric("alarum_outbox_dead_letters") == 0
        daemon.says("1 of 2 recipients refused (550)")
        # Nobody is left: a dead letter.
        server.answers = {"RCPT": "550 5.1.1 nobody of that name"}
        daemon.post(event(2, subject="s2"))
        daemon.shows("alarum_outbox_dead_letters", 1)
        # One that is not taken now: nobody gets it twice, everybody gets it later.
        server.answers = {"RCPT TO:<b@": "450 4.2.0 greylisted"}
        daemon.post(event(3, subject="s3"))
        eventually("it is refused for now", lambda: sum("RCPT TO:<b@" in line for line in server.lines) >= 2)
        daemon.says("450")
        assert len(server.mails) == 1
        server.answers = {}
        eventually("it is told", lambda: len(server.mails) == 2)
        daemon.settled()
        assert server.mails[1][0] == ["alarum@example.org", "a@example.org", "b@example.org"]


def a_mail_that_is_not_taken_now_is_sent_again():
    for command in ("MAIL", "DATA"):
        server = Mails()
        with temporary() as folder, mailed_by(folder, server, "require_tls: false") as daemon:
            server.answers = {command: "451 4.3.0 later"}
            daemon.post(event(1))
            daemon.says("451")
            assert daemon.metric("alarum_outbox_dead_letters") == 0
            server.answers = {}
            eventually("it is told", lambda: server.mails)
            daemon.settled()
            # Too large, or not wanted: it stays so.
            server.answers = {command: "552 5.3.4 too big"}
            daemon.post(event(2, subject="s2"))
            daemon.shows("alarum_outbox_dead_letters", 1)


if __name__ == "__main__":
    main([a_mail_is_text_and_html, who_has_the_password_is_served_through_tls, nobody_else_sees_the_password,
           an_unknown_recipient_keeps_no_mail_from_the_others, a_mail_that_is_not_taken_now_is_sent_again])
