"""The page in Debian's Chromium against the real daemon: web/e2e/page.mjs does what a person does, this starts what it needs. Skipped (77) without Node.js, npm's packages or Chromium."""
import json
import os
import re
import shutil
import subprocess
import sys

from harness import BINARY, ROOT, Daemon, Webhook, event, eventually, main, plain_rules, temporary

WEB = ROOT / "web"
JSON = {"Content-Type": "application/json"}


def missing():
    """Why nothing can be tested here; empty: all is there."""
    if not shutil.which("node"):
        return "there is no Node.js (apt-get install nodejs)"
    if not (WEB / "node_modules/playwright-core").exists():
        return "npm's packages are not installed (scripts/test installs them: cd web && npm ci)"
    if not chromium():
        return "there is no Chromium (apt-get install chromium)"
    return ""


def chromium():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def play(scenario, daemon, **cues):
    """Runs one scenario; each of its cues calls the function of that name (blanks are _)."""
    left = dict(cues)
    with subprocess.Popen(["node", str(WEB / "e2e/page.mjs"), scenario, daemon.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=WEB,
                          env={**os.environ, "ALARUM_CHROMIUM": chromium()}) as process:
        said = []
        for line in process.stdout:
            if line.startswith("cue "):
                left.pop(line[4:].strip().replace(" ", "_"))()
                process.stdin.write("done\n")
                process.stdin.flush()
            else:
                said.append(line)
    print("".join("      " + line for line in said), end="")
    assert process.returncode == 0, "".join(said)[-6000:]
    assert not left, left


def quiet(folder, **more):
    return Daemon(folder, rules=plain_rules(folder), **more)


def again_at_its_port(daemon, end=lambda: None):
    """Ends it, and starts it where the page knows it."""
    port = daemon.port
    end()
    daemon.config.write_text(re.sub(r"listen: 127.0.0.1:\d+", f"listen: 127.0.0.1:{port}", daemon.config.read_text()))
    daemon.start()


def fleet(daemon):
    """The demo's hour, at once."""
    subprocess.run([BINARY, "send", str(ROOT / "demo/fleet-hour.ndjson"), "--url", daemon.url, "--play", "1s", "--yes"], check=True, capture_output=True)


def an_alert_arrives_live_is_silenced_acknowledged_and_ended():
    with temporary() as folder, quiet(folder) as daemon:
        play("care", daemon)


def a_link_of_a_message_leads_to_the_story():
    with temporary() as folder, quiet(folder) as daemon:
        play("link", daemon)


def dead_letters_are_redriven():
    webhook = Webhook()
    webhook.answer = lambda number: 403

    def mend():
        webhook.answer = lambda number: 200

    with temporary() as folder, quiet(folder, webhook=webhook) as daemon:
        for number in range(2):
            assert daemon.post(event(f"d{number}", subject=f"s{number}")) == 200
        daemon.shows("alarum_outbox_dead_letters", 2)
        play("redrive", daemon, mend_the_receiver=mend)
        eventually("both arrive", lambda: len(webhook.changes()) == 2)


def what_is_shown_is_marked_as_old_while_the_daemon_is_away():
    with temporary() as folder, quiet(folder) as daemon:
        play("reconnect", daemon, stop_the_daemon=daemon.stop, start_the_daemon=lambda: again_at_its_port(daemon))


def a_token_is_asked_for():
    with temporary() as folder, quiet(folder, config="auth: {admin: [{bearer_token: of-admin}], ingest: []}\n") as daemon:
        play("token", daemon)


def hostile_values_show_as_text_and_break_no_layout():
    with temporary() as folder, quiet(folder) as daemon:
        play("hostile", daemon)


def axe_is_clean_in_both_themes_and_widths():
    webhook = Webhook()
    webhook.answer = lambda number: 403
    with temporary() as folder, Daemon(folder, webhook=webhook, rules=ROOT / "rules") as daemon:
        fleet(daemon)
        silence = {"matchers": [{"name": "severity", "value": "info", "isRegex": False}], "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z", "createdBy": "kim", "comment": "c"}
        assert daemon.request("POST", "/api/v2/silences", json.dumps({**silence, "endsAt": "2030-01-01T00:00:00Z"}), JSON)[0] in (200, 400)
        daemon.settled()
        play("accessible", daemon)


def violations_of_the_policy_are_seen():
    with temporary() as folder, quiet(folder) as daemon:
        play("detectors", daemon)


def twenty_thousand_alerts():
    with temporary() as folder:
        daemon = Daemon(folder)
        daemon.config.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: []\nroute: {{receiver: nobody}}\nreceivers: [{{name: nobody}}]\n")
        with daemon:
            for first in range(0, 20_000, 2000):
                body = [{"labels": {"alertname": f"A{n % 50}", "severity": ("critical", "major", "minor", "warning", "info")[n % 5], "rack": f"r{n % 100}", "server": f"s{n}"},
                         "annotations": {"summary": f"server s{n} has a fault of its own"}, "endsAt": "2099-01-01T00:00:00Z"} for n in range(first, first + 2000)]
                assert daemon.request("POST", "/api/v2/alerts", json.dumps(body), JSON)[0] == 200
            play("many", daemon)


def a_timeline_shows_what_fired_when():
    with temporary() as folder, quiet(folder) as daemon:
        def again():
            again_at_its_port(daemon, daemon.stop)
            again_at_its_port(daemon, daemon.kill)

        play("timeline", daemon, restart_and_kill_the_daemon=again)


def an_event_says_what_each_rule_made_of_it():
    with temporary() as folder, quiet(folder) as daemon:
        play("events", daemon)


def labels_say_whom_they_reach_and_a_test_alert_goes_there():
    with temporary() as folder:
        daemon = Daemon(folder)
        routes = "[{matchers: [severity=critical], receiver: oncall, continue: true}, {matchers: [severity=info], receiver: team}, {matchers: [alertname=~.+], receiver: fleet}]"
        daemon.config.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: []\nroute: {{receiver: team, routes: {routes}}}\nreceivers: [{{name: team}}, {{name: oncall}}, {{name: fleet}}]\n")
        with daemon:
            play("routing", daemon)


def a_saved_view_a_notification_and_a_wall():
    with temporary() as folder, quiet(folder) as daemon:
        play("desk", daemon)


def a_rule_shows_its_text_and_when_it_fired():
    with temporary() as folder, quiet(folder) as daemon:
        rules = plain_rules(folder)

        def write(more):
            rules.write_text(rules.read_text() + more)

        play("rule", daemon, add_a_rule=lambda: write("  - {alert: Another, pattern: {type: [other]}, by: subject, severity: minor, resolve_after: 1h}\n"), break_a_rule=lambda: write("  - {}\n"))


def the_ledger_is_a_picture_that_adds_up():
    with temporary() as folder, quiet(folder) as daemon:
        play("ledger", daemon)


def a_rule_is_changed_in_the_playground_and_tried_over_the_past():
    with temporary() as folder, quiet(folder) as daemon:
        play("playground", daemon)


def who_may_only_look_sees_comments_and_no_buttons():
    config = "auth: {admin: [{bearer_token: of-admin, name: Kim}], view: [{basic_auth: {username: vi, password: secret}}], ingest: []}\n"
    with temporary() as folder, quiet(folder, config=config) as daemon:
        assert daemon.post(event("v1", "linkDown", "bms-1")) == 200
        play("viewer", daemon)


def what_others_do_is_seen_without_asking():
    with temporary() as folder, quiet(folder) as daemon:
        play("live", daemon)


def more_tabs_than_connections():
    with temporary() as folder, quiet(folder) as daemon:
        play("tabs", daemon)


def a_receiver_is_tested():
    webhook = Webhook()

    def broken():
        webhook.answer = lambda number: 403

    with temporary() as folder, quiet(folder, webhook=webhook) as daemon:
        play("receiver", daemon, break_the_receiver=broken)
        assert len(webhook.changes()) >= 1, webhook.changes()


def it_speaks_chinese():
    with temporary() as folder, quiet(folder) as daemon:
        play("chinese", daemon)


if __name__ == "__main__":
    if missing():
        print(f"skipped: {missing()}")
        sys.exit(77)
    tests = [an_alert_arrives_live_is_silenced_acknowledged_and_ended, a_link_of_a_message_leads_to_the_story, dead_letters_are_redriven, what_is_shown_is_marked_as_old_while_the_daemon_is_away,
             a_token_is_asked_for, hostile_values_show_as_text_and_break_no_layout, axe_is_clean_in_both_themes_and_widths, violations_of_the_policy_are_seen, twenty_thousand_alerts, it_speaks_chinese,
             a_rule_is_changed_in_the_playground_and_tried_over_the_past, who_may_only_look_sees_comments_and_no_buttons,
             a_timeline_shows_what_fired_when, an_event_says_what_each_rule_made_of_it, labels_say_whom_they_reach_and_a_test_alert_goes_there, a_saved_view_a_notification_and_a_wall,
             what_others_do_is_seen_without_asking, more_tabs_than_connections, a_receiver_is_tested, a_rule_shows_its_text_and_when_it_fired, the_ledger_is_a_picture_that_adds_up]
    wanted = sys.argv[1:]
    main([test for test in tests if not wanted or test.__name__ in wanted])
