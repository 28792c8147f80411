"""Streams into the real daemon: sockets, standard input, syslog of every framing; with logger and, where it is installed, rsyslog as real senders."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from harness import BINARY, PATIENCE, RULES, Daemon, Webhook, certificate, event, eventually, free_port, main, plain_rules, temporary
from sources_test import told

RULE = """rules:
- {alert: Log, match: {format: syslog}, by: [subject], severity: "{{severity}}", resolve_after: 1h, summary: "{{data.message}}"}
"""


def port_of(daemon, name):
    """The port that a source of the config was bound to."""
    bound = lambda: re.findall(rf"source={re.escape(name)} address=\S+:(\d+)", daemon.log_text())
    eventually("its address is in the log", bound)  # which is written by a thread of its own
    return int(bound()[-1])


def counted(daemon, name, outcome="accepted"):
    return daemon.metric(f'alarum_source_events_total{{outcome="{outcome}",source="{name}"') or daemon.metric(f'alarum_source_events_total{{source="{name}",outcome="{outcome}"')


def lines(events):
    return b"".join(json.dumps(one).encode() + b"\n" for one in events)


def own_rules(daemon, text=RULE):
    """The rules that a daemon has anyway, and these."""
    (daemon.folder / "own.yaml").write_text(text)
    daemon.config.write_text(daemon.config.read_text().replace(f"rules: [{RULES}]", f"rules: [{RULES}, {daemon.folder}/own.yaml]"))
    return daemon


def lines_over_tcp_and_unix():
    with temporary() as folder:
        webhook = Webhook()
        config = f"limits: {{event: 4KiB}}\nsources: [{{tcp: '127.0.0.1:0', name: t}}, {{unix: {folder}/e.sock, name: u}}]\n"
        with Daemon(folder, webhook, plain_rules(folder), config) as daemon:
            with socket.create_connection(("127.0.0.1", port_of(daemon, "t"))) as tcp:
                tcp.sendall(lines(event(i, "ok") for i in range(500)) + b"nonsense\n\r\n" + b'{"id": 1}\n' + b"x" * 100_000 + b"\n" + lines([event("last")])[:-1])
            eventually("all lines are there", lambda: counted(daemon, "t") == 501)
            eventually("three are refused", lambda: counted(daemon, "t", "rejected") == 3)
            eventually("the alert is told", lambda: [s for s, _ in told(webhook)] == ["firing"])
            daemon.says("reason=bad_json", 'place="line 501"')
            refused = daemon.rejects(3)
            assert [r["reason"] for r in refused] == ["bad_json", "bad_attribute", "event_too_large"] and refused[0]["body"] == "nonsense", refused
            with socket.socket(socket.AF_UNIX) as unix:
                unix.connect(f"{folder}/e.sock")
                unix.sendall(lines([event(1000, "ok"), event(1, "ok")]))
            eventually("the socket's are there", lambda: counted(daemon, "u") == 1 and counted(daemon, "u", "duplicate") == 1)
        assert not os.path.exists(f"{folder}/e.sock"), "a stopped daemon leaves no socket behind"
        # A killed one does; the next takes its place.
        daemon.start()
        daemon.kill()
        with daemon:
            assert os.path.exists(f"{folder}/e.sock")


def a_source_that_a_reload_cannot_begin_is_tried_again():
    with temporary() as folder:
        sockets, away = pathlib.Path(folder) / "sockets", pathlib.Path(folder) / "away"
        sockets.mkdir()
        with Daemon(folder, config=f"sources: [{{unix: {sockets}/e.sock, name: u}}]\n") as daemon:
            daemon.config.write_text(daemon.config.read_text().replace("name: u", "name: u, format: syslog"))
            sockets.rename(away)
            assert daemon.request("POST", "/-/reload")[0] == 200
            page = daemon.request("GET", "/-/ready?verbose")[2]
            assert "[!]sources warning: source_failing: u does not run" in page and "e.sock" in page, page
            daemon.says("a source could not be begun")
            away.rename(sockets)
            daemon.says("a source runs again")
            with socket.socket(socket.AF_UNIX) as unix:
                unix.connect(f"{sockets}/e.sock")
                unix.sendall(b"<11>Nov 28 22:00:00 leaf1 app: down\n")
            eventually("it reads", lambda: counted(daemon, "u") == 1)
            assert "[+]sources ok" in daemon.request("GET", "/-/ready?verbose")[2]


def what_was_sent_before_a_stop_is_taken():
    with temporary() as folder:
        with Daemon(folder, config="sources: [{tcp: '127.0.0.1:0', name: t}]\n") as daemon:
            tcp = socket.create_connection(("127.0.0.1", port_of(daemon, "t")))
            daemon.shows('alarum_source_connections{source="t"', 1)
            before = 500  # the kernel has room for so many, and they are soon read: a stop reads for a while, not for ever
            daemon.process.send_signal(signal.SIGSTOP)
            tcp.sendall(lines(event(i, "ok") for i in range(before)))
            daemon.process.send_signal(signal.SIGTERM)
            daemon.process.send_signal(signal.SIGCONT)
            assert tcp.recv(1) == b"", "the sender is told that nothing more is read"
            tcp.sendall(lines(event(i, "ok") for i in range(before, before + 100)))
            tcp.close()
            daemon.process.wait(PATIENCE)
            daemon.start()
            daemon.shows('alarum_journal_events_total{outcome="accepted"', before + 100)


def a_socket_is_not_read_while_the_disk_is_full():
    with temporary() as folder:
        # Segments of 64 KiB, two at most: full soon, since retention may not delete what is young.
        config = "journal: {segment_size: 64KiB, max_size: 1MiB}\nsources: [{tcp: '127.0.0.1:0', name: t}]\n"
        with Daemon(folder, config=config) as daemon:
            tcp, sent = socket.create_connection(("127.0.0.1", port_of(daemon, "t"))), [0]

            def send():
                with contextlib.suppress(OSError):  # its connection is shut at the end
                    for i in range(200):
                        tcp.sendall(lines(event(f"{i}-{j}", "ok", data=os.urandom(400).hex()) for j in range(200)))
                        sent[0] += 200

            sender, seen = threading.Thread(target=send), [None, 0]
            sender.start()

            def stands_still():
                """Nothing more was sent while it tried five times."""
                tries = daemon.metric("alarum_source_backpressure_total")
                if sent[0] != seen[0]:
                    seen[:] = sent[0], tries
                return tries >= seen[1] + 5

            try:
                eventually("it is full, and the sender is held back", stands_still)
                assert sent[0] < 40_000, sent
                daemon.says("a source waits")
                assert daemon.request("GET", "/-/healthy")[0] == 200
            finally:
                tcp.shutdown(socket.SHUT_RDWR)
                sender.join()
                tcp.close()


def standard_input_of_every_kind():
    with temporary() as folder:
        daemon = Daemon(folder, config="sources: [{stdin: true}]\n")
        text = lines(event(i, "ok") for i in range(3)) + b"{broken\n" + lines([event(3, "ok")])[:-1]
        path = pathlib.Path(folder) / "in"
        path.write_bytes(text)

        def run(stdin, feed=None):
            process = subprocess.Popen([BINARY, "serve", "--config", str(daemon.config)], stdin=stdin, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            if feed is not None:
                process.stdin.write(feed)
                process.stdin.close()
            seen = ""
            for line in iter(process.stderr.readline, b""):
                seen += line.decode()
                if "standard input has ended" in seen:
                    break
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
            assert process.wait(PATIENCE) == 0, seen
            return seen

        assert "accepted=4 rejected=1" in run(subprocess.PIPE, text), "a pipe"
        with open(path, "rb") as file:
            assert "accepted=0 rejected=1" in run(file), "a file: the same events once more"
        assert "accepted=0 rejected=0" in run(subprocess.DEVNULL)

        process = subprocess.Popen([BINARY, "serve", "--config", str(daemon.config)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        process.stdin.write(lines([event("first", "ok")]))
        process.stdin.flush()
        for line in iter(process.stderr.readline, b""):
            if b"ready" in line:
                break
        process.send_signal(signal.SIGSTOP)
        process.stdin.write(lines(event(f"held {i}", "ok") for i in range(100)))  # the pipe has it, and the daemon not
        process.stdin.flush()
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        rest = process.stderr.read()
        assert process.wait(PATIENCE) == 0 and b"did not end in time" not in rest, rest
        with Daemon(folder, config="") as daemon:
            assert daemon.metric('alarum_journal_events_total{outcome="accepted"') == 4 + 101, "what stood in the pipe at the stop"


def strangers_and_crowds_are_refused():
    with temporary() as folder:
        config = "sources: [{tcp: '127.0.0.1:0', name: t, allow: [10.0.0.0/8]}, {tcp: '127.0.0.1:0', name: few, connections: 2}, {udp: '127.0.0.1:0', name: u, allow: [10.0.0.0/8]}]\n"
        with Daemon(folder, config=config) as daemon:
            with socket.create_connection(("127.0.0.1", port_of(daemon, "t"))) as stranger:
                assert stranger.recv(1) == b""
            open_ones = [socket.create_connection(("127.0.0.1", port_of(daemon, "few"))) for _ in range(2)]
            eventually("two are open", lambda: daemon.metric('alarum_source_connections{source="few"') == 2)
            with socket.create_connection(("127.0.0.1", port_of(daemon, "few"))) as third:
                assert third.recv(1) == b""
            open_ones[0].close()
            eventually("one is open", lambda: daemon.metric('alarum_source_connections{source="few"') == 1)
            with socket.create_connection(("127.0.0.1", port_of(daemon, "few"))) as again:
                again.sendall(lines([event(1, "ok")]))
                eventually("there is room again", lambda: counted(daemon, "few") == 1)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.sendto(lines([event(2, "ok")]), ("127.0.0.1", port_of(daemon, "u")))
            eventually("the datagram is refused", lambda: daemon.metric('alarum_source_rejected_total{source="u"') == 1)


def counted_frame(message):
    return b"%d %s" % (len(message), message)


SYSLOG = """sources:
- {udp: '127.0.0.1:0', format: syslog, name: u}
- {tcp: '127.0.0.1:0', format: syslog, name: t}
- {tcp: '127.0.0.1:0', format: syslog, name: s, tls: {cert_file: FOLDER/one.pem, key_file: FOLDER/one.key}}
"""


def syslog_of_every_framing():
    with temporary() as folder:
        certificate(folder, "one")
        webhook = Webhook()
        with own_rules(Daemon(folder, webhook, config=SYSLOG.replace("FOLDER", folder))) as daemon:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.sendto(time.strftime("<11>1 %Y-%m-%dT%H:%M:%SZ node-u app - - - over udp", time.gmtime()).encode(), ("127.0.0.1", port_of(daemon, "u")))
                udp.sendto(os.urandom(300), ("127.0.0.1", port_of(daemon, "u")))
            with socket.create_connection(("127.0.0.1", port_of(daemon, "t"))) as tcp:
                tcp.sendall(time.strftime("<11>%b %e %H:%M:%S node-t app: by line\n", time.gmtime()).encode() + counted_frame(b"<11>1 - node-c app - - - counted, with\na new line"))
            context = ssl.create_default_context(cafile=f"{folder}/one.pem")
            with context.wrap_socket(socket.create_connection(("127.0.0.1", port_of(daemon, "s"))), server_hostname="localhost") as tls:
                tls.sendall(counted_frame(b"<11>1 - node-s app - - - tls"))
            eventually("all are told", lambda: sorted(labels["subject"] for _, labels in told(webhook)) == ["node-c", "node-s", "node-t", "node-u"])
            assert {labels["severity"] for _, labels in told(webhook)} == {"major"}
            summaries = {a["labels"]["subject"]: a["annotations"]["summary"] for _, body in webhook.bodies for a in body["alerts"]}
            assert summaries["node-u"] == "over udp" and "counted, with" in summaries["node-c"], summaries
            eventually("random bytes are refused", lambda: counted(daemon, "u", "rejected") == 1)
            with socket.create_connection(("127.0.0.1", port_of(daemon, "s"))) as plain:
                plain.sendall(b"<11>1 - node-p app - - - no TLS\n")
                eventually("a connection without TLS is refused", lambda: daemon.metric('alarum_source_rejected_total{source="s"') == 1)
            # A reload reads the certificate again; a pair that does not fit refuses it and changes nothing.
            def shake_hands(trusting):
                trust = ssl.create_default_context(cafile=f"{folder}/{trusting}.pem")
                trust.wrap_socket(socket.create_connection(("127.0.0.1", port_of(daemon, "s"))), server_hostname="localhost").close()

            certificate(folder, "two")
            old, new = (pathlib.Path(folder) / f"{name}.pem" for name in ("one", "two"))
            (pathlib.Path(folder) / "first.pem").write_text(old.read_text())
            old.write_text(new.read_text())
            status, _, answer = daemon.request("POST", "/-/reload")
            assert status != 200 and "source s: " in answer and "one.key" in answer, (status, answer)
            shake_hands("first")
            old.with_suffix(".key").write_text(new.with_suffix(".key").read_text())
            assert daemon.request("POST", "/-/reload")[0] == 200
            shake_hands("two")


def only_senders_with_a_certificate_of_ours():
    with temporary() as folder:
        for name in ("us", "known", "stranger"):
            certificate(folder, name)
        config = f"sources: [{{tcp: '127.0.0.1:0', name: t, tls: {{cert_file: {folder}/us.pem, key_file: {folder}/us.key, client_ca_file: {folder}/known.pem}}}}]\n"
        with Daemon(folder, config=config) as daemon:
            def send(name, id):
                context = ssl.create_default_context(cafile=f"{folder}/us.pem")
                if name:
                    context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
                try:
                    with context.wrap_socket(socket.create_connection(("127.0.0.1", port_of(daemon, "t"))), server_hostname="localhost") as tls:
                        tls.sendall(lines([event(id, "ok")]))
                        tls.recv(1) if name != "known" else None
                except OSError:
                    pass  # TLS 1.3 tells a client of its refusal when it reads

            send(None, 1)
            send("stranger", 2)
            eventually("two are refused", lambda: daemon.metric('alarum_source_rejected_total{source="t"') == 2)
            send("known", 3)
            eventually("one is taken", lambda: counted(daemon, "t") == 1)
            daemon.says("its TLS handshake failed")


def logger_sends_to_us():
    program = shutil.which("logger")
    if not program:
        print("      skipped: no logger here (Debian: bsdutils)")
        return
    with temporary() as folder:
        webhook = Webhook()
        with own_rules(Daemon(folder, webhook, config=SYSLOG.split("- {tcp: '127.0.0.1:0', format: syslog, name: s")[0])) as daemon:
            def log(*arguments, port):
                subprocess.run([program, "-n", "127.0.0.1", "-P", str(port), "-p", "daemon.err", "-t", "smartd", *arguments], check=True)

            udp, tcp = port_of(daemon, "u"), port_of(daemon, "t")
            log("-d", "--rfc5424", "--msgid", "Disk", "disk is failing", port=udp)
            log("-d", "--rfc3164", "disk is failing", port=udp)
            log("-T", "--rfc5424", "--sd-id", "drive@32473", "--sd-param", 'slot="3"', "disk is failing", port=tcp)
            log("-T", "--octet-count", "--rfc5424", "disk is failing", port=tcp)
            log("-T", "--rfc3164", "disk is failing", port=tcp)
            eventually("five are there", lambda: counted(daemon, "u") + counted(daemon, "t") == 5)
            events = json.loads(daemon.request("GET", "/api/v2/alerts")[2])
            assert len(events) == 1 and events[0]["labels"]["subject"] == socket.gethostname().split(".")[0] or events[0]["labels"]["subject"] == socket.gethostname(), events
            assert counted(daemon, "u", "rejected") + counted(daemon, "t", "rejected") == 0


def rsyslog_sends_to_us():
    program = shutil.which("rsyslogd") or ("/usr/sbin/rsyslogd" if os.path.exists("/usr/sbin/rsyslogd") else None)
    if not program:
        print("      skipped: no rsyslogd here (Debian: rsyslog)")
        return
    with temporary() as folder:
        config = SYSLOG.split("- {tcp: '127.0.0.1:0', format: syslog, name: s")[0]
        with Daemon(folder, config=config) as daemon:
            (daemon.folder / "rsyslog.conf").write_text(f"""
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log.sock" CreatePath="off")
action(type="omfwd" target="127.0.0.1" port="{port_of(daemon, 't')}" protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")
action(type="omfwd" target="127.0.0.1" port="{port_of(daemon, 't')}" protocol="tcp" template="RSYSLOG_ForwardFormat")
action(type="omfwd" target="127.0.0.1" port="{port_of(daemon, 'u')}" protocol="udp" template="RSYSLOG_TraditionalForwardFormat")
""")
            log = open(daemon.folder / "rsyslog.log", "wb")
            running = subprocess.Popen([program, "-n", "-f", str(daemon.folder / "rsyslog.conf"), "-i", f"{folder}/pid"], stdout=log, stderr=log)
            try:
                eventually("rsyslog listens", lambda: os.path.exists(f"{folder}/log.sock"))
                for i in range(20):
                    subprocess.run(["logger", "-u", f"{folder}/log.sock", "-t", "app", f"message {i}"], check=True)
                eventually("all are there", lambda: counted(daemon, "t") >= 40 and counted(daemon, "u") >= 20)
                assert counted(daemon, "t", "rejected") + counted(daemon, "u", "rejected") == 0
            finally:
                running.terminate()
                running.wait()


def a_reload_begins_ends_and_changes_sources():
    with temporary() as folder:
        base = Daemon(folder, config="sources: [{tcp: '127.0.0.1:0', name: a}]\n")
        with base as daemon:
            port = port_of(daemon, "a")
            kept = socket.create_connection(("127.0.0.1", port))
            text = daemon.config.read_text()
            other = free_port()
            daemon.config.write_text(text.replace("name: a}", f"name: a}}, {{tcp: '127.0.0.1:{other}', name: b}}"))
            assert daemon.request("POST", "/-/reload")[0] == 200
            kept.sendall(lines([event(1, "ok")]))
            eventually("what is unchanged goes on", lambda: counted(daemon, "a") == 1)
            # Taken: refused, and nothing changes.
            daemon.config.write_text(text.replace("name: a}", f"name: a}}, {{tcp: '127.0.0.1:{port}', name: c}}"))
            status, _, answer = daemon.request("POST", "/-/reload")
            assert status != 200 and f"cannot listen on 127.0.0.1:{port}" in answer, (status, answer)
            with socket.create_connection(("127.0.0.1", other)) as still:
                still.sendall(lines([event(2, "ok")]))
                eventually("b is still there", lambda: counted(daemon, "b") == 1)
            daemon.config.write_text(text.replace("name: a}", "name: z}"))
            assert daemon.request("POST", "/-/reload")[0] == 200
            assert kept.recv(1) == b"", "what is gone is closed"
            try:
                socket.create_connection(("127.0.0.1", other)).close()
                raise AssertionError("b still listens")
            except ConnectionRefusedError:
                pass


if __name__ == "__main__":
    main([a_source_that_a_reload_cannot_begin_is_tried_again, lines_over_tcp_and_unix, what_was_sent_before_a_stop_is_taken, a_socket_is_not_read_while_the_disk_is_full, standard_input_of_every_kind, strangers_and_crowds_are_refused,
          syslog_of_every_framing, only_senders_with_a_certificate_of_ours, logger_sends_to_us, rsyslog_sends_to_us, a_reload_begins_ends_and_changes_sources])
