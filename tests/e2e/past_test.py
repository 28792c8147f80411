"""The tools that look at a data folder, beside a running daemon and after it: what they say is what the daemon did."""
import json
import pathlib
import random
import signal
import sqlite3
import subprocess

from harness import BINARY, Daemon, Webhook, event, eventually, main, temporary

RULE = """rules:
  - {{alert: Down, match: {{type: linkDown}}, until: linkUp, by: {by}, severity: major, resolve_after: {after}}}
  - {{alert: Hot, match: {{type: hot, data.celsius: [{{numeric: ['>', {celsius}]}}]}}, by: subject, resolve_after: 1h}}
"""


def alarum(*arguments, code=0):
    """Standard output; fails unless the command ends with `code`."""
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, f"alarum {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def rule_text(by="subject", after="1s", celsius=80):
    return RULE.format(by=by, after=after, celsius=celsius)


def a_past_with_reloads_a_crash_and_a_restart_is_replayed_to_what_the_book_has():
    chance = random.Random(4)
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text(rule_text())
        daemon = Daemon(folder, Webhook(), rules, "journal: {segment_size: 1MiB}\n").start()
        number = 0

        def play(count):
            nonlocal number
            for _ in range(count):
                number += 1
                kind = chance.choice(["linkDown", "linkDown", "linkUp", "hot"])
                assert daemon.post(event(number, kind, f"s{chance.randrange(30)}", data={"celsius": chance.randrange(60, 100)})) == 200

        play(300)
        rules.write_text(rule_text(after="2s"))
        assert daemon.request("POST", "/-/reload")[0] == 200
        play(200)
        daemon.kill()
        daemon.start()
        play(200)
        rules.write_text(rule_text(by="source", after="2s"))
        assert daemon.request("POST", "/-/reload")[0] == 200
        daemon.stop()
        daemon.start()
        play(200)
        eventually("timers have run", lambda: "Down" not in daemon.request("GET", "/api/v2/alerts")[2])
        daemon.settled()
        assert ", the same" in alarum("backtest", "--data", daemon.data), "beside the daemon"
        daemon.stop()
        said = alarum("backtest", "--config", daemon.config)
        print("      " + said.strip())
        assert ", the same" in said
        # Under other rules than those of the past: one alert for each event that is not hot enough for the old ones.
        new = folder / "new.yaml"
        new.write_text(rule_text(by="source", after="2s", celsius=90))
        report = json.loads(alarum("backtest", "--data", daemon.data, "--rules", new, "-o", "json", code=3))
        assert report["events"] == number and not report["partial"], report
        assert any(alert["rule"] == "Hot" for alert in report["removed"] + [moved["before"] for moved in report["moved"]]), report
        assert report["before"]["pages_a_day"] > report["after"]["pages_a_day"] > 0
        assert "pages a day" in alarum("backtest", "--data", daemon.data, "--since", "1d", "--rules", new, code=3)
        alarum("backtest", "--data", folder / "nowhere", code=1)


def explain_tells_what_each_rule_made_of_an_event_and_whom_we_told():
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text(rule_text(after="1h"))
        with Daemon(folder, Webhook(), rules) as daemon:
            assert daemon.post(event("e1", "linkDown", "s1")) == 200
            assert daemon.post(event("e2", "hot", "s2", data={"celsius": 70})) == 200
            daemon.settled()
            hit = alarum("explain", "e1", "--data", daemon.data)
            assert "+ Down: matches" in hit and "fired Down{subject=s1} alert " in hit and "test/webhook/0: delivered after 1 attempt (200)" in hit, hit
            miss = alarum("explain", "e2", "--data", daemon.data)
            assert '- Hot: data.celsius wants {"numeric":[">",80]}, saw 70' in miss and "rules.yaml:3:" in miss and "no alert changed" in miss, miss
            found = json.loads(alarum("explain", "e1", "--data", daemon.data, "-o", "json"))[0]
            assert [rule["verdict"] for rule in found["rules"]] == ["matches", "none"], found
            alert = found["changes"][0]["id"]
            opened = alarum("explain", alert, "--data", daemon.data)
            assert f"alert {alert} Down{{subject=s1}}: firing" in opened and "event e1 of SYS.BMS: linkDown" in opened, opened
            assert "not_found" in alarum("explain", "e3", "--data", daemon.data, code=1)
            pasted = folder / "event.json"
            pasted.write_text(json.dumps(event("x", "linkUp", "s1")))
            assert '+ Down: is an end: it fits "until"' in alarum("explain", "--event", pasted, "--rules", rules)


def plan_says_what_a_reload_would_do_and_the_reload_does_it():
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text(rule_text(after="1h"))
        with Daemon(folder, Webhook(), rules) as daemon:
            for number in range(3):
                assert daemon.post(event(number, "linkDown", f"s{number}")) == 200
            daemon.settled()
            listed = {rule["alert"]: rule["firing"] for rule in json.loads(alarum("rules", "ls", "--data", daemon.data, "-o", "json"))}
            assert listed == {"Down": 3, "Hot": 0}, listed
            new = folder / "new.yaml"
            new.write_text(rule_text(after="2h"))
            kept = alarum("rules", "plan", new, "--data", daemon.data)
            assert "changed      Down: state kept, 3 firing" in kept and 'resolve_after: "1h" → "2h"' in kept, kept
            new.write_text(rule_text(by="source", after="1h"))
            ends = alarum("rules", "plan", new, "--data", daemon.data, code=3)
            assert "key_changed  Down: 3 of 3 firing will resolve (rule_changed)" in ends, ends
            new.write_text("rules: [{alert: A}]")
            assert "a reload would change nothing" in alarum("rules", "plan", new, "--data", daemon.data, code=1)
            plan_of_the_daemon(daemon, rules)


def plan_of_the_daemon(daemon, rules):
    def plan(**headers):
        return daemon.request("GET", "/api/v1/rules/plan", headers=headers)

    generation = json.loads(daemon.request("GET", "/api/v1/status")[2])["generation"]
    rules.write_text(rule_text(by="source", after="1h"))
    status, headers, text = plan()
    assert status == 200 and headers["Content-Type"] == "application/json", (status, text)
    said = json.loads(text)
    assert [(r["alert"], r["plan"], r["firing"], r["ends"]) for r in said["rules"]] == [("Down", "key_changed", 3, 3)] and said["unchanged"] == 1, said
    assert "key_changed  Down: 3 of 3 firing will resolve (rule_changed)" in plan(Accept="text/plain")[2]
    rules.write_text("rules: [{alert: A}]")
    status, _, text = plan()
    assert status == 400 and "rules.yaml:1:17" in text and "nothing changed" in text, text
    # Asking changes nothing.
    assert json.loads(daemon.request("GET", "/api/v1/status")[2])["generation"] == generation
    assert len(json.loads(daemon.request("GET", "/api/v2/alerts")[2])) == 3
    rules.write_text(rule_text(after="3h"))
    status, _, text = daemon.request("POST", "/-/reload")
    assert status == 200 and "changed      Down: state kept, 3 firing" in text and text.endswith("no alert ends\nreloaded\n"), text
    assert json.loads(daemon.request("POST", "/-/reload", headers={"Accept": "application/json"})[2]) == {
        "rules": [], "unchanged": 2, "left_out": 0, "ends": 0, "summary": "2 unchanged: no alert ends"}
    rules.write_text(rule_text(by="source", after="3h") + "".join(f"  - {{alert: New{i:02}, match: n{i}, resolve_after: 1h}}\n" for i in range(25)))
    daemon.process.send_signal(signal.SIGHUP)
    eventually("they have ended", lambda: daemon.request("GET", "/api/v2/alerts")[2].strip() == "[]")
    eventually("the log says so", lambda: "key_changed Down (3 end); added New00, New01" in daemon.log_text() and "New18 and 6 more" in daemon.log_text()
               and "New19" not in daemon.log_text())


def the_ledger_balances_and_says_so_when_it_does_not():
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text(rule_text(after="1h"))
        webhook = Webhook()
        webhook.answer = lambda number: 400 if number == 1 else 200
        daemon = Daemon(folder, webhook, rules).start()
        for number in (1, 2, 2, 3):
            assert daemon.post(event(number, "linkDown", f"s{number}")) == 200
        assert daemon.post({"specversion": "1.0"}) == 400
        daemon.settled()
        said = alarum("ledger", "--data", daemon.data)
        assert "received = 3 accepted + " in said and " + 1 duplicate" in said and "3 accepted = 3 processed + 0 pending" in said, said
        assert "3 made = 2 delivered + 0 pending + 1 dead" in said and "3 fired" in said and "it balances" in said, said
        daemon.kill()
        daemon.start()
        daemon.stop()
        sums = json.loads(alarum("ledger", "--data", daemon.data, "-o", "json"))
        assert sums["events"]["processed"] == 3 and not sums["faults"], sums
        with sqlite3.connect(daemon.data / "book.sqlite") as book:
            book.execute("DELETE FROM notifications WHERE outcome = 2")
        assert "does not balance: 1 notifications neither wait nor have come to an end" in alarum("ledger", "--data", daemon.data, code=3)


if __name__ == "__main__":
    main([a_past_with_reloads_a_crash_and_a_restart_is_replayed_to_what_the_book_has, explain_tells_what_each_rule_made_of_an_event_and_whom_we_told,
          plan_says_what_a_reload_would_do_and_the_reload_does_it,
          the_ledger_balances_and_says_so_when_it_does_not])
