"""A reload says what it did not do: in the log, in its answer, in metrics, readiness and status."""
import json
import pathlib
import signal

from harness import Daemon, event, eventually, main, temporary

RULE = "rules:\n  - {alert: A, match: fault, until: mended, resolve_after: 1h}\n"
GOOD, WHEN, WAITING = "alarum_config_last_reload_successful", "alarum_config_last_reload_success_timestamp_seconds", "alarum_config_keys_pending_restart"


def status(daemon):
    return json.loads(daemon.request("GET", "/api/v1/status")[2])


def reload(daemon, json_=False):
    code, _, text = daemon.request("POST", "/-/reload", headers={"Accept": "application/json"} if json_ else {})
    return code, json.loads(text) if json_ else text


def hang_up(daemon, *lines):
    daemon.process.send_signal(signal.SIGHUP)
    daemon.says(*lines)


def a_refused_reload_is_seen_everywhere():
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules"
        rules.mkdir()
        (rules / "r.yaml").write_text(RULE)
        with Daemon(folder, None, rules) as daemon:
            began = daemon.metric(WHEN)
            generation = status(daemon)["generation"]
            assert daemon.metric(GOOD) == 1 and began > 1e9
            daemon.shows("alarum_generation_info{hash=\"" + generation + "\"}", 1)
            (rules / "bad.yaml").write_text("rules:\n  - alert: B\n    mach: x\n  - {alert: C, match: c}\n")
            # By SIGHUP the log is all that there is: every fault with its place.
            hang_up(daemon, f"place={rules}/bad.yaml:3:5", f"place={rules}/bad.yaml:4:13", "has no end", 'msg="reload refused, nothing changed"')
            eventually("the metric says so", lambda: daemon.metric(GOOD) == 0)
            assert daemon.metric(WHEN) == began and status(daemon)["generation"] == generation
            config = status(daemon)["config"]
            assert not config["last_reload_successful"] and "bad.yaml:3:5" in config["last_reload_fault"], config
            code, _, text = daemon.request("GET", "/-/ready?verbose")
            assert code == 200 and "[!]config warning: reload_refused" in text, text
            (rules / "bad.yaml").unlink()
            assert reload(daemon)[0] == 200
            assert daemon.metric(GOOD) == 1 and daemon.metric(WHEN) > began
            assert status(daemon)["config"]["last_reload_fault"] == "" and "[+]config ok" in daemon.request("GET", "/-/ready?verbose")[2]


def a_reload_that_would_leave_no_rules_is_refused():
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules"
        rules.mkdir()
        file = rules / "r.yaml"
        file.write_text(RULE)
        with Daemon(folder, None, rules) as daemon:
            def still_one():
                return status(daemon)["rules"] == 1 and daemon.metric(GOOD) == 0

            for text, said in (("", "there is nothing in this rule file"), ("# " + RULE.replace("\n", "\n# "), "there is nothing in this rule file"), ("defaults: {severity: minor}\n", "holds no rules, and 1 are in force")):
                file.write_text(text)
                code, answer = reload(daemon)
                assert code == 400 and said in answer and "nothing changed" in answer and still_one(), answer
            file.unlink()
            code, answer = reload(daemon)
            assert code == 400 and "holds no rules, and 1 are in force" in answer and still_one(), answer
            # A dry run says what the reload would.
            assert daemon.request("GET", "/api/v1/rules/plan")[0] == 400
            file.write_text("rules: []\n")
            code, answer = reload(daemon)
            assert code == 200 and status(daemon)["rules"] == 0, answer
            file.write_text(RULE)
            assert reload(daemon)[0] == 200 and status(daemon)["rules"] == 1
            # Written out in the config is as good.
            daemon.config.write_text(daemon.config.read_text().replace(f"rules: [{rules}]", "rules: []"))
            assert reload(daemon)[0] == 200 and status(daemon)["rules"] == 0


def a_start_that_would_leave_no_rules_is_refused():
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules"
        rules.mkdir()
        (rules / "r.yaml").write_text(RULE)
        daemon = Daemon(folder, None, rules)
        with daemon:
            assert daemon.post(event("1", "fault")) == 200
            daemon.shows("alarum_alerts_firing", 1)
        # The folder is not mounted yet: what fires is not over.
        (rules / "r.yaml").rename(rules / "r.away")
        try:
            daemon.start()
        except AssertionError as fault:
            assert "holds no rules, and 1 are in force, whose alerts would end" in str(fault), fault
        else:
            raise AssertionError("it started")
        (rules / "r.away").rename(rules / "r.yaml")
        with daemon:
            daemon.shows("alarum_alerts_firing", 1)
        (rules / "r.yaml").write_text("rules: []\n")
        with daemon:
            daemon.shows("alarum_alerts_firing", 0)


def keys_that_wait_for_a_restart_and_warnings_are_named():
    with temporary() as folder:
        rules = pathlib.Path(folder) / "r.yaml"
        rules.write_text(RULE)
        with Daemon(folder, None, rules, "limits: {body: 2MiB}\n") as daemon:
            text = daemon.config.read_text()
            daemon.config.write_text(text.replace("2MiB", "4MiB").replace("receivers: [", "receivers: [{name: spare}, ") + "dedup: {window: 1h}\n")
            waiting = ["limits.body (2MiB, on disk 4MiB)", "dedup.window (1d, on disk 1h)"]
            code, answer = reload(daemon, True)
            assert code == 200 and answer["needs_restart"] == waiting, answer
            assert ['"spare" is not used' in one["message"] and one["level"] for one in answer["warnings"]] == ["warning"], answer
            code, answer = reload(daemon)
            assert answer.endswith("reloaded\n") and 'warning: receiver "spare" is not used' in answer and "takes effect only at a start: limits.body (2MiB, on disk 4MiB)\n" in answer, answer
            daemon.says('level=warn stage=app msg="in the files on disk"', "some keys of the config take effect only at a start", "limits.body (2MiB, on disk 4MiB), dedup.window")
            assert status(daemon)["config"]["needs_restart"] == waiting and daemon.metric(WAITING) == 2 and daemon.metric(GOOD) == 1
            assert "[!]config warning: needs_restart: 2 changed keys" in daemon.request("GET", "/-/ready?verbose")[2]
            # A refused reload does not forget them; the old values are in force again.
            daemon.config.write_text(text + "nonsense: 1\n")
            assert reload(daemon)[0] == 400 and status(daemon)["config"]["needs_restart"] == waiting
            daemon.config.write_text(text)
            assert reload(daemon, True)[1]["needs_restart"] == [] and daemon.metric(WAITING) == 0


if __name__ == "__main__":
    main([a_refused_reload_is_seen_everywhere, a_reload_that_would_leave_no_rules_is_refused, a_start_that_would_leave_no_rules_is_refused, keys_that_wait_for_a_restart_and_warnings_are_named])
