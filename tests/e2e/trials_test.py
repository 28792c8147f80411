"""The playground and backtests of the API, and the command that uses them: what they say is what the tools say of a data folder."""
import json
import pathlib
import subprocess

from harness import BINARY, Daemon, Webhook, event, eventually, main, temporary

JSON = {"Content-Type": "application/json"}
RULES = """rules:
  - {{alert: Down, match: {{type: linkDown}}, until: linkUp, by: subject, severity: major, resolve_after: 1h}}
  - {{alert: Hot, match: {{type: hot, data.celsius: [{{numeric: ['>', {celsius}]}}]}}, by: subject, resolve_after: 1h}}
"""
TESTS = """rules: [rules.yaml]
tests:
  - name: above the limit
    events: [{at: 0s, type: hot, source: s, subject: a, data: {celsius: 85}}]
    expect: [{at: 0s, alert: Hot, state: firing}, {at: 1h, alert: Hot, state: resolved}]
"""


def rules_text(celsius=80):
    return RULES.format(celsius=celsius)


def scene(folder):
    rules = pathlib.Path(folder) / "rules.yaml"
    rules.write_text(rules_text())
    (pathlib.Path(folder) / "rules.test.yaml").write_text(TESTS)
    return Daemon(folder, Webhook(), rules)


def ask(daemon, method, path, body=None, status=200, headers=JSON):
    got, _, text = daemon.request(method, path, None if body is None else json.dumps(body), headers)
    assert got == status, (got, text)
    return json.loads(text)


def play(daemon, status=200, **body):
    return ask(daemon, "POST", "/api/v1/playground", body, status)


def file_in_force(daemon):
    return next(one["file"] for one in ask(daemon, "GET", "/api/v1/rule-files") if one["file"].endswith("rules.yaml") and "Hot" in one["rules"])


def the_playground_judges_an_event_by_the_rules_in_force_and_records_nothing():
    with temporary() as folder, scene(folder) as daemon:
        said = play(daemon, event=json.dumps(event("e1", "hot", "s1", data={"celsius": 70})))
        assert said["format"] == "cloudevents" and said["compiled"] and said["faults"] == [], said
        [one] = said["events"]
        assert one["id"] == "e1" and one["fields"]["data.celsius"] == ["70"], one
        hot = next(rule for rule in one["rules"] if rule["alert"] == "Hot")
        assert hot["verdict"] == "none" and hot["near"] and hot["why"] == 'data.celsius wants {"numeric":[">",80]}, saw 70', hot
        failed = hot["match"]["failed"][0]
        assert failed["path"] == "data.celsius" and failed["seen"] == ["70"] and "rules.yaml:3:" in failed["place"], failed
        down = play(daemon, event=json.dumps(event("e2", "linkDown", "s1")))["events"][0]
        assert [rule["verdict"] for rule in down["rules"] if rule["alert"] == "Down"] == ["matches"], down
        syslog = play(daemon, event="<11>Nov 30 12:00:00 node-1 kernel: link down", format="syslog")
        assert syslog["format"] == "syslog" and syslog["events"][0]["source"], syslog
        assert play(daemon, 400, event='{"a": 1}')["error"] == "unknown_format"
        assert 'unknown member "evnt"' in play(daemon, 400, evnt="x")["message"]
        assert daemon.request("POST", "/api/v1/playground", "{}", {"Content-Type": "text/plain"})[0] == 415
        assert daemon.request("POST", "/api/v1/playground", '"' + "x" * (1 << 20) + '"', JSON)[0] == 413
        daemon.settled()
        assert ask(daemon, "GET", "/api/v2/alerts") == [] and ask(daemon, "GET", "/api/v1/events")["events"] == []


def the_playground_tries_changed_rules_and_their_tests():
    with temporary() as folder, scene(folder) as daemon:
        file = file_in_force(daemon)
        shown = ask(daemon, "GET", "/api/v1/rule-files?file=" + file)
        assert shown["text"] == rules_text() and [rule["alert"] for rule in shown["rules"]] == ["Down", "Hot"], shown
        assert [test["text"] for test in shown["tests"]] == [TESTS], shown
        ask(daemon, "GET", "/api/v1/rule-files?file=/etc/passwd", status=404)
        hot = json.dumps(event("e1", "hot", "s1", data={"celsius": 85}))
        changed = play(daemon, event=hot, rules=[{"file": file, "text": rules_text(90)}], tests=True)
        assert not [rule for rule in changed["events"][0]["rules"] if rule["alert"] == "Hot" and rule["verdict"] != "none"], changed
        assert [(test["name"], test["passed"]) for test in changed["tests"]] == [("above the limit", False)] and "expected" in changed["tests"][0]["difference"], changed
        same = play(daemon, rules=[{"file": file, "text": rules_text()}], tests=True)
        assert [test["passed"] for test in same["tests"]] == [True] and same["tests_left_out"] == 0, same
        broken = play(daemon, event=hot, rules=[{"file": file, "text": "rules:\n  - {alert: A, mach: x}\n"}])
        assert not broken["compiled"] and "rules" not in broken["events"][0], broken
        assert any(fault["line"] == 2 and 'did you mean "match"' in fault["message"] and fault["file"] == file for fault in broken["faults"]), broken
        added = play(daemon, event=hot, rules=[{"file": "new.yaml", "text": "rules: [{alert: New, match: hot, resolve_after: 1h}]"}])
        assert [rule["alert"] for rule in added["events"][0]["rules"] if rule["verdict"] == "matches"] == ["Hot", "New"], added
        assert ask(daemon, "GET", "/api/v1/rules/Hot")["text"].count("80") == 1, "what is in force is as it was"


def an_event_of_the_journal_is_explained_by_its_offset():
    with temporary() as folder, scene(folder) as daemon:
        daemon.post(event("e1", "hot", "s1", data={"celsius": 70}))
        daemon.settled()
        [one] = ask(daemon, "GET", "/api/v1/events")["events"]
        [story] = ask(daemon, "GET", f"/api/v1/explain?offset={one['offset']}")
        assert story["event"] == "e1" and [rule["why"] for rule in story["rules"] if rule["alert"] == "Hot"] == ['data.celsius wants {"numeric":[">",80]}, saw 70'], story
        ask(daemon, "GET", "/api/v1/explain?offset=123456", status=404)
        ask(daemon, "GET", "/api/v1/explain?offset=0&id=e1", status=400)


def past(daemon, count=30):
    for i in range(count):
        assert daemon.post(event(f"e{i}", "hot", f"s{i}", data={"celsius": 70 + i})) == 200
    daemon.settled()


def finished(daemon, job):
    path = "/api/v1/backtest/" + job["id"]
    eventually("the backtest ends", lambda: ask(daemon, "GET", path)["state"] != "running")
    return ask(daemon, "GET", path)


def a_backtest_of_the_daemon_says_what_the_command_says_of_its_folder():
    with temporary() as folder, scene(folder) as daemon:
        past(daemon)
        file = file_in_force(daemon)
        new = pathlib.Path(folder) / "new.yaml"
        new.write_text(rules_text(90))
        job = finished(daemon, ask(daemon, "POST", "/api/v1/backtest", {"rules": [{"file": file, "text": rules_text(90)}], "last": "1d"}, 202))
        assert job["state"] == "done" and job["progress"]["share"] == 1 and job["finished"], job
        of_folder = subprocess.run([BINARY, "backtest", "--config", daemon.config, "--rules", new, "--since", "1d", "-o", "json"], capture_output=True, text=True)
        expected = json.loads(of_folder.stdout)
        # Figures by the day have the length of the period, which is the same, too
        assert job["result"] == expected and expected["counts"] == {"added": 0, "removed": 10, "moved": 0}, (job["result"], expected)
        assert sum(day["alerts_before"] - day["alerts_after"] for day in expected["days"]) == 10, expected["days"]
        by_url = subprocess.run([BINARY, "backtest", "--url", daemon.url, "--rules", new, "--since", "1d", "-o", "json"], capture_output=True, text=True)
        assert by_url.returncode == of_folder.returncode == 3 and json.loads(by_url.stdout) == expected, (by_url, expected)
        people = [subprocess.run([BINARY, "backtest", *where, "--rules", new], capture_output=True, text=True).stdout for where in (["--url", daemon.url], ["--config", daemon.config])]
        assert people[0] == people[1] and "0 added, 10 removed, 0 moved" in people[0], people
        assert [one["state"] for one in ask(daemon, "GET", "/api/v1/backtest")] == ["done"] * 3
        same = subprocess.run([BINARY, "backtest", "--url", daemon.url, "--rules", pathlib.Path(folder) / "rules.yaml"], capture_output=True, text=True)
        assert same.returncode == 0, same


def what_cannot_be_backtested_is_refused_with_a_reason():
    with temporary() as folder, scene(folder) as daemon:
        past(daemon, 3)
        bad = ask(daemon, "POST", "/api/v1/backtest", {"rules": [{"file": "x.yaml", "text": "rules: [{alert: A, mach: x}]"}]}, 400)
        assert bad["error"] == "bad_rules" and any("mach" in fault["message"] for fault in bad["faults"]), bad
        good = [{"file": "x.yaml", "text": "rules: []"}]
        for body, words in [({}, "names no file"), ({"rules": good, "last": "soon"}, '"last"'), ({"rules": good, "from": "soon"}, '"from"'),
                            ({"rules": good, "last": "1d", "from": "2026-01-01T00:00:00Z"}, "excludes"), ({"rules": good, "since": "1d"}, 'unknown member "since"'), ({"rules": "x"}, "list")]:
            assert words in ask(daemon, "POST", "/api/v1/backtest", body, 400)["message"], body
        ask(daemon, "GET", "/api/v1/backtest/b1", status=404)
        ask(daemon, "DELETE", "/api/v1/backtest/b1", status=404)
        said = subprocess.run([BINARY, "backtest", "--url", daemon.url], capture_output=True, text=True)
        assert said.returncode == 1 and "name the new rules with --rules" in said.stderr, said


def a_plan_of_new_rules_is_the_same_from_the_daemon_and_from_its_folder():
    with temporary() as folder, scene(folder) as daemon:
        for number in range(2):
            assert daemon.post(event(f"d{number}", "linkDown", f"s{number}")) == 200
        daemon.settled()
        new = pathlib.Path(folder) / "new"
        new.mkdir()
        (new / "rules.yaml").write_text(rules_text(90).replace("by: subject, severity", "by: source, severity"))
        (new / "more.yaml").write_text("tables: {codes: {file: codes.csv, key: code}}\nenrich: [{table: codes, key: data.code, add: [level]}]\n"
                                       "rules: [{alert: Smoke, match: {level: [high]}, resolve_after: 1h, by: subject}]\n")
        (new / "codes.csv").write_text("code,level\n7,high\n")
        run = lambda *more: subprocess.run([BINARY, "rules", "plan", *more], capture_output=True, text=True)
        of_folder, of_daemon = (run(new, *where) for where in (["--data", daemon.data], ["--url", daemon.url]))
        assert of_daemon.returncode == of_folder.returncode == 3, (of_daemon, of_folder)
        assert of_daemon.stdout == of_folder.stdout and "key_changed  Down: 2 of 2 firing" in of_daemon.stdout, (of_daemon, of_folder)
        assert "added        Smoke" in of_daemon.stdout, of_daemon.stdout
        of_folder, of_daemon = (run(new, *where, "-o", "json") for where in (["--data", daemon.data], ["--url", daemon.url]))
        assert json.loads(of_daemon.stdout) == json.loads(of_folder.stdout) and of_daemon.returncode == 3, (of_daemon, of_folder)
        same = run(pathlib.Path(folder) / "rules.yaml", "--url", daemon.url)
        assert same.returncode == 0 and "no alert ends" in same.stdout, same
        (new / "rules.yaml").write_text("rules: [{alert: X}]\n")
        bad = run(new, "--url", daemon.url)
        assert bad.returncode == 1 and "rules.yaml:1:" in bad.stderr and "a reload would change nothing" in bad.stderr, bad
        asked = ask(daemon, "POST", "/api/v1/rules/plan", {"rules": [{"file": "x.yaml", "text": "rules: [{alert: X}]"}]}, 400)
        assert asked["error"] == "bad_rules" and asked["faults"], asked
        assert ask(daemon, "POST", "/api/v1/rules/plan", {"rulez": []}, 400)["message"].endswith('did you mean "rules"?)')
        assert daemon.request("GET", "/api/v1/rules/plan")[0] == 200


def a_backtest_is_cancelled_and_the_next_one_may_begin():
    with temporary() as folder, scene(folder) as daemon:
        past(daemon, 3)
        body = {"rules": [{"file": "x.yaml", "text": "rules: []"}]}
        first = ask(daemon, "POST", "/api/v1/backtest", body, 202)
        ask(daemon, "DELETE", "/api/v1/backtest/" + first["id"])
        ended = finished(daemon, first)
        assert ended["state"] in ("cancelled", "done"), ended
        assert finished(daemon, ask(daemon, "POST", "/api/v1/backtest", body, 202))["state"] == "done"
        ended = finished(daemon, ask(daemon, "POST", "/api/v1/backtest", {**body, "to": "2020-01-01T00:00:00Z"}, 202))
        assert ended["result"]["events"] == 0, ended


if __name__ == "__main__":
    main([the_playground_judges_an_event_by_the_rules_in_force_and_records_nothing, the_playground_tries_changed_rules_and_their_tests,
          an_event_of_the_journal_is_explained_by_its_offset, a_backtest_of_the_daemon_says_what_the_command_says_of_its_folder,
          what_cannot_be_backtested_is_refused_with_a_reason, a_plan_of_new_rules_is_the_same_from_the_daemon_and_from_its_folder,
          a_backtest_is_cancelled_and_the_next_one_may_begin])
