"""`alarum check` is `alarum serve` without serving: over a table of configs both give the same verdict in the same words. What `serve` says as it starts, and the demo."""
import json
import os
import pathlib
import select
import signal
import subprocess

from harness import BINARY, PATIENCE, ROOT, Daemon, certificate, main, temporary

RULE = "rules:\n  - {alert: A, match: fault, until: mended, resolve_after: 1h}\n"
ROUTE = "route: {receiver: a}\n"
WEBHOOK = "receivers: [{name: a, webhook_configs: [{url: 'https://127.0.0.1:9', http_config: {tls_config: {%s}}}]}]\n"

# What stands in the config beside `listen` and `data`; the rules; what the refusal says. "": both take it.
TABLE = [
    ("", RULE, ""),
    ("rules: []\n", None, ""),
    ("sources: [{udp: '127.0.0.1:0'}]\nrules: [r.yaml]\n", RULE, ""),
    # Rules.
    ("rules: [r.yaml]\n", "rules:\n  - {alert: A, match: fault}\n", "has no end"),
    ("rules: [r.yaml]\n", RULE.replace("until", "untli"), "untli"),
    ("rules: [r.yaml]\n", "", "there is nothing in this rule file"),
    ("rules: [r.yaml]\n", "# all of it is switched off\n", "there is nothing in this rule file"),
    ("rules: [nowhere/]\n", RULE, "no such file or folder"),
    ("rules: [r.yaml]\n", RULE.replace("1h}", "1h, notify: [nosuch]}"), "and the config has no such receiver"),
    ("rules: [r.yaml]\n", RULE + "tables: {t: {file: t.csv, key: k}}\n", "cannot read table"),
    ("rules: [r.yaml]\n", "rules: [\n", "error"),
    # The shipped rules run, which need no receivers: the config has the fault.
    ("nonsense: 1\n", None, "nonsense"),
    ("route: {receiver: b}\nreceivers: [{name: a}]\n", None, '"b"'),
    ("receivers: [{name: a}]\n", None, ""),
    (ROUTE + "receivers: [{name: a, webhook_configs: [{url: 'http://127.0.0.1:99999/'}]}]\n", None, "ports go from 1 to 65535"),
    (ROUTE + "receivers: [{name: a, webhook_configs: [{url_file: nowhere}]}]\n", None, "nowhere"),
    (ROUTE + "receivers: [{name: a, email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'mail:70000'}]}]\n", None, "ports go from 1 to 65535"),
    ("heartbeat: {url: 'http://h:0/'}\n", None, "ports go from 1 to 65535"),
    # Key files and certificates, wherever they are named.
    (ROUTE + WEBHOOK % "ca_file: nowhere.pem", None, "receiver a: webhook_configs: ca_file: "),
    (ROUTE + WEBHOOK % "ca_file: empty.pem", None, "receiver a: webhook_configs: ca_file: "),
    (ROUTE + WEBHOOK % "cert_file: one.pem, key_file: two.key", None, "the key is not that of the certificate"),
    (ROUTE + WEBHOOK % "ca_file: one.pem, cert_file: one.pem, key_file: one.key", None, ""),
    ("heartbeat: {url: 'https://h/', http_config: {tls_config: {ca_file: nowhere.pem}}}\n", None, "heartbeat: ca_file: "),
    ("tls: {cert_file: one.pem, key_file: nowhere.key}\n", None, "nowhere.key"),
    ("tls: {cert_file: one.pem, key_file: two.key}\n", None, "the key is not that of the certificate"),
    ("smn: {topics: ['urn:smn:a:b:c'], ca_file: nowhere.pem}\n", None, "smn: ca_file: "),
    ("sources: [{sse: 'https://127.0.0.1:9/', name: s, http_config: {tls_config: {ca_file: nowhere.pem}}}]\n", None, "source s: ca_file: "),
    ("sources: [{tcp: '127.0.0.1:0', name: s, tls: {cert_file: one.pem, key_file: two.key}}]\n", None, "source s: "),
    # Addresses. A name has none until it is looked up.
    ("sources: [{udp: 'bmc-relay:5140', insecure: true}]\n", None, "the host in digits, or localhost"),
    ("sources: [{tcp: '127.0.0.1:70000'}]\n", None, "port 0 to 65535"),
    ("sources: [{tcp: '0.0.0.0:5140'}]\n", None, "can be reached from other machines"),
    ("sources: [{tcp: '127.0.0.1:5140', name: x}, {tcp: '127.0.0.1:5140', name: y}]\n", None, "is already at 127.0.0.1:5140"),
    ("sources: [{unix: s.sock, name: x}, {unix: s.sock, name: y}]\n", None, "is already at"),
    ("auth: {routes: {/ingest/json/nosuch: [{bearer_token: x}]}}\n", None, "nosuch"),
    ("auth: {ingest: [{bearer_token_file: nowhere}]}\n", None, "nowhere"),
]


def errors(text):
    """The faults that are not of the machine: `place: error: …`, in any order."""
    return sorted(line for line in text.splitlines() if ": error: " in line or ": warning: " in line)


def check(config, *flags):
    done = subprocess.run([BINARY, "check", config, *flags], capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stderr


def serve(config):
    """Starts the bridge, ends it when it takes events. Its exit code, what it wrote, and its URL or nothing."""
    heard, said = os.pipe()
    process = subprocess.Popen([BINARY, "serve", "--config", config, "--ready-fd", str(said)], pass_fds=[said], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    os.close(said)
    with os.fdopen(heard) as pipe:
        url = pipe.readline() if select.select([pipe], [], [], PATIENCE)[0] else ""
        if url:
            process.send_signal(signal.SIGTERM)
        text = process.communicate(timeout=PATIENCE)[1]
        assert pipe.read() == "", "the descriptor is closed by the end of the bridge"
    return process.returncode, text, url.strip()


def check_and_serve_say_the_same_of_every_config():
    with temporary() as folder:
        place = pathlib.Path(folder)
        for name in ("one", "two"):
            certificate(folder, name)
        (place / "empty.pem").write_text("")
        for config, rules, expected in TABLE:
            (place / "r.yaml").write_text(rules or "")
            path = place / "alarum.yaml"
            path.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\n{config}")
            code, said = check(path)
            served, text, url = serve(path)
            about = f"{config}{rules or ''}\ncheck ({code}):\n{said}\nserve ({served}):\n{text}"
            assert code == (1 if expected else 0) and expected in said, about
            assert served == code and bool(url) == (not expected), about
            assert errors(said) == errors(text), about


def only_the_machine_makes_a_difference():
    """What check cannot know: a port that is taken now. It says no word of it, and serve does."""
    with temporary() as folder, Daemon(folder) as daemon:
        path = pathlib.Path(folder) / "second.yaml"
        path.write_text(f"listen: 127.0.0.1:{daemon.port}\ndata: {folder}/second\n")
        assert check(path)[0] == 0
        code, text, _ = serve(path)
        assert code == 1 and str(daemon.port) in text and "another program does already" in text, text


def serve_says_what_it_runs_with():
    with temporary() as folder:
        place = pathlib.Path(folder)
        (place / "r.yaml").write_text(RULE)
        (place / "alarum.yaml").write_text("rules: [r.yaml]\nlisten: 127.0.0.1:0\nroute: {receiver: pager}\nreceivers: [{name: pager, console_configs: [{}]}]\nsources: [{udp: '127.0.0.1:0', name: logs}]\n")
        _, text, _ = serve(place / "alarum.yaml")
        line = next(line for line in text.splitlines() if 'msg="runs with"' in line)
        assert all(part in line for part in (f"config={folder}/alarum.yaml", f"rules={folder}/r.yaml", "rule_files=1", "receivers=pager", "sources=logs")), line
        assert "is not used" not in text, text
        # Without --config the one that lies there is named, and that it is not used.
        process = subprocess.Popen([BINARY, "serve", "--listen", "127.0.0.1:0"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "msg=ready" in line:
                process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        text = "".join(lines)
        assert 'config="none, defaults"' in text and "(the shipped ones)" in text and "receivers=console sources=none" in text, text
        assert "a config is there and is not used: start with --config to use it" in text and "file=./alarum.yaml" in text, text


def demo(folder, config, length):
    """What scripts/run --demo does, with this build: (process, its output as lines come)."""
    command = f'exec "{BINARY}" serve --config "{config}" --ready-fd 3 3> >("{ROOT}/scripts/play-demo" "{BINARY}" {length})'
    return subprocess.Popen(["bash", "-c", command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def the_demo_plays_into_the_bridge_that_was_started_and_ends_with_it():
    with temporary() as other, Daemon(other) as stranger, temporary() as folder:
        path = pathlib.Path(folder) / "alarum.yaml"
        path.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\n")
        process = demo(folder, path, "2s")
        lines = []
        for line in process.stderr:  # ends when the bridge and its player have
            lines.append(line)
            if "the hour is over" in line or "was not played" in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0 and any("the hour is over" in line for line in lines), "".join(lines)
        # The bridge is ended while the hour is played: the player ends as well.
        process, lines = demo(folder, path, "1h"), []
        for line in process.stderr:
            lines.append(line)
            if "playing to http://127.0.0.1:" in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0 and any("was not played to its end" in line for line in lines), "".join(lines)
        # Another bridge has the address: nothing is played to it.
        path.write_text(f"listen: 127.0.0.1:{stranger.port}\ndata: {folder}/var\n")
        process = demo(folder, path, "1s")
        text = process.stderr.read()
        assert process.wait(PATIENCE) == 1 and "another program does already" in text and "playing" not in text and "the hour" not in text, text
        assert stranger.metric('alarum_ingest_events_total{format="cloudevents",outcome="accepted"}') == 0


def playing_asks_before_it_plays_to_another_machine():
    line = json.dumps({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "time": "2026-01-01T00:00:00Z"}) + "\n"

    def play(*flags):
        done = subprocess.run([BINARY, "send", "--play", "1s", *flags], input=line, capture_output=True, text=True, timeout=PATIENCE)
        return done.returncode, done.stdout + done.stderr

    # A name that does not resolve: with --yes it is tried.
    code, text = play("--url", "http://bridge.invalid:9797")
    assert code == 2 and "Add --yes" in text and "new ids" in text, text
    code, text = play("--url", "http://bridge.invalid:9797", "--yes")
    assert code == 1 and "Add --yes" not in text, text
    with temporary() as folder, Daemon(folder) as daemon:
        code, text = play("--url", daemon.url)
        assert code == 0 and "each event gets a new id and the time of sending" in text and "accepted 1" in text, text


if __name__ == "__main__":
    main([check_and_serve_say_the_same_of_every_config, only_the_machine_makes_a_difference, serve_says_what_it_runs_with, the_demo_plays_into_the_bridge_that_was_started_and_ends_with_it,
          playing_asks_before_it_plays_to_another_machine])
