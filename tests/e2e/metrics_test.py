"""The metrics page of a daemon that has done some work: what Prometheus' own checker says of it, that every family is there, and that the numbers are those of what happened."""
import json
import re
import shutil
import socket
import subprocess
import time

from harness import Daemon, Webhook, event, eventually, free_port, main, plain_rules, temporary


PROMTOOL = shutil.which("promtool")


def samples(page):
    """{name: {labels as text: value}} of a page."""
    out = {}
    for line in page.splitlines():
        found = re.fullmatch(r"(\w+)(\{.*\})? (\S+)", line) if not line.startswith("#") else None
        if found:
            out.setdefault(found.group(1), {})[found.group(2) or ""] = float(found.group(3))
    return out


def page_of(daemon):
    status, headers, page = daemon.request("GET", "/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), (status, headers)
    return page


def checked(page):
    """The complaints of promtool."""
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=page, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def histogram(metrics, name, labels=""):
    """(count, sum) of a histogram whose buckets are as they must be."""
    inner = labels[1:-1] + "," if labels else ""
    buckets = [(one, value) for one, value in metrics[f"{name}_bucket"].items() if one.startswith("{" + inner + 'le="')]
    bounds = [float(re.search(r'le="([^"]*)"', one).group(1).replace("+Inf", "inf")) for one, _ in buckets]
    values = [value for _, value in buckets]
    count = metrics[f"{name}_count"][labels]
    assert bounds == sorted(bounds) and bounds[-1] == float("inf") and len(bounds) > 5, (name, bounds)
    assert values == sorted(values) and values[-1] == count, (name, values, count)
    return count, metrics[f"{name}_sum"][labels]


def promtool_finds_nothing_and_the_numbers_are_those_of_what_happened():
    with temporary() as folder:
        webhook, down = Webhook(), free_port()
        socket_path = f"{folder}/lines"
        config = f"""sources: [{{name: lines, unix: {socket_path}, format: cloudevents}}]
"""
        began = time.time()
        daemon = Daemon(folder, rules=plain_rules(folder), config=config)
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace(
            "[{name: test, console_configs: [{}]}]",
            f"[{{name: test, webhook_configs: [{{url: '{webhook.url}'}}, {{url: 'http://127.0.0.1:{down}/no'}}]}}]"))
        with daemon:
            webhook.answer = lambda number: 503 if number == 0 else 200
            # Five events that fire and end nothing, one of them twice; one that no rule knows; one that is no event.
            for i in range(5):
                assert daemon.post(event(f"m{i}", subject=f"s{i}")) == 200
            assert daemon.post(event("m0", subject="s0")) == 200
            assert daemon.post(event("u", "nothing knows this")) == 200
            assert daemon.post({}) == 400
            with socket.socket(socket.AF_UNIX) as lines:
                lines.connect(socket_path)
                lines.sendall((json.dumps(event("l1", "diskError")) + "\n" + json.dumps(event("l2", "nobody")) + "\nno event\n").encode())
                eventually("the lines were taken", lambda: daemon.metric("alarum_source_events_total") == 3)
            # Groups wait 30 s by default only where a route says so: six alerts are sent at once.
            eventually("the webhook was sent six alerts", lambda: len(webhook.changes()) == 6)
            up, no = '{target="test/webhook/0"', '{target="test/webhook/1"'
            eventually("the deliveries are counted", lambda: daemon.metric(f'alarum_target_notifications_total{up},outcome="delivered"') ==
                       daemon.metric(f"alarum_target_request_duration_seconds_count{up}") - 1)
            eventually("the history has the deliveries, too", lambda: daemon.metric(f"alarum_target_pending_notifications{up}") == 0)
            eventually("the other target failed", lambda: daemon.metric(f'alarum_target_failed_requests_total{no},reason="connect"') > 0)
            daemon.config.write_text(daemon.config.read_text() + "nonsense: 1\n")
            assert daemon.request("POST", "/-/reload")[0] == 400
            daemon.config.write_text(daemon.config.read_text().replace("nonsense: 1\n", ""))
            assert daemon.request("POST", "/-/reload")[0] == 200
            page = page_of(daemon)
            metrics = samples(page)

            if PROMTOOL:
                assert checked(page) == (0, ""), checked(page)
                assert checked(page.replace("# HELP process_open_fds", "# HEPL x"))[0] != 0, "the check finds nothing at all"
            names = re.findall(r"^# TYPE (\w+) ", page, re.M)
            assert len(names) == len(set(names)) and set(names) == set(re.findall(r"^# HELP (\w+) \S", page, re.M)), "each has a TYPE and a HELP, once"
            assert not [name for name, kind in re.findall(r"^# TYPE (\w+) (\w+)", page, re.M) if (kind == "counter") != name.endswith("_total")]

            # The process.
            only = lambda name: metrics[name][""]
            assert 0 < only("process_cpu_seconds_total") < 600
            assert began - 5 < only("process_start_time_seconds") < time.time() + 5
            assert 2**20 < only("process_resident_memory_bytes") < only("process_virtual_memory_bytes")
            assert 5 < only("process_open_fds") < only("process_max_fds")
            assert re.search(r'^alarum_build_info\{version="[^"]+",revision="[^"]+"\} 1$', page, re.M)

            # Where events came from.
            formats = metrics["alarum_ingest_events_total"]
            assert formats['{format="cloudevents",outcome="accepted"}'] == 8 and formats['{format="cloudevents",outcome="duplicate"}'] == 1, formats
            heard = [metrics["alarum_ingest_last_heard_timestamp_seconds"]['{format="cloudevents"}'], metrics["alarum_source_last_heard_timestamp_seconds"]['{source="lines"}']]
            assert all(began - 1 < one < time.time() + 1 for one in heard), heard
            assert metrics["alarum_source_up"] == {'{source="lines"}': 1}
            assert metrics["alarum_source_unmatched_events_total"] == {'{source="lines"}': 1}
            assert metrics["alarum_source_rejected_events_total"] == {'{source="lines",reason="bad_json"}': 1}

            # How long it took: one count for each event, and for each delivered notification.
            for name, count in (("alarum_ingest_commit_duration_seconds", 9), ("alarum_engine_step_delay_seconds", 8)):
                counted, seconds = histogram(metrics, name)
                assert counted == count and seconds > 0, (name, counted, seconds)
            delivered = metrics["alarum_target_notifications_total"][f'{up},outcome="delivered"}}']
            assert histogram(metrics, "alarum_deliver_delay_seconds")[0] == delivered > 0
            assert histogram(metrics, "alarum_journal_sync_duration_seconds")[0] == only("alarum_journal_commits_total")

            # The targets.
            requests = metrics["alarum_target_requests_total"]
            assert requests[f'{up},outcome="failed"}}'] == 1 and metrics["alarum_target_failed_requests_total"][f'{up},reason="status_5xx"}}'] == 1
            assert requests[f'{no},outcome="accepted"}}'] == 0 and requests[f'{no},outcome="failed"}}'] > 0
            for one in (up, no):
                count, _ = histogram(metrics, "alarum_target_request_duration_seconds", one + "}")
                assert count == requests[f'{one},outcome="accepted"}}'] + requests[f'{one},outcome="failed"}}'], one
            assert metrics["alarum_target_last_success_timestamp_seconds"].keys() == {up + "}"}
            assert metrics["alarum_target_last_failure_timestamp_seconds"].keys() == {up + "}", no + "}"}
            assert metrics["alarum_target_pending_notifications"][up + "}"] == 0 < metrics["alarum_target_pending_notifications"][no + "}"]
            assert metrics["alarum_target_oldest_pending_seconds"][up + "}"] == 0 < metrics["alarum_target_oldest_pending_seconds"][no + "}"]
            assert metrics["alarum_target_circuit_open"].keys() == metrics["alarum_target_requests_in_flight"].keys() == {up + "}", no + "}"}

            # Rules and alerts.
            rule = lambda name, alert: metrics[name]['{rule="%s"}' % alert]
            assert rule("alarum_rule_fired_total", "LinkDown") == rule("alarum_rule_firing_alerts", "LinkDown") == rule("alarum_rule_matches_total", "LinkDown") == 5
            assert rule("alarum_rule_fired_total", "DiskFault") == 1 and rule("alarum_rule_fired_total", "FanFailed") == 0
            assert rule("alarum_rule_processing_seconds_total", "LinkDown") >= 0
            severities = metrics["alarum_alerts_firing_by_severity"]
            assert len(severities) == 6 and sum(severities.values()) == only("alarum_alerts_firing") == 6, severities

            # Reloads, checkpoints, the disk.
            assert metrics["alarum_config_reloads_total"] == {'{outcome="success"}': 1, '{outcome="failure"}': 1}
            assert only("alarum_config_last_reload_duration_seconds") > 0
            assert metrics["alarum_checkpoints_total"].keys() == {'{outcome="written"}', '{outcome="failed"}'}
            assert 0 < only("alarum_disk_free_bytes") < only("alarum_disk_size_bytes")
            assert only("alarum_history_bytes") > 1000


def rules_have_keys_and_time():
    with temporary() as folder:
        rules = f"{folder}/keys.yaml"
        with open(rules, "w") as out:
            out.write("rules:\n  - {alert: Storm, match: hit, count: 900, within: 6h, by: subject}\n")
        with Daemon(folder, rules=rules) as daemon:
            lines = "".join(json.dumps(event(f"k{i}", "hit", f"s{i % 7}")) + "\n" for i in range(2000))
            assert daemon.request("POST", "/v1/events", lines, {"Content-Type": "application/x-ndjson"})[0] == 200
            daemon.settled()
            assert daemon.metric('alarum_rule_keys{rule="Storm"}') == daemon.metric("alarum_correlate_keys") == 7
            assert 0 < daemon.metric('alarum_rule_processing_seconds_total{rule="Storm"}') < 600, "about thirty of its records were measured"
            assert daemon.metric("alarum_engine_step_delay_seconds_count") == daemon.metric("alarum_ingest_commit_duration_seconds_count") == 2000


def a_checkpoint_is_shown_once_it_is_written():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        assert daemon.post(event("c1")) == 200
        daemon.shows('alarum_checkpoints_total{outcome="written"}', 1)  # the engine makes one every 30 s
        metrics = samples(page_of(daemon))
        assert metrics["alarum_checkpoint_last_size_bytes"][""] > 100 and metrics["alarum_checkpoint_last_duration_seconds"][""] >= 0
        assert abs(metrics["alarum_checkpoint_last_success_timestamp_seconds"][""] - time.time()) < 600


if __name__ == "__main__":
    main([promtool_finds_nothing_and_the_numbers_are_those_of_what_happened, rules_have_keys_and_time, a_checkpoint_is_shown_once_it_is_written])
