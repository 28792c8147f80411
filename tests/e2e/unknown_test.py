"""Events that no rule matches leave a trace: counts, the ledger, and UnknownFault beside whatever rules are loaded; and a silence that can keep nobody quiet says so."""
import json
import pathlib
import subprocess

from harness import BINARY, Daemon, Webhook, event, eventually, main, temporary

RULE = "rules: [{alert: Down, match: linkDown, until: linkUp, by: subject, resolve_after: 1h}]\n"


def alarum(*arguments, code=0):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, f"alarum {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def names(webhook):
    return [alert for _, alert, _ in webhook.changes()]


def an_unknown_fault_is_notified_and_kept_where_only_what_matches_is():
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text(RULE)
        webhook = Webhook()
        with Daemon(folder, webhook, rules, "journal: {keep: matched}\n") as daemon:
            for number, more in enumerate([{"severity": "critical"}, {"severity": "critical"}, {"severity": "minor"}, {}, {"severity": "major", "status": "resolved"}]):
                assert daemon.post(event(number, "fanLost", f"s{number}", **more)) == 200
            assert daemon.post(event(0, "fanLost", "s0", severity="critical")) == 200  # a copy
            assert daemon.post(event(9, "linkDown", "s9", severity="critical")) == 200
            eventually("both are notified of", lambda: sorted(names(webhook)) == ["Down", "UnknownFault"])
            daemon.settled()
            page = daemon.request("GET", "/metrics")[2]
            for line in ['alarum_unmatched_events_total{format="cloudevents",severity="critical"} 2', 'alarum_unmatched_events_total{format="cloudevents",severity="minor"} 1',
                         'alarum_unmatched_events_total{format="cloudevents",severity="none"} 1', 'alarum_unmatched_events_total{format="cloudevents",severity="major"} 1',
                         'alarum_rule_matches_total{rule="UnknownFault"} 2', 'alarum_rule_matches_total{rule="Down"} 1']:
                assert line in page, line + "\n" + page
            assert "5 matched no rule: 2 cloudevents critical, 1 cloudevents major, 1 cloudevents minor, 1 cloudevents without severity" in daemon.request("GET", "/api/v1/ledger", headers={"Accept": "text/plain"})[2]
            assert "+ UnknownFault: matches: no other rule knows it" in alarum("explain", "--data", daemon.data, "1")
            # A rule for it, and the alert that stands for what was unknown goes on by itself.
            rules.write_text(RULE + "override: {UnknownFault: {enabled: false}}\n")
            assert daemon.request("POST", "/-/reload")[0] == 200
            eventually("it is over", lambda: names(webhook).count("UnknownFault") == 2)
            assert daemon.post(event(20, "fanLost", "s1", severity="critical")) == 200
            daemon.settled()
        assert ", the same" in alarum("backtest", "--data", daemon.data)
        text = alarum("ledger", "--data", daemon.data)
        assert "6 matched no rule: 2 cloudevents critical, 4 not stored" in text and "4 unmatched, not stored" in text, text


def a_silence_that_matches_nothing_says_so_and_one_that_cannot_is_refused():
    with temporary() as folder:
        folder = pathlib.Path(folder)
        rules = folder / "rules.yaml"
        rules.write_text(RULE)
        with Daemon(folder, Webhook(), rules) as daemon:
            url = f"http://127.0.0.1:{daemon.port}"
            assert daemon.post(event(1, "linkDown", "s1")) == 200
            daemon.settled()
            add = lambda *matchers, code=0: alarum("silence", "add", "--url", url, "--comment", "x", "--author", "kim", *matchers, code=code)
            assert "note: it matches no alert that fires at the moment" in add("subject=s2")
            assert "note:" not in add("subject=s1", "alertname=~D.*")
            assert 'subject="s1" and subject="s2" contradict each other' in add("subject=s1", "subject=s2", code=1)
            matchers = [{"name": "subject", "value": value, "isRegex": False} for value in ("s1", "s2")]
            body = {"matchers": matchers, "startsAt": "2030-01-01T00:00:00Z", "endsAt": "2030-01-01T01:00:00Z", "createdBy": "kim", "comment": "x"}
            status, _, said = daemon.request("POST", "/api/v2/silences", json.dumps(body), {"Content-Type": "application/json"})
            assert status == 400 and "contradict each other" in said, said
            body["matchers"] = matchers[1:]
            status, _, said = daemon.request("POST", "/api/v2/silences", json.dumps(body), {"Content-Type": "application/json"})
            assert status == 200 and list(json.loads(said)) == ["silenceID"], said


if __name__ == "__main__":
    main([an_unknown_fault_is_notified_and_kept_where_only_what_matches_is, a_silence_that_matches_nothing_says_so_and_one_that_cannot_is_refused])
