"""Alertmanager's API v2 as its own clients use it: amtool and Prometheus (Debian), and the openapi file of the API."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import time
import urllib.parse

import yaml
from jsonschema import Draft4Validator, FormatChecker

from harness import BINARY, Daemon, Webhook, event, eventually, free_port, main, temporary

JSON = {"Content-Type": "application/json"}
OPENAPI = pathlib.Path(os.environ.get("ALARUM_CONFORMANCE", "/nowhere")) / "alertmanager/openapi-v2.yaml"
NEXT_WEEK = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7 * 86400))
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def amtool(daemon, *arguments, check=True, input=None):
    home = {**os.environ, "HOME": str(daemon.folder), "XDG_CONFIG_HOME": str(daemon.folder)}
    done = subprocess.run(["amtool", f"--alertmanager.url={daemon.url}", *arguments], capture_output=True, text=True, env=home, input=input)
    assert not check or done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout if check else done


def get(daemon, path, **parameters):
    query = urllib.parse.urlencode(parameters, doseq=True)
    status, _, text = daemon.request("GET", path + ("?" + query if query else ""))
    assert status == 200, (path, status, text)
    return json.loads(text)


def post(daemon, path, body):
    status, _, text = daemon.request("POST", path, json.dumps(body), JSON)
    return status, json.loads(text) if text else None


def amtool_adds_alerts_and_finds_them_at_once():
    with temporary() as folder, Daemon(folder) as daemon:
        for number in range(5):
            amtool(daemon, "alert", "add", f"alertname=Disk{number}", "instance=h1", 'summary="full up"', "--annotation=runbook=http://x")
            said = amtool(daemon, "alert", "query", f"alertname=Disk{number}", "-o", "json")
            assert json.loads(said)[0]["labels"]["instance"] == "h1", said
        assert len(amtool(daemon, "alert", "query", "-o", "simple").splitlines()) == 6
        assert "Disk3" in amtool(daemon, "alert", "query", "instance=~h.", "alertname!~Disk[0-2]", "-o", "extended")
        assert json.loads(amtool(daemon, "alert", "query", "instance=other", "-o", "json")) == []


def amtool_adds_finds_changes_expires_and_imports_silences():
    with temporary() as folder, Daemon(folder) as daemon:
        amtool(daemon, "alert", "add", "alertname=Disk", "instance=h1")
        name = amtool(daemon, "silence", "add", "--author=kim", "--comment=moving", "--duration=2h", "instance=~h[0-9]").strip()
        assert UUID.match(name), name
        assert json.loads(amtool(daemon, "alert", "query", "-o", "json")) == [], "amtool hides what is silenced"
        silenced = json.loads(amtool(daemon, "alert", "query", "--silenced", "-o", "json"))
        assert silenced[0]["status"]["silencedBy"] == [name] and silenced[0]["status"]["state"] == "suppressed", silenced
        assert amtool(daemon, "silence", "query", "-q").strip() == name
        ends = get(daemon, "/api/v2/silence/" + name)["endsAt"]
        amtool(daemon, "silence", "update", name, "--duration=4h")
        assert amtool(daemon, "silence", "query", "-q").strip() == name and get(daemon, "/api/v2/silence/" + name)["endsAt"] > ends, "longer is the same silence"
        before = json.loads(amtool(daemon, "silence", "query", "-o", "json"))
        amtool(daemon, "silence", "expire", name)
        assert amtool(daemon, "silence", "query", "-q").strip() == ""
        assert amtool(daemon, "silence", "query", "--expired", "-q").strip() == name
        assert len(json.loads(amtool(daemon, "alert", "query", "-o", "json"))) == 1
        for one in before:
            del one["id"]
        said = amtool(daemon, "silence", "import", input=json.dumps(before))
        assert amtool(daemon, "silence", "query", "-q").strip() != name, said
        refused = amtool(daemon, "silence", "add", "--author=kim", "--comment=x", "a=~.*", check=False)
        assert refused.returncode != 0 and "empty string" in refused.stderr, refused.stderr


ROUTES = """
route:
  receiver: test
  group_by: [alertname]
  routes:
    - {matchers: [team="a"], receiver: other, continue: true, mute_time_intervals: [nights]}
    - {match: {team: b}, group_by: ['...']}
inhibit_rules: [{source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [instance]}]
time_intervals: [{name: nights, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}], weekdays: ["monday:friday"], days_of_month: ["-3:-1"], location: Asia/Shanghai}]}]
receivers: [{name: test, console_configs: [{}]}, {name: other, console_configs: [{}]}]
"""


def routed(folder, text=ROUTES):
    daemon = Daemon(folder)
    daemon.config.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: []\n{text}")
    return daemon


def amtool_shows_config_and_routes():
    with temporary() as folder, routed(folder) as daemon:
        assert '"receiver": "other"' in amtool(daemon, "config", "show")
        tree = amtool(daemon, "config", "routes", "show")
        assert "other" in tree and "team" in tree, tree
        assert amtool(daemon, "config", "routes", "test", "team=a").strip() == "other", "as Alertmanager's own code routes it"
        assert get(daemon, "/api/v2/receivers") == [{"name": "test"}, {"name": "other"}]
        post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "X", "team": "a"}}, {"labels": {"alertname": "Y", "team": "b"}}])
        assert {a["labels"]["team"]: a["receivers"] for a in get(daemon, "/api/v2/alerts")} == {"a": [{"name": "other"}], "b": [{"name": "test"}]}


def prometheus_sends_its_alerts():
    with temporary() as folder, Daemon(folder) as daemon:
        here = pathlib.Path(folder)
        (here / "rules.yml").write_text("groups: [{name: g, interval: 1s, rules: [{alert: AlwaysOn, expr: vector(1), labels: {severity: critical}, annotations: {summary: it is on}}]}]\n")
        (here / "prometheus.yml").write_text(f"global: {{evaluation_interval: 1s}}\nrule_files: [rules.yml]\nalerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{daemon.port}']}}]}}]}}\n")
        port = free_port()
        log = open(here / "prometheus.log", "wb")
        program = subprocess.Popen(["prometheus", f"--config.file={here}/prometheus.yml", f"--storage.tsdb.path={here}/tsdb", f"--web.listen-address=127.0.0.1:{port}", "--rules.alert.resend-delay=1s"], stdout=log, stderr=log)
        try:
            alert = eventually("Prometheus' alert is there", lambda: get(daemon, "/api/v2/alerts", filter='alertname="AlwaysOn"'))[0]
        finally:
            program.terminate()
            program.wait()
        assert alert["annotations"] == {"summary": "it is on"} and alert["labels"]["severity"] == "critical", alert
        assert f":{port}/graph" in alert["generatorURL"] and alert["endsAt"] > alert["startsAt"], alert


def schema_of(name):
    document = yaml.load(OPENAPI.read_text(), Loader=yaml.BaseLoader)
    truths = {"true": True, "false": False}

    def typed(node, key=""):
        if isinstance(node, dict):
            return {k: typed(v, k) for k, v in node.items()}
        if isinstance(node, list):
            return [typed(v) for v in node]
        return int(node) if key == "minItems" else truths.get(node, node) if key == "default" else node

    definitions = typed(document["definitions"])
    return Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": definitions}, format_checker=FormatChecker())


def answers_fit_the_openapi_file():
    if not OPENAPI.exists():
        print("      skipped: ALARUM_CONFORMANCE is not set")
        return
    with temporary() as folder, routed(folder) as daemon:
        # The alerts that were recorded from Alertmanager 0.31.0.
        recorded = json.loads((OPENAPI.parent / "am-0.31.0-alerts-groups.json").read_text())
        theirs = {a["fingerprint"]: a for g in recorded for a in g["alerts"]}
        alerts = [{key: a[key] for key in ("labels", "annotations", "generatorURL")} for a in theirs.values()]
        assert post(daemon, "/api/v2/alerts", alerts)[0] == 200
        silences = json.loads((OPENAPI.parent / "am-0.31.0-silences.json").read_text())
        for silence in silences:
            wanted = {**silence, "endsAt": NEXT_WEEK, "startsAt": "2026-01-01T00:00:00Z"}
            del wanted["id"]
            assert post(daemon, "/api/v2/silences", wanted)[0] == 200
        answers = {"gettableAlerts": get(daemon, "/api/v2/alerts"), "alertGroups": get(daemon, "/api/v2/alerts/groups"), "gettableSilences": get(daemon, "/api/v2/silences"),
                   "alertmanagerStatus": get(daemon, "/api/v2/status")}
        answers["gettableSilence"] = get(daemon, "/api/v2/silence/" + answers["gettableSilences"][0]["id"])
        for receiver in get(daemon, "/api/v2/receivers"):
            assert not list(schema_of("receiver").iter_errors(receiver)), receiver
        for path in ("/api/v2/alerts?filter=a%3D~(", "/api/v2/silence/nope", "/api/v2/silences?filter=a%3D~(", "/api/v2/receivers?receiver_matchers=a%3D~("):
            status, _, text = daemon.request("GET", path)
            assert status in (400, 404) and isinstance(json.loads(text), str), (path, status, text)
        for name, answer in answers.items():
            faults = [f"{list(e.absolute_path)}: {e.message}" for e in schema_of(name).iter_errors(answer)]
            assert not faults, (name, faults[:5])
        # What it says beside them: same fingerprints, same members, same silenced ones.
        ours = {a["fingerprint"]: a for a in answers["gettableAlerts"]}
        assert set(ours) == set(theirs)
        for print_, alert in theirs.items():
            assert set(alert) <= set(ours[print_]), set(alert) - set(ours[print_])
            assert ours[print_]["labels"] == alert["labels"] and ours[print_]["annotations"] == alert["annotations"]
            assert ours[print_]["status"]["state"] == alert["status"]["state"], (alert, ours[print_])
            assert len(ours[print_]["status"]["silencedBy"]) == len(alert["status"]["silencedBy"])
        assert set(silences[0]) <= set(answers["gettableSilence"])


def valid_alerts_of_a_request_are_kept_and_the_others_told():
    with temporary() as folder, Daemon(folder) as daemon:
        body = [{"labels": {"alertname": "Good", "empty": ""}}, {"labels": {}}, {"labels": {"a": ""}}, {"labels": {"": "x"}}, {"labels": {"a": 5}}, 7,
                {"labels": {"a": "b"}, "startsAt": "2026-02-01T00:00:00Z", "endsAt": "2026-01-01T00:00:00Z"}, {"labels": {"a": "b"}, "startsAt": "noon"}]
        status, said = post(daemon, "/api/v2/alerts", body)
        assert status == 400 and isinstance(said, str) and said.count("alert ") >= 7, said
        assert [a["labels"] for a in get(daemon, "/api/v2/alerts")] == [{"alertname": "Good"}]
        # What is no text becomes U+FFFD, as in Alertmanager.
        for alert in (b'{"labels": {"alertname": "Half", "x": "a\\ud800b\\ud83d\\ude00"}}', b'{"labels": {"alertname": "Bytes", "x": "a\xffb\xc3\xa9"}}'):
            status, _, text = daemon.request("POST", "/api/v2/alerts", b'[' + alert + b', {"labels": {"alertname": "Beside"}}]', JSON)
            assert status == 200, text
        said = {a["labels"]["alertname"]: a["labels"].get("x") for a in get(daemon, "/api/v2/alerts")}
        assert said == {"Good": None, "Beside": None, "Half": "a\ufffdb\U0001f600", "Bytes": "a\ufffdb\u00e9"}, said
        for wrong in ("{}", "[", "5", '"x"'):
            status, _, text = daemon.request("POST", "/api/v2/alerts", wrong, JSON)
            assert status == 400 and isinstance(json.loads(text), str), (wrong, status, text)
        assert daemon.request("POST", "/api/v2/alerts", "[]", {"Content-Type": "text/plain"})[0] == 415
        assert daemon.request("GET", "/api/v2/alerts?filter=a")[0] == 400 and daemon.request("GET", "/api/v2/alerts?receiver=(")[0] == 400
        assert daemon.request("GET", "/api/v2/alerts?active=perhaps")[0] == 400


def what_is_in_the_journal_is_acknowledged_though_the_engine_is_behind():
    with temporary() as folder, Daemon(folder) as daemon:
        with contextlib.closing(sqlite3.connect(daemon.data / "book.sqlite", isolation_level=None)) as book:
            book.execute("BEGIN IMMEDIATE")
            assert post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "Kept"}}])[0] == 200
            book.execute("ROLLBACK")
        eventually("it is found", lambda: [a["labels"] for a in get(daemon, "/api/v2/alerts")] == [{"alertname": "Kept"}])


def silences_that_cannot_be_are_refused_with_a_reason():
    with temporary() as folder, Daemon(folder, config="silences: {max_duration: 2d, min_matchers: 2}\n") as daemon:
        good = {"matchers": [{"name": "a", "value": "b", "isRegex": False}, {"name": "c", "value": "d.*", "isRegex": True}], "startsAt": "2020-01-01T00:00:00Z", "endsAt": None,
                "createdBy": "kim", "comment": "x"}
        import datetime
        later = lambda **by: (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**by)).isoformat()
        good["endsAt"] = later(hours=1)
        status, made = post(daemon, "/api/v2/silences", good)
        assert status == 200 and UUID.match(made["silenceID"]), made
        shown = get(daemon, "/api/v2/silence/" + made["silenceID"])
        assert shown["status"]["state"] == "active" and shown["startsAt"] > "2026", "a start in the past is now"
        for change, reason in (({"endsAt": later(hours=-1)}, "past"), ({"startsAt": later(hours=2)}, "before end"), ({"endsAt": later(days=3)}, "max_duration"), ({"matchers": []}, "empty string"),
                               ({"matchers": good["matchers"][:1]}, "min_matchers"), ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, "compile"), ({"createdBy": None}, "createdBy")):
            status, said = post(daemon, "/api/v2/silences", {**good, **change})
            assert status == 400 and reason in said, (change, status, said)
        assert post(daemon, "/api/v2/silences", {**good, "id": "7e1fa9ab-0000-4000-8000-000000000000"})[0] == 404
        assert daemon.request("GET", "/api/v2/silence/nope")[0] == 404 and daemon.request("DELETE", "/api/v2/silence/nope")[0] == 404
        # An end that moves again and again makes none longer than the limit; what a client does not know stays as it is.
        status, long = post(daemon, "/api/v2/silences", {**good, "endsAt": later(hours=47, minutes=59, seconds=59), "untilResolved": True})
        assert status == 200, long
        shown_long = get(daemon, "/api/v2/silence/" + long["silenceID"])
        time.sleep(1.6)
        status, said = post(daemon, "/api/v2/silences", {**shown_long, "endsAt": later(days=2)})
        assert status == 400 and "max_duration" in said, said
        sooner = {name: value for name, value in shown_long.items() if name != "untilResolved"}
        assert post(daemon, "/api/v2/silences", {**sooner, "endsAt": later(hours=1)}) == (200, long)
        assert get(daemon, "/api/v2/silence/" + long["silenceID"])["untilResolved"] is True
        # Other matchers: the old one ends and a new one begins, as in Alertmanager.
        status, changed = post(daemon, "/api/v2/silences", {**shown, "matchers": good["matchers"] + [{"name": "e", "value": "f", "isRegex": False}]})
        assert status == 200 and changed["silenceID"] != made["silenceID"], changed
        assert get(daemon, "/api/v2/silence/" + made["silenceID"])["status"]["state"] == "expired"


def the_story_of_an_alert_can_be_asked_for():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook) as daemon:
            post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "A"}}])
            status, made = post(daemon, "/api/v2/silences", {"matchers": [{"name": "alertname", "value": "B", "isRegex": False}], "startsAt": "2020-01-01T00:00:00Z", "endsAt": NEXT_WEEK, "createdBy": "k", "comment": ""})
            assert status == 200, made
            post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "B"}}])
            daemon.settled()
            told, quiet = sorted(get(daemon, "/api/v2/alerts"), key=lambda a: a["labels"]["alertname"])
            story = get(daemon, "/api/v1/history", alert=told["id"])
            assert sorted(e["kind"] for e in story) == ["fired", "notification"], story
            assert [(e["outcome"], e["target"]) for e in story if e["kind"] == "notification"] == [("delivered", "test/webhook/0")]
            story = get(daemon, "/api/v1/history", alert=quiet["id"])
            assert [(e["why"], e["by"]) for e in story if e["kind"] == "suppressed"] == [("silenced", [made["silenceID"]])], story
            # Who made the silence, and until when it holds, from the daemon and from its folder.
            for place in ("--url", daemon.url), ("--data", f"{folder}/var"):
                said = subprocess.run([BINARY, "explain", quiet["id"], *place], check=True, capture_output=True, text=True).stdout
                line = next(line.strip() for line in said.splitlines() if line.strip().startswith("silence "))
                assert line == f"silence {made['silenceID']}, by k, until {NEXT_WEEK}", said
                said = subprocess.run([BINARY, "explain", quiet["id"], "-o", "json", *place], check=True, capture_output=True, text=True).stdout
                assert json.loads(said)[0]["told"][0]["silences"][0]["createdBy"] == "k", said
            kinds = lambda **asked: sorted(e["kind"] for e in get(daemon, "/api/v1/history", **asked))
            assert kinds(kind="suppressed") == kinds(why="silenced") == ["suppressed"] and kinds(why="muted") == []
            assert kinds(kind="transition", filter="alertname=B") == ["fired"] and kinds(filter="alertname=A") == ["fired", "notification"]
            assert kinds(target="test") == ["notification", "suppressed"] and kinds(target="test/webhook/0") == ["notification"] and kinds(until="1h") == []
            # An old word works for one release, with a warning; an unknown one is answered with all that exist.
            assert [e["why"] for e in get(daemon, "/api/v1/history", why="unwanted")] == []
            status, headers, text = daemon.request("GET", "/api/v1/history?why=unwanted")
            assert status == 200 and "use why=filtered" in headers["Warning"], headers
            said = subprocess.run([BINARY, "history", "--url", daemon.url, "--why", "unwanted"], capture_output=True, text=True)
            assert said.returncode == 0 and said.stderr.startswith("warning: ") and "use why=filtered" in said.stderr, said
            said = subprocess.run([BINARY, "history", "--url", daemon.url, "--why", "typo"], capture_output=True, text=True)
            assert said.returncode == 1 and "silenced" in said.stderr and "already_notified" in said.stderr, said
            words = re.search(r"one of (.*), not", said.stderr)[1]
            help = subprocess.run([BINARY, "history", "--help"], check=True, capture_output=True, text=True).stdout
            assert len(words.split(", ")) == 16 and words in " ".join(help.split()), (words, help)
            for wrong in ("kind=x", "why=typo", "whyy=silenced", "since=x", "until=x", "filter=a%3D~(", "limit=0"):
                assert daemon.request("GET", "/api/v1/history?" + wrong)[0] == 400, wrong
            said = subprocess.run([BINARY, "history", "--url", daemon.url, "--why", "silenced", "B"], check=True, capture_output=True, text=True).stdout.splitlines()
            assert len(said) == 2 and made["silenceID"] in said[1] and "silenced (firing)" in said[1], said
            said = subprocess.run([BINARY, "history", "--url", daemon.url, "A"], check=True, capture_output=True, text=True).stdout
            assert "delivered: 200" in said and "test/webhook/0" in said and " fired " in said, said
            assert post(daemon, f"/api/v1/alerts/{told['id']}/acknowledge", {"by": "kim"})[0] == 200
            assert get(daemon, "/api/v2/alerts", filter="alertname=A")[0]["acknowledgedBy"] == "kim"
            assert post(daemon, "/api/v1/alerts/0000000000000000/acknowledge", {"by": "kim"})[0] == 404
            checked = post(daemon, "/api/v1/silences/check", {"matchers": [{"name": "alertname", "value": "A|B", "isRegex": True}], "startsAt": "2020-01-01T00:00:00Z", "endsAt": NEXT_WEEK, "createdBy": "k", "comment": ""})[1]
            assert checked["valid"] and len(checked["matches"]) == 2 and checked["would_have_hidden"]["alerts"] == 2, checked
            assert len(get(daemon, "/api/v2/silences")) == 1, "a dry run makes none"
            # A restart after a kill knows all of it.
            before = get(daemon, "/api/v2/silences"), get(daemon, "/api/v2/alerts"), get(daemon, "/api/v1/history")
            daemon.kill()
            daemon.start()
            assert (get(daemon, "/api/v2/silences"), get(daemon, "/api/v2/alerts"), get(daemon, "/api/v1/history")) == before
            post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "A"}, "endsAt": "2026-01-02T00:00:00Z", "startsAt": "2026-01-01T00:00:00Z"}])
            eventually("its end is told", lambda: ("resolved", "A", "") in webhook.changes())
            assert webhook.changes() == [("firing", "A", ""), ("resolved", "A", "")]


def an_alert_ends_by_hand_and_says_by_whom():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook) as daemon:
            post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "A"}}])
            eventually("it is told", lambda: ("firing", "A", "") in webhook.changes())
            id = get(daemon, "/api/v2/alerts")[0]["id"]
            assert post(daemon, f"/api/v1/alerts/{id}/resolve", {"comment": "nobody said who"})[0] == 400
            said = subprocess.run([BINARY, "resolve", "--url", daemon.url, "-a", "kim", "-c", "card changed", id], capture_output=True, text=True)
            assert said.returncode == 0 and said.stdout == f"{id} has ended\n", said
            eventually("its end is told", lambda: webhook.changes()[1:] == [("resolved", "A", "")])
            over = get(daemon, "/api/v2/alerts", resolved="true")[0]
            assert over["reason"] == "manual" and over["annotations"] == {"resolved_by": "kim", "resolution": "card changed"}, over
            assert post(daemon, f"/api/v1/alerts/{id}/resolve", {"by": "kim"})[0] == 404
            daemon.settled()
            before = get(daemon, "/api/v1/history")
            daemon.kill()
            daemon.start()
            assert get(daemon, "/api/v2/alerts") == [] and get(daemon, "/api/v1/history") == before


def rules_match_posted_alerts_too():
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules"
        rules.mkdir()
        (rules / "a.yaml").write_text("rules:\n  - {alert: Seen, match: {source: alertmanager, type: A}, by: subject, resolve_after: 1h}\n")
        with Daemon(folder, rules=rules) as daemon:
            post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "A", "instance": "h1"}}])
            assert sorted(a["labels"]["alertname"] for a in get(daemon, "/api/v2/alerts")) == ["A", "Seen"]


def our_own_commands_do_the_same():
    with temporary() as folder, Daemon(folder) as daemon:
        def alarum(*arguments, code=0):
            done = subprocess.run([BINARY, *arguments, "--url", daemon.url], capture_output=True, text=True)
            assert done.returncode == code, (arguments, done.stdout, done.stderr)
            return done.stdout
        post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "A", "instance": "h1"}}, {"labels": {"alertname": "B"}}])
        assert "h1" in alarum("alerts", "instance=~h.*") and "B" not in alarum("alerts", "A").split()
        assert "matches 1 firing alert now" in alarum("silence", "add", "--dry-run", "A")
        name = alarum("silence", "add", "A", "--duration", "2h", "--comment", "x", "--until-resolved").strip()
        assert UUID.match(name) and name in alarum("silence", "query") and name in alarum("silence", "query", "alertname=A")
        assert alarum("silence", "update", name, "--duration", "3h").strip() == name
        alarum("silence", "expire", name)
        assert name not in alarum("silence", "query") and name in alarum("silence", "query", "--expired")
        alarum("silence", "add", "x=~.*", code=1)
        alarum("silence", "expire", "nope", code=1)
        number = get(daemon, "/api/v2/alerts", filter="alertname=B")[0]["id"]
        alarum("ack", number, "--comment", "mine")
        assert get(daemon, "/api/v2/alerts", filter="alertname=B")[0]["acknowledgedBy"]


if __name__ == "__main__":
    missing = [name for name in ("amtool", "prometheus") if not shutil.which(name)]
    assert not missing, f"not installed: {missing}; run scripts/packages"
    main([amtool_adds_alerts_and_finds_them_at_once, amtool_adds_finds_changes_expires_and_imports_silences, amtool_shows_config_and_routes, prometheus_sends_its_alerts,
          answers_fit_the_openapi_file, valid_alerts_of_a_request_are_kept_and_the_others_told,
          what_is_in_the_journal_is_acknowledged_though_the_engine_is_behind, silences_that_cannot_be_are_refused_with_a_reason,
          the_story_of_an_alert_can_be_asked_for, an_alert_ends_by_hand_and_says_by_whom, rules_match_posted_alerts_too, our_own_commands_do_the_same])
