"""The tools that look at a data folder, beside a running daemon and after it: what they say is what the daemon did."""
import contextlib
import json
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import time

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

        def silence(subject):
            now = time.time()
            at = lambda s: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + s))
            body = {"matchers": [{"name": "subject", "value": subject, "isRegex": False}], "startsAt": at(0), "endsAt": at(3600), "createdBy": "kim", "comment": "x"}
            assert daemon.request("POST", "/api/v2/silences", json.dumps(body), {"Content-Type": "application/json"})[0] == 200

        play(100)
        silence("s1")
        play(200)
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
        assert "it balances" in alarum("ledger", "--data", daemon.data)
        with sqlite3.connect(daemon.data / "book.sqlite") as book:
            assert book.execute("SELECT count(*) FROM suppressed WHERE why = 'silenced'").fetchone()[0] > 0
        # Under other rules than those of the past: one alert for each event that is not hot enough for the old ones.
        new = folder / "new.yaml"
        new.write_text(rule_text(by="source", after="2s", celsius=90))
        report = json.loads(alarum("backtest", "--config", daemon.config, "--rules", new, "-o", "json", code=3))
        assert report["events"] == number and not report["partial"], report
        assert any(alert["rule"] == "Hot" for alert in report["removed"] + [moved["before"] for moved in report["moved"]]), report
        assert report["before"]["alerts_a_day"] > report["after"]["alerts_a_day"] > 0
        assert report["before"]["messages_a_night"] > report["before"]["pages_a_night"] > report["after"]["pages_a_night"] > 0, report
        assert "pages (to test/webhook/0): " in alarum("backtest", "--config", daemon.config, "--since", "1d", "--rules", new, code=3)
        alarum("backtest", "--data", folder / "nowhere", code=1)


@contextlib.contextmanager
def ruled():
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text(rule_text(after="1h"))
        yield folder, rules


def explain_tells_what_each_rule_made_of_an_event_and_whom_we_told():
    with ruled() as (folder, rules):
        with Daemon(folder, Webhook(), rules) as daemon:
            assert daemon.post(event("e1", "linkDown", "s1")) == 200
            assert daemon.post(event("e2", "hot", "s2", data={"celsius": 70})) == 200
            daemon.settled()
            hit = alarum("explain", "e1", "--data", daemon.data)
            assert "+ Down: matches" in hit and "fired Down{subject=s1} alert " in hit and "test/webhook/0: delivered after 1 attempt (200)" in hit, hit
            miss = alarum("explain", "e2", "--data", daemon.data)
            assert '- Hot: data.celsius wants {"numeric":[">",80]}, saw 70' in miss and "rules.yaml:3:" in miss and "no alert changed" in miss, miss
            found = json.loads(alarum("explain", "e1", "--data", daemon.data, "-o", "json"))[0]
            assert [rule["verdict"] for rule in found["rules"] if rule["alert"] != "UnknownFault"] == ["matches", "none"], found
            alert = found["changes"][0]["id"]
            opened = alarum("explain", alert, "--data", daemon.data)
            assert f"alert {alert} Down{{subject=s1}}: firing" in opened and "event e1 of SYS.BMS: linkDown" in opened, opened
            assert "not_found" in alarum("explain", "e3", "--data", daemon.data, code=1)
            pasted = folder / "event.json"
            pasted.write_text(json.dumps(event("x", "linkUp", "s1")))
            assert '+ Down: is an end: it fits "until"' in alarum("explain", "--event", pasted, "--rules", rules)


def explain_tells_each_attempt():
    with ruled() as (folder, rules):
        webhook = Webhook()
        webhook.answer = lambda number: 500 if number == 0 else 503 if number == 1 else 200
        with Daemon(folder, webhook, rules) as daemon:
            assert daemon.post(event("e1", "linkDown", "s1")) == 200
            daemon.settled()
            said = alarum("explain", "e1", "--data", daemon.data)
            lines = [line.split(" (notification")[0].strip() for line in said.splitlines() if "test/webhook/0" in line]
            assert len(lines) == 3, said
            assert re.fullmatch(r"test/webhook/0: not taken at \S+Z \(500\)", lines[0]) and re.fullmatch(r"test/webhook/0: not taken at \S+Z \(503\)", lines[1]), lines
            assert re.fullmatch(r"test/webhook/0: delivered after 3 attempts \(200\) at \S+Z", lines[2]), lines
            found = json.loads(alarum("explain", "e1", "--data", daemon.data, "-o", "json"))[0]
            assert [one["detail"] for one in found["changes"][0]["told"][0]["failed"]] == ["500", "503"], found
            # And while it is not over.
            webhook.answer = lambda number: 502
            assert daemon.post(event("e2", "linkDown", "s2")) == 200
            eventually("an attempt has failed", lambda: re.search(r"test/webhook/0: not taken at \S+Z \(502\)\n.*not delivered yet", alarum("explain", "e2", "--data", daemon.data)))
            webhook.answer = lambda number: 200
            daemon.settled()


def explain_tells_the_window_the_silence_and_the_group():
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text("rules: [{alert: Storm, match: hit, count: 3, within: 10m, by: subject}]\n")
        with Daemon(folder, Webhook(), rules) as daemon:
            daemon.config.write_text(daemon.config.read_text().replace("{receiver: test}", "{receiver: test, group_by: [alertname], group_wait: 1s, group_interval: 1s}"))
            assert daemon.request("POST", "/-/reload")[0] == 200
            for number in range(1, 4):
                assert daemon.post(event(f"e{number}", "hit", "s1")) == 200
            daemon.settled()
            second, third = (alarum("explain", event_id, "--data", daemon.data) for event_id in ("e2", "e3"))
            assert "= Storm{subject=s1}: 2 of 3 matches within 10m, at " in second and "; 1 more before " in second and "no alert changed" in second, second
            assert "= Storm{subject=s1}: 3 of 3 matches within 10m, at " in third and "; fires, until " in third, third
            eventually("the group was told", lambda: ", with its group at offset " in alarum("explain", "e3", "--data", daemon.data))
            daemon.settled()
            told = alarum("explain", "e3", "--data", daemon.data)
            assert "test/webhook/0: delivered after 1 attempt (200)" in told, told
            later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
            body = {"matchers": [{"name": "subject", "value": "s2", "isRegex": False}], "startsAt": "2020-01-01T00:00:00Z", "endsAt": later, "createdBy": "kim", "comment": "x"}
            assert daemon.request("POST", "/api/v2/silences", json.dumps(body), {"Content-Type": "application/json"})[0] == 200
            for number in range(4, 7):
                assert daemon.post(event(f"e{number}", "hit", "s2")) == 200
            eventually("it is kept back", lambda: "not notified, silenced by " in alarum("explain", "e6", "--data", daemon.data))
            found = json.loads(alarum("explain", "e3", "--data", daemon.data, "-o", "json"))[0]
            assert found["rule_state"][0]["alert"] == "Storm" and len(found["rule_state"][0]["matches"]) == 3, found


def what_a_sender_writes_never_moves_a_terminal():
    nasty = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]))
    unsafe = re.compile("[" + re.escape(nasty.replace("\n", "").replace("\t", "")) + "]")
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules, new = folder / "rules.yaml", folder / "new.yaml"
        text = "rules: [{alert: Text, match: {type: text}, by: [subject, data.text], resolve_after: 1h, severity: SEVERITY, summary: '{{data.text}}'}]"
        rules.write_text(text.replace("SEVERITY", "major"))
        new.write_text(text.replace("SEVERITY", "critical"))
        with Daemon(folder, rules=rules) as daemon:
            assert daemon.post(event("e1", "text", data={"text": "a" + nasty + "b"})) == 200
            url = ["--url", daemon.url]
            eventually("it fires", lambda: "Text" in alarum("alerts", *url))
            alert = json.loads(alarum("alerts", "-o", "json", *url))[0]
            assert alert["annotations"]["summary"] == "a" + nasty + "b", "JSON says the same"
            alarum("silence", "add", "alertname=Text", "--duration", "1h", "--author", "k" + nasty.replace("\0", ""), "--comment", nasty.replace("\0", ""), *url)
            daemon.settled()
            for arguments in (["alerts", *url], ["alerts", "-o", "json", *url], ["history", *url], ["silence", "query", *url], ["dlq", "ls", *url], ["explain", "e1", "--data", daemon.data],
                              ["explain", alert["id"], "--data", daemon.data], ["template", "render", "--config", daemon.config, "--alert", alert["id"], *url]):
                said = alarum(*arguments)
                assert not unsafe.search(said), (arguments, said)
            assert not unsafe.search(alarum("backtest", "--data", daemon.data, "--rules", new, code=3))
            rows = alarum("alerts", *url), alarum("silence", "query", *url)
            assert [text.count("\n") for text in rows] == [2, 2], ("a line feed begins no row", rows)
            wrong = alarum("alerts", "x=~(\x1b[2J\u009b", "--url", daemon.url, code=1)
            assert not unsafe.search(wrong), wrong
        console = (folder / "console").read_text()
        assert "FIRING" in console and not unsafe.search(console), console
        assert not unsafe.search(daemon.log_text())


def plan_says_what_a_reload_would_do_and_the_reload_does_it():
    with ruled() as (folder, rules):
        with Daemon(folder, Webhook(), rules) as daemon:
            for number in range(3):
                assert daemon.post(event(number, "linkDown", f"s{number}")) == 200
            daemon.settled()
            listed = {rule["alert"]: rule["firing"] for rule in json.loads(alarum("rules", "ls", "--data", daemon.data, "-o", "json"))}
            assert listed == {"Down": 3, "Hot": 0, "UnknownFault": 0}, listed
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
    assert [(r["alert"], r["plan"], r["firing"], r["ends"]) for r in said["rules"]] == [("Down", "key_changed", 3, 3)] and said["unchanged"] == 2, said  # UnknownFault among them
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
        "inventory": "", "rules": [], "unchanged": 3, "omitted": 0, "ends": 0, "summary": "3 unchanged: no alert ends", "warnings": [], "needs_restart": []}
    rules.write_text(rule_text(by="source", after="3h") + "".join(f"  - {{alert: New{i:02}, match: n{i}, resolve_after: 1h}}\n" for i in range(25)))
    daemon.process.send_signal(signal.SIGHUP)
    eventually("they have ended", lambda: daemon.request("GET", "/api/v2/alerts")[2].strip() == "[]")
    eventually("the log says so", lambda: "key_changed Down (3 end); added New00, New01" in daemon.log_text() and "New18 and 6 more" in daemon.log_text()
               and "New19" not in daemon.log_text())


def the_ledger_balances_and_says_so_when_it_does_not():
    with ruled() as (folder, rules):
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


def the_daemon_counts_its_ledger_and_raises_an_alert_when_it_does_not_balance():
    with ruled() as (folder, rules):
        webhook = Webhook()
        with Daemon(folder, webhook, rules) as daemon:
            def ledger():
                status, _, text = daemon.request("GET", "/api/v1/ledger")
                assert status == 200, text
                return json.loads(text)

            # Refused before anything was accepted: it counts at once, and soon on disk.
            assert daemon.post({"specversion": "1.0"}) == 400
            said = ledger()
            assert said["events"]["received"] == said["events"]["rejected"] == 1 and not said["faults"], said
            assert daemon.metric('alarum_journal_events_total{outcome="rejected"}') == 1
            eventually("the journal tells of it", lambda: json.loads(alarum("ledger", "--data", daemon.data, "-o", "json"))["events"]["rejected"] == 1)
            for number in (1, 2, 2, 3, 4):
                assert daemon.post(event(number, "linkDown", f"s{number}")) == 200
            daemon.settled()
            said = ledger()
            assert {**said["events"], "rejected_by_reason": 0} == {"received": 6, "accepted": 4, "rejected": 1, "duplicate": 1, "unmatched": 0, "processed": 4, "pending": 0,
                                                                   "rejected_by_reason": 0}, said
            assert sum(said["events"]["rejected_by_reason"].values()) == 1 and not said["faults"] and said["transitions"] == {"fired": 4}, said
            assert "it balances" in daemon.request("GET", "/api/v1/ledger", headers={"Accept": "text/plain"})[2]
            daemon.shows("alarum_ledger_balanced", 1)
            daemon.shows('alarum_ledger_notifications{outcome="delivered"}', 4)
            # Over a crash, a start from a checkpoint and one from the journal alone the count goes on.
            daemon.kill()
            daemon.start()
            assert ledger()["events"]["processed"] == 4
            daemon.stop()
            daemon.start()
            assert daemon.post(event(5, "linkDown", "s5")) == 200
            daemon.settled()
            said = ledger()
            assert said["events"]["processed"] == 5 and not said["faults"], said
            with sqlite3.connect(daemon.data / "book.sqlite", timeout=30) as book:
                kept = book.execute("SELECT * FROM notifications ORDER BY sequence LIMIT 1").fetchone()  # the sequence is its first column
                book.execute("DELETE FROM notifications WHERE sequence = ?", kept[:1])
            faults = ledger()["faults"]
            assert len(faults) == 2 and "1 notifications neither wait nor have come to an end" in faults and "1 transition was not notified" in faults[0], faults
            eventually("somebody is told", lambda: ("firing", "AlarumLedgerUnbalanced", "") in webhook.changes())
            assert daemon.metric("alarum_ledger_balanced") == 0
            with sqlite3.connect(daemon.data / "book.sqlite", timeout=30) as book:
                book.execute(f"INSERT INTO notifications VALUES ({','.join('?' * len(kept))})", kept)
            assert not ledger()["faults"]
            eventually("and that it is over", lambda: ("resolved", "AlarumLedgerUnbalanced", "") in webhook.changes())
            daemon.settled()
            # A transition that got lost on its way to the outbox: sums of notifications do not show it.
            with sqlite3.connect(daemon.data / "book.sqlite", timeout=30) as book:
                (sequence, alert), *_ = book.execute("SELECT notification, alert_id FROM told ORDER BY notification DESC LIMIT 1").fetchall()
                book.execute("DELETE FROM told WHERE notification = ?", (sequence,))
                book.execute("DELETE FROM notifications WHERE sequence = ?", (sequence,))
            assert ledger()["faults"] == [f"1 transition was not notified to each of its targets, and no reason is recorded: one of alert {alert}"], ledger()["faults"]
            assert daemon.metric("alarum_ledger_transitions_unaccounted") == 1 and daemon.metric("alarum_ledger_balanced") == 0


if __name__ == "__main__":
    main([a_past_with_reloads_a_crash_and_a_restart_is_replayed_to_what_the_book_has, explain_tells_what_each_rule_made_of_an_event_and_whom_we_told,
          explain_tells_each_attempt, explain_tells_the_window_the_silence_and_the_group,
          what_a_sender_writes_never_moves_a_terminal, plan_says_what_a_reload_would_do_and_the_reload_does_it,
          the_ledger_balances_and_says_so_when_it_does_not, the_daemon_counts_its_ledger_and_raises_an_alert_when_it_does_not_balance],
         threads=[a_past_with_reloads_a_crash_and_a_restart_is_replayed_to_what_the_book_has, the_daemon_counts_its_ledger_and_raises_an_alert_when_it_does_not_balance])  # the others are commands
