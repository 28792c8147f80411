"""The commands by which people see and handle alerts, and look after the daemon, against the real daemon."""
import json
import os
import pathlib
import re
import signal
import subprocess

from harness import BINARY, Daemon, QuietHandler, Server, Webhook, event, eventually, main, plain_rules, temporary

JSON = {"Content-Type": "application/json"}
RULES = """rules:
  - {alert: Down, match: linkDown, until: linkUp, by: subject, severity: major, resolve_after: 1h}
  - {alert: Hot, match: hot, by: subject, severity: critical, resolve_after: 1h, summary: "{{subject}} is hot"}
"""


class Hands:
    """A person at a terminal: `alarum …` with the daemon in the environment."""

    def __init__(self, daemon, folder):
        self.environment = {**os.environ, "ALARUM_URL": daemon.url + "/", "HOME": str(folder), "USER": "kim"}

    def run(self, *arguments, code=0, env=None, stdin=""):
        done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, input=stdin,
                              env={**self.environment, **(env or {})}, cwd=self.environment["HOME"])
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    def out(self, *arguments, **more):
        return self.run(*arguments, **more).stdout

    def err(self, *arguments, **more):
        return self.run(*arguments, **more).stderr

    def json(self, *arguments, **more):
        return json.loads(self.out(*arguments, "-o", "json", **more))


def scene(folder, webhook=None, config="", rules=RULES):
    path = pathlib.Path(folder) / "rules.yaml"
    path.write_text(rules)
    return Daemon(folder, webhook, rules=path, config=config)


def fired(daemon, hands, count):
    daemon.settled()
    assert len(hands.json("alerts")) == count


def settings_come_from_the_environment_and_a_file():
    auth = "auth: {admin: [{bearer_token: sesame}], ingest: []}\n"
    with temporary() as folder, scene(folder, config=auth) as daemon:
        hands = Hands(daemon, folder)
        refused = hands.err("alerts", code=1)
        assert "asks for a credential: set ALARUM_TOKEN" in refused, refused
        wrong = hands.err("alerts", code=1, env={"ALARUM_TOKEN": "no"})
        assert "does not take the token of ALARUM_TOKEN" in wrong, wrong
        # A proxy that is not there is not asked for this machine
        assert hands.out("alerts", env={"ALARUM_TOKEN": "sesame", "http_proxy": "http://127.0.0.1:1"}) == "no alerts\n"
        settings = pathlib.Path(folder) / ".config/alarum/config.yaml"
        settings.parent.mkdir(parents=True)
        (pathlib.Path(folder) / "token").write_text("sesame\n")
        settings.write_text(f"url: {daemon.url}/\ntoken_file: {folder}/token\n")
        assert hands.out("alerts", env={"ALARUM_URL": ""}) == "no alerts\n"
        settings.write_text("ulr: x\n")
        assert f'{settings}:1:1: error: unknown key "ulr"' in hands.err("alerts", code=1)
        settings.unlink()
        gone = hands.err("alerts", code=1, env={"ALARUM_URL": "http://127.0.0.1:1"})
        assert "http://127.0.0.1:1 (ALARUM_URL) cannot be reached" in gone, gone

        class Other(QuietHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<html>")

        other = hands.err("alerts", code=1, env={"ALARUM_URL": Server(Other).url})
        assert "did not answer with JSON: ALARUM_URL says where it is" in other, other


def alerts_are_listed_by_badness_and_many_stand_in_one_row():
    with temporary() as folder, scene(folder) as daemon:
        hands = Hands(daemon, folder)
        lines = [event(f"h{i}", "hot", f"s{i}") for i in range(29)] + [event("d", "linkDown", "x1")]
        hands.out("send", stdin="\n".join(map(json.dumps, lines)) + "\n")
        fired(daemon, hands, 30)
        rows = hands.out("alerts").splitlines()
        assert len(rows) == 4 and "×29 on 29 subjects" in rows[1] and "Down" in rows[2], rows
        assert len(hands.out("alerts", "--each").splitlines()) == 31
        wide = hands.out("alerts", "Hot", "-o", "wide").splitlines()
        assert len(wide) == 30 and " is hot" in wide[1] and re.match(r"[0-9a-f]{16} ", wide[1]), wide[:2]
        simple = [line.split("\t") for line in hands.out("alerts", "-o", "simple").splitlines()]
        assert len(simple) == 30 and simple[-1][1:4] == ["major", "firing", "Down"], simple[-1]
        asked = json.loads(daemon.request("GET", "/api/v2/alerts")[2])
        assert {one["id"] for one in hands.json("alerts")} == {one["id"] for one in asked} == {one[0] for one in simple}
        down = simple[-1][0]
        assert [one["id"] for one in hands.json("alerts", down[:6])] == [down]
        assert json.loads(daemon.request("GET", f"/api/v2/alerts?id={down[:6]}")[2])[0]["id"] == down
        assert hands.json("alerts", "Down", "subject=other") == []
        wrong = hands.err("alerts", "subject=x1", "Down", code=1)
        assert "only the first word may be an alert's name alone" in wrong, wrong
        assert "= is written once: severity=critical" in hands.err("alerts", "severity==critical", code=1)
        watch = subprocess.Popen([BINARY, "alerts", "--watch", "Down"], stdout=subprocess.PIPE, text=True, env=hands.environment)
        first = [watch.stdout.readline() for _ in range(4)]
        watch.kill()
        watch.wait()
        assert first[0] == first[2] and "Down" in first[3], first


def alerts_are_handled_by_the_beginning_of_their_id_or_by_matchers():
    with temporary() as folder, scene(folder) as daemon:
        hands = Hands(daemon, folder)
        for number in range(3):
            daemon.post(event(number, subject=f"s{number}"))
        fired(daemon, hands, 3)
        ids = [one["id"] for one in hands.json("alerts")]
        assert hands.out("ack", ids[0][:6], "-c", "on it") == f"{ids[0]} is acknowledged until it ends\n"
        row = hands.out("alerts", ids[0][:6])
        assert "acknowledged by kim: on it" in row, row
        # Several: the list, and without a terminal nothing without --yes
        refused = hands.err("ack", "Down", code=1)
        assert "acknowledge these 3 alerts?" in refused and "it takes --yes" in refused and ids[2][:8] in refused, refused
        said = hands.out("ack", "Down", "subject=~s[12]", "--dry-run")
        assert "would acknowledge these 2 alerts; nothing was done" in said, said
        assert sum("acknowledged" in one for one in hands.json("alerts")) == 1
        assert len(hands.out("ack", "Down", "--yes").splitlines()) == 3
        assert [one["outcome"] for one in hands.json("unack", ids[0][:8], ids[1][:8], "--yes")] == ["is not acknowledged any more: reminders of it resume"] * 2
        assert hands.out("resolve", "subject=s2") == f"{[one for one in ids if one not in {a['id'] for a in hands.json('alerts')}][0]} has ended\n"
        assert "no alert that fires has an id that begins with \"0123\"" in hands.err("ack", "0123", code=1)
        assert "no alert that fires matches alertname=\"Up\"" in hands.err("ack", "Up", code=1)


def silences_are_made_listed_brought_back_and_ended():
    with temporary() as folder, scene(folder) as daemon:
        hands = Hands(daemon, folder)
        for number in range(2):
            daemon.post(event(number, subject=f"s{number}"))
        fired(daemon, hands, 2)
        id = hands.json("alerts")[0]["id"]
        made = hands.run("silence", "add", id[:8], "-d", "2h", "-c", "rack 7")
        assert made.stderr == "it holds 1 alert now\n", made.stderr
        silence = made.stdout.strip()
        shown = hands.json("silence", "query")[0]
        assert shown["createdBy"] == "kim" and {m["name"] for m in shown["matchers"]} == {"alertname", "subject"}, shown
        assert f"silenced by {silence[:8]}" in hands.out("alerts", id[:8])
        assert hands.err("silence", "add", "Down").startswith("it holds 2 alerts now")
        later = hands.out("silence", "add", "Hot", "--start", "2030-01-01T00:00:00Z", "--end", "2030-01-01T01:00:00Z").strip()
        assert "pending" in hands.out("silence", "query", "Hot") and "from 2030-01-01T00:00:00Z" in hands.out("silence", "query", "Hot")
        assert len(hands.out("silence", "query", "-q").split()) == 3
        assert "--yes" in hands.err("silence", "expire", silence[:6], later[:6], code=1)
        assert hands.out("silence", "expire", silence[:6], later[:6], "--yes").count("has ended") == 2
        everything = hands.out("silence", "query", "--expired", "-o", "json")
        back = hands.run("silence", "import", stdin=everything)
        assert len(back.stdout.split()) == 1 and "2 had ended and were left out" in back.stderr, back
        assert "only the first word" in hands.err("silence", "add", "Down", "Hot", code=1)
        assert "that is no list" in hands.err("silence", "import", stdin="{}", code=1)


def status_says_on_one_screen_what_is_wrong():
    with temporary() as folder:
        webhook = Webhook()
        webhook.answer = lambda number: 503
        with scene(folder, webhook) as daemon:
            hands = Hands(daemon, folder)
            text = hands.out("status")
            for wanted in ("alarum 0.1.0 at http://127.0.0.1", "health    everything works", f"config    {daemon.config}", "rules     2 rules", "last success never", "all processed"):
                assert wanted in text, (wanted, text)
            daemon.post(event("a"))
            failing = lambda: [one for one in hands.json("targets") if "last_failure" in one]
            one = eventually("the target fails", failing)[0]
            assert one["target"].startswith("test/webhook/0") and one["detail"] == "503" and one["waiting"] == 1, one
            assert "FAILING" in hands.out("targets") and "cloudevents  heard" in hands.out("status")
            webhook.answer = lambda number: 200
            eventually("it takes it", lambda: "last_success" in hands.json("targets")[0])
            assert "  ok  " in hands.out("targets")
            status, _, _ = daemon.request("POST", "/v1/events", "{}", {"Content-Type": "application/cloudevents+json"})
            assert status == 400
            refused = hands.json("rejected")
            assert refused[0]["reason"] == "missing_attribute" and refused[0]["sequence"] == 1, refused
            assert "missing_attribute" in hands.out("rejected", "--bodies") and "{}" in hands.out("rejected", "--bodies")
            (pathlib.Path(folder) / "rules.yaml").write_text("rules: [{alert: X}]\n")
            bad = hands.err("reload", code=1)
            assert "rules.yaml:1:17" in bad and bad.startswith("error: "), bad
            assert "the last reload was REFUSED" in hands.out("status")
            (pathlib.Path(folder) / "rules.yaml").write_text(RULES.replace("linkDown", "linkLost"))
            assert "changed" in hands.out("reload")
            daemon.settled()


def what_is_in_force_is_shown_without_secrets():
    config = "auth: {admin: [{bearer_token: sesame}], ingest: []}\nheartbeat: {url: 'https://beat.example/hidden', every: 1h}\n"
    with temporary() as folder:
        webhook = Webhook()
        with scene(folder, webhook, config=config) as daemon:
            hands = Hands(daemon, folder)
            hands.environment["ALARUM_TOKEN"] = "sesame"
            text = hands.out("config", "show")
            for secret in ("sesame", "beat.example", webhook.url):
                assert secret not in text, text
            assert text.count("<secret>") == 3 and "receiver: test" in text, text
            daemon.post(event("a"))
            fired(daemon, hands, 1)
            rule = hands.out("rules", "show", "Down")
            assert "1 firing; events that fitted since the start: 1" in rule and "until: linkUp" in rule, rule
            assert [one["firing"] for one in hands.json("rules", "ls") if one["alert"] == "Down"] == [1]
            assert "no rule that is in force is called" in hands.err("rules", "show", "Nope", code=1)
            assert "until: linkUp" in hands.out("rules", "show", "Down", "--data", daemon.data, env={"ALARUM_URL": ""})
            assert "it balances" in hands.out("ledger")
            assert "everything → test" in hands.out("routes", "show")
            assert hands.out("routes", "test", "Down", "severity=critical", "--expect", "test").startswith("test ")
            assert "was expected" in hands.err("routes", "test", "Down", "--expect", "other", code=1)
            assert hands.json("routes", "test", "Down", "--config", daemon.config)[0]["receiver"] == "test"


def events_are_seen_as_they_come():
    with temporary() as folder, scene(folder) as daemon:
        hands = Hands(daemon, folder)
        daemon.post(event("a"))
        daemon.post(event("b", "strange"))
        daemon.settled()
        lines = hands.out("tail", "--once").splitlines()
        assert len(lines) == 2 and lines[0].endswith("linkDown s1 → Down") and lines[1].endswith("strange s1 → no rule"), lines
        assert hands.out("tail", "--once", "--unmatched").count("\n") == 1
        assert hands.out("tail", "--once", "-n", "1").count("\n") == 1
        follow = subprocess.Popen([BINARY, "tail", "-o", "json"], stdout=subprocess.PIPE, text=True, env=hands.environment)
        daemon.post(event("c", "hot", data={"celsius": 99}))
        came = next(one for one in map(json.loads, follow.stdout) if one["id"] == "c")
        follow.kill()
        follow.wait()
        assert came["id"] == "c" and came["rules"] == ["Hot"] and came["data"] == {"celsius": 99}, came
        daemon.request("POST", "/v1/events", "[", {"Content-Type": "application/cloudevents+json"})
        assert "bad_json" in hands.out("tail", "--rejected", "--once")


NATIVE = {
    "ces": [{"event_name": "linkDown", "event_source": "SYS.BMS", "time": 1795000000000, "detail": {"event_state": "normal", "event_level": "Major", "resource_id": "s1"}}],
    "alertmanager": {"version": "4", "status": "firing", "alerts": [{"status": "firing", "labels": {"alertname": "linkDown", "instance": "s1"}, "annotations": {}, "startsAt": "2026-11-30T00:00:00Z"}]},
    "redfish": {"@odata.type": "#Event.v1_7_0.Event", "Events": [{"MessageId": "Environmental.1.0.FanFailed", "MessageSeverity": "Critical", "OriginOfCondition": {"@odata.id": "/fans/1"}}]},
    "cloudevents": event("a"),
}


def bodies_of_senders_are_explained_as_they_are():
    with temporary() as folder, scene(folder) as daemon:
        hands = Hands(daemon, folder)
        rules = pathlib.Path(folder) / "rules.yaml"
        for name, body in NATIVE.items():
            text = json.dumps(body)
            fields = hands.out("fields", name, stdin=text)
            assert f'  format: "{name}"' in fields, fields
            said = hands.out("explain", "--event", "-", "--rules", rules, stdin=text)
            assert said.startswith("event "), said
            if name in ("ces", "cloudevents"):
                assert "+ Down: matches" in said, said
        line = "<11>Nov 30 01:02:03 host1 kernel: link down\n"
        assert '  source: "host1"' in hands.out("fields", "syslog", stdin=line)
        assert "of host1: kernel" in hands.out("explain", "--event", "-", "--rules", rules, stdin=line)
        assert "name its format" in hands.err("explain", "--event", "-", "--rules", rules, stdin='{"a": 1}', code=1)
        assert "there is no format \"x\"" in hands.err("fields", "x", stdin="{}", code=1)
        config = pathlib.Path(folder) / "ci.yaml"
        config.write_text("json: {ci: {type: /kind, subject: /host}}\n")
        assert '  type: "linkDown"' in hands.out("fields", "json/ci", "--config", config, stdin='{"kind": "linkDown", "host": "s1"}')
        # The past, asked of the daemon and of its folder
        daemon.post(event("past"))
        daemon.settled()
        by_daemon, by_folder = hands.out("explain", "past"), hands.out("explain", "past", "--data", daemon.data)
        assert by_daemon == by_folder and "fired Down" in by_daemon, (by_daemon, by_folder)
        assert hands.json("explain", "past")[0]["event"] == "past"
        assert "has the id nothing" in hands.err("explain", "nothing", code=1)


def a_backup_is_taken_while_events_come_and_a_daemon_starts_on_it():
    with temporary() as folder:
        with scene(folder) as daemon:
            hands = Hands(daemon, folder)
            for number in range(20):
                daemon.post(event(f"first{number}", subject=f"s{number}"))
            daemon.settled()
            sender = subprocess.Popen([BINARY, "send"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=hands.environment)
            sender.stdin.write("".join(json.dumps(event(f"more{i}", subject=f"m{i % 50}")) + "\n" for i in range(20000)))
            backup = pathlib.Path(folder) / "backup"
            said = hands.out("backup", backup, "--data", daemon.data)
            sender.stdin.close()
            sender.wait()
            assert "every record below offset" in said, said
            assert "is not empty" in hands.err("backup", backup, "--data", daemon.data, code=1)
            assert "is not empty" in hands.err("restore", backup, "--data", daemon.data, code=1)
            before = {one["id"] for one in hands.json("alerts", "subject=~s.*")}
            daemon.settled()
        second = pathlib.Path(folder) / "second"
        second.mkdir()
        hands.out("restore", backup, "--data", second / "var")
        with scene(second) as daemon:
            hands = Hands(daemon, second)
            assert before <= {one["id"] for one in hands.json("alerts", "subject=~s.*")}
            assert "damage" not in daemon.log_text(), daemon.log_text()
            assert hands.json("status")["checks"] == []
            assert "it balances" in hands.out("ledger")


def a_receiver_is_tested_past_the_ledger():
    with temporary() as folder:
        webhook = Webhook()
        with scene(folder, webhook) as daemon:
            hands = Hands(daemon, folder)
            assert hands.out("receivers", "test", "test") == "test/webhook/0: delivered (200)\n"
            alert = webhook.bodies[0][1]["alerts"][0]
            assert alert["labels"]["test"] == "true" and "nothing is wrong" in alert["annotations"]["summary"], alert
            assert "0 made" in hands.out("ledger")
            webhook.answer = lambda number: 404
            assert "NOT delivered (404)" in hands.out("receivers", "test", "test", code=1)
            assert "NOT delivered (404)" in hands.out("receivers", "test", "test", "--config", daemon.config, code=1)
            assert [one["detail"] for one in hands.json("receivers", "test", "test", code=1)] == ["404"]
            for more in ([], ["--config", daemon.config]):
                assert 'no receiver "tset" with a way to notify it, only test' in hands.err("receivers", "test", "tset", *more, code=1)
            # The daemon's own config and network are meant, not what the file says by now
            pathlib.Path(daemon.config).unlink()
            webhook.answer = lambda number: 200
            assert hands.out("receivers", "test", "test") == "test/webhook/0: delivered (200)\n"


def help_pages_and_completions_are_of_one_source():
    run = lambda *arguments, code=0: subprocess.run([BINARY, *arguments], capture_output=True, text=True)
    commands = re.findall(r"^  ([a-z]+)  ", run().stdout, re.M)
    assert {"alerts", "status", "explain", "help"} <= set(commands), commands
    for name in commands:
        text = run(name, "--help")
        assert text.returncode == 0 and f"Usage: alarum {name}" in text.stdout and "Example:" in text.stdout, (name, text)
        assert run("help", name).stdout == text.stdout, name
        assert all(len(line) <= 100 for line in text.stdout.splitlines()), name
        assert run("man", name).stdout.startswith(".TH ALARUM"), name
    assert run("help", "silence", "add").stdout == run("silence", "add", "--help").stdout
    wrong = run("alrts")
    assert wrong.returncode == 2 and 'did you mean "alerts"' in wrong.stderr, wrong
    wrong = run("help", "silence", "ad")
    assert wrong.returncode == 2 and 'did you mean "add"' in wrong.stderr, wrong
    assert 'did you mean "--comment"' in run("ack", "3f2a", "--coment", "x").stderr
    script = run("completions", "bash").stdout
    ask = """
complete_line() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _alarum; echo "${COMPREPLY[*]}"; }
complete_line alarum si; complete_line alarum silence add --du; complete_line alarum alerts -o ""; complete_line alarum completions ""
"""
    done = subprocess.run(["bash", "-c", script + ask], capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert said[:3] == ["silence", "--duration", "wide json simple"] and "zsh" in said[3].split(), (said, done.stderr)


def a_stop_that_is_asked_for_twice_is_in_order_and_a_deleted_folder_is_not_ready():
    with temporary() as folder, scene(folder) as daemon:
        hands = Hands(daemon, folder)
        assert daemon.request("GET", "/-/ready")[0] == 200
        moved = pathlib.Path(folder) / "moved"
        daemon.data.rename(moved)
        status, _, text = daemon.request("GET", "/-/ready")
        assert status == 503 and "data_folder_gone" in text, (status, text)
        assert "FAILED data" in hands.out("status", code=3)
        moved.rename(daemon.data)
        assert daemon.request("GET", "/-/ready")[0] == 200
        daemon.process.send_signal(signal.SIGTERM)
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait() == 0
        daemon.says("msg=stopped")


def the_bridge_says_when_it_started_stopped_died_and_reloaded():
    with temporary() as folder, scene(folder) as daemon:
        hands = Hands(daemon, folder)
        daemon.kill()
        daemon.start()
        hands = Hands(daemon, folder)
        (pathlib.Path(folder) / "rules.yaml").write_text(RULES.replace("critical", "minor"))
        hands.run("reload")
        daemon.stop()
        daemon.start()
        hands = Hands(daemon, folder)
        life = hands.json("history", "--bridge")
        assert [(one["kind"], one.get("before")) for one in life] == [
            ("started", "stopped"), ("stopped", None), ("reloaded", None), ("started", "died"), ("reloaded", None), ("started", "nothing")], life
        assert life[2]["generation"] == hands.json("status")["generation"] != life[4]["generation"]
        died = life[3]
        assert died["last_record"] < died["at"] and died["gap_seconds"] > 0 and "last_record" not in life[5]
        lines = hands.out("history", "--bridge", "--limit", "4").splitlines()
        assert len(lines) == 5 and "the bridge had died: its last record is of 20" in lines[4], lines
        assert "it had been stopped" in lines[1], lines
        assert hands.json("history", "--bridge", "--until", "1h") == []
        assert "excludes" in hands.err("history", "--bridge", "--kind", "comment", code=2)
        first = daemon.request("GET", "/api/v1/lifecycle?limit=4")
        rest = json.loads(daemon.request("GET", "/api/v1/lifecycle?limit=4&after=" + re.search(r"after=(\d+)", first[1]["Link"])[1])[2])
        assert json.loads(first[2]) + rest == life


def the_history_of_a_folder_is_that_of_its_daemon():
    with temporary() as folder:
        webhook = Webhook()
        with scene(folder, webhook) as daemon:
            hands = Hands(daemon, folder)
            for number in range(3):
                assert daemon.post(event(f"e{number}", subject=f"s{number}")) == 200
            daemon.post(event("h1", "hot", "s9"))
            daemon.settled()
            eventually("all are delivered", lambda: len(hands.json("history", "--kind", "notification")) == 4)
            asked = [[], ["Down"], ["severity=critical"], ["--kind", "notification"], ["--since", "1h", "--limit", "3"], ["--target", "test"],
                     ["--until", "2020-01-01T00:00:00Z"], ["--bridge"], ["--alert", hands.json("alerts", "Hot")[0]["id"]]]
            told = {}
            for more in asked:
                for form in ([], ["-o", "json"]):
                    of_daemon, of_folder = hands.run("history", *more, *form), hands.run("history", *more, *form, "--data", daemon.data)
                    assert (of_daemon.stdout, of_daemon.stderr) == (of_folder.stdout, of_folder.stderr), (more, of_daemon, of_folder)
                    told[tuple(more + form)] = of_folder.stdout
            assert "these are the newest 3" in hands.err("history", "--limit", "3", "--data", daemon.data)
            assert told[("--until", "2020-01-01T00:00:00Z")] == "nothing\n" and len(json.loads(told[("Down", "-o", "json")])) == 6, told
            wrong = hands.err("history", "--why", "typo", "--data", daemon.data, code=1)
            assert 'must be one of' in wrong, wrong
            for place in [], ["--data", daemon.data]:
                wrong = hands.err("history", "--target", "tset", *place, code=1)
                assert wrong == 'error: no receiver is called "tset" (did you mean "test"?); there are: test\n', wrong
            daemon.stop()
            assert hands.out("history", "Down", "-o", "json", "--config", daemon.config) == told[("Down", "-o", "json")]
            assert [one["kind"] for one in hands.json("history", "--bridge", "--data", daemon.data)][0] == "stopped"
            assert hands.err("history", "--data", pathlib.Path(folder) / "nothing", code=1).startswith("error: ")
            daemon.start()


def a_probe_needs_no_token_and_says_why_it_is_not_ready():
    auth = "auth: {admin: [{bearer_token: sesame}], ingest: [{bearer_token: other}]}\n"
    with temporary() as folder, scene(folder, config=auth) as daemon:
        hands = Hands(daemon, folder)
        assert "asks for a credential" in hands.err("status", code=1)
        assert hands.out("status", "--probe") == "ready\n"
        assert hands.json("status", "--probe") == {"ready": True, "checks": []}
        (pathlib.Path(daemon.data) / "lock").unlink()
        said = hands.out("status", "--probe", code=3)
        assert said.startswith("failed data: data_folder_gone: ") and said.endswith("\nnot ready\n"), said
        found = hands.json("status", "--probe", code=3)
        assert found["ready"] is False and [(one["name"], one["state"], one["reason"]) for one in found["checks"]] == [("data", "failed", "data_folder_gone")], found
        assert found["checks"][0]["detail"] in said
        daemon.stop()
        assert "cannot be reached" in hands.err("status", "--probe", code=1)
        assert "not as Alarum does" in hands.err("status", "--probe", "--url", Webhook().url, code=1)


def a_receiver_that_reaches_nobody_is_said():
    config = """route: {receiver: nobody, routes: [{receiver: oncall, matchers: [severity="critical"]}, {log_only: true, matchers: [severity="info"]}]}
receivers:
- {name: nobody}
- {name: oncall, console_configs: [{}]}
- {name: unused}
"""
    with temporary() as folder:
        daemon = scene(folder)
        path = daemon.config
        path.write_text(f"rules: [rules.yaml]\n{config}data: {daemon.data}\nlisten: 127.0.0.1:0\n")
        with daemon:
            hands = Hands(daemon, folder)
            checked = hands.err("check", path)
            assert 'alarum.yaml:4:3: warning: receiver "nobody" has no integrations' in checked, checked
            assert checked.count("no integrations") == 1 and "log_only" in checked, checked
            assert hands.run("check", path, "--strict", code=1)
            for where in (["--config", path], []):
                silent = hands.out("routes", "test", "Down", "severity=major", *where)
                assert silent.startswith("nobody  ") and "NOBODY is notified: the receiver has no integrations" in silent, silent
                assert "NOBODY" not in hands.out("routes", "test", "Down", "severity=critical", *where)
                assert "NOBODY" not in hands.out("routes", "test", "Down", "severity=info", *where)
                one = [hands.json("routes", "test", "Down", f"severity={severity}", *where)[0] for severity in ("major", "critical", "info")]
                assert [it.get("integrations") for it in one] == [0, 1, None], one


def numbers_of_the_json_log_are_numbers():
    with temporary() as folder:
        path = pathlib.Path(folder) / "rules.yaml"
        path.write_text(RULES)
        done = pathlib.Path(folder) / "log.yaml"
        done.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: [{path}]\nlog: {{format: json}}\n")
        process = subprocess.Popen([BINARY, "serve", "--config", str(done)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        line = next(one for one in map(json.loads, process.stderr) if one["msg"] == "ready")
        process.terminate()
        process.communicate()
        assert line["rules"] == 2 and isinstance(line["listen"], str), line


# What prints no data, or data that is JSON (or another format of its own) already.
WITHOUT_JSON = {"comment": "says that it was kept", "serve": "runs until it is stopped", "send": "says how many were accepted, and its exit code says the same", "silence update": "changes one thing",
                "silence expire": "changes what was named", "silence import": "prints the ids of what it made", "import alertmanager": "prints a config", "match": "prints JSON lines", "bench match": "prints JSON",
                "template render": "prints what a receiver is sent, whose format is the receiver's", "help": "text for people", "man": "a man page", "completions": "a script"}


def ends_of_the_command_tree(words=()):
    """Each command without commands below it, with its `--help`."""
    text = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, check=True).stdout
    below, listing = [], False
    for line in text.splitlines():
        if re.match(r"[A-Z].*:$", line):
            listing = line not in ("Options:", "Arguments:", "Example:")
        elif listing and (found := re.match(r"  ([a-z][a-z-]*)(  |$)", line)):
            below.append(found[1])
    if not below:
        yield " ".join(words), text
    for name in below:
        yield from ends_of_the_command_tree((*words, name))


def every_command_that_prints_data_has_json():
    ends = dict(ends_of_the_command_tree())
    assert len(ends) > 35, sorted(ends)
    without = {name for name, text in ends.items() if not re.search(r"^ +-o.*json", text, re.M)}
    assert without == set(WITHOUT_JSON), (without - set(WITHOUT_JSON), set(WITHOUT_JSON) - without)


def what_names_nothing_is_refused_or_said():
    with temporary() as folder, scene(folder, Webhook()) as daemon:
        hands = Hands(daemon, folder)
        wrong = hands.err("history", "--target", "tset", code=1)
        assert 'no receiver is called "tset" (did you mean "test"?); there are: test' in wrong, wrong
        assert hands.out("history", "--target", "test/webhook/0") == "nothing\n"
        assert hands.json("dlq", "redrive", "--all", "--dry-run") == []


if __name__ == "__main__":
    main([settings_come_from_the_environment_and_a_file, alerts_are_listed_by_badness_and_many_stand_in_one_row,
          alerts_are_handled_by_the_beginning_of_their_id_or_by_matchers, silences_are_made_listed_brought_back_and_ended,
          status_says_on_one_screen_what_is_wrong, what_is_in_force_is_shown_without_secrets, events_are_seen_as_they_come,
          bodies_of_senders_are_explained_as_they_are, a_backup_is_taken_while_events_come_and_a_daemon_starts_on_it,
          a_receiver_is_tested_past_the_ledger, help_pages_and_completions_are_of_one_source,
          a_stop_that_is_asked_for_twice_is_in_order_and_a_deleted_folder_is_not_ready,
          the_bridge_says_when_it_started_stopped_died_and_reloaded, the_history_of_a_folder_is_that_of_its_daemon,
          a_probe_needs_no_token_and_says_why_it_is_not_ready, a_receiver_that_reaches_nobody_is_said,
          numbers_of_the_json_log_are_numbers, every_command_that_prints_data_has_json, what_names_nothing_is_refused_or_said])
