"""The Grafana dashboard and the Prometheus rules that are shipped, against the metrics of the real
daemon: each metric, each label and each value that an expression names exists. promtool reads every
expression."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import time

import promql
import yaml
from harness import PLAIN, ROOT, Daemon, Webhook, event, eventually, main, temporary

DASHBOARD = json.loads((ROOT / "packaging/grafana/alarum.json").read_text())
RULES = yaml.safe_load((ROOT / "packaging/prometheus/alarum.rules.yaml").read_text())
OF_PROMETHEUS = {"job", "instance"}  # labels that a scrape adds
WITHOUT_LABELS = {"up": {}}          # made by a scrape


def of_dashboard():
    """(where, expression), variables filled in."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield f"dashboard, {panel['title']}", filled(target["expr"])
    for one in DASHBOARD["annotations"]["list"]:
        yield f"dashboard, annotation {one['name']}", filled(one["expr"])
    for one in DASHBOARD["templating"]["list"]:
        found = re.fullmatch(r"label_values\((\w+), (\w+)\)", one.get("definition", ""))
        if one["type"] == "query":
            assert found and found.group(0) == one["query"]["query"], one
            yield f"dashboard, variable {one['name']}", f"count by ({found.group(2)}) ({found.group(1)})"


def filled(expression):
    out = expression.replace("$__rate_interval", "5m").replace("$instance", ".*")
    assert "$" not in out, f"a variable that the dashboard does not have: {expression}"
    return out


def of_rules():
    for rule in rules():
        yield f"rule {rule['alert']}", rule["expr"]


def rules():
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def metrics_of_a_busy_daemon():
    """Metrics of a daemon to which about everything has happened: many appear with the first thing to count."""
    with temporary() as folder:
        webhook, rules = Webhook(), pathlib.Path(folder, "rules.yaml")
        rules.write_text(PLAIN + "  - {alert: Often, match: linkDown, by: subject, count: 3, within: 10m, resolve_after: 1h}\n")
        webhook.answer = lambda number: 404 if number % 2 else 200
        config = f"sources: [{{unix: {folder}/lines}}]\nheartbeat: {{url: '{webhook.url}', every: 1s}}\n"
        with Daemon(folder, webhook, rules, config) as daemon:
            later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
            silence = {"matchers": [{"name": "subject", "value": "s3", "isRegex": False}], "startsAt": "2026-01-01T00:00:00Z", "endsAt": later, "createdBy": "test", "comment": "test"}
            answer = daemon.request("POST", "/api/v2/silences", json.dumps(silence), {"Content-Type": "application/json"})
            assert answer[0] == 200, answer[2]
            for number in range(4):
                assert daemon.post(event(f"m{number}", subject=f"s{number}")) == 200
            assert daemon.post(event("u", "nothing knows this")) == 200 and daemon.post({}) == 400
            with socket.socket(socket.AF_UNIX) as lines:
                lines.connect(f"{folder}/lines")
                lines.sendall(json.dumps(event("l1", "nothing knows this")).encode() + b"\nno event\n")
            assert daemon.request("POST", "/-/reload")[0] == 200
            eventually("the ledger was counted", lambda: daemon.request("GET", "/api/v1/ledger")[0] == 200 and daemon.metric("alarum_ledger_events") > 0)
            for late in ("alarum_ledger_suppressed{", "alarum_target_failed_requests_total{", "alarum_target_last_success_timestamp_seconds{",
                         "alarum_source_rejected_events_total{", "alarum_checkpoint_last_duration_seconds "):
                eventually(f"{late} is there", lambda: "\n" + late in daemon.request("GET", "/metrics")[2])
            return promql.samples(daemon.request("GET", "/metrics")[2])


FOUND = {}


def found():
    if not FOUND:
        FOUND.update(metrics_of_a_busy_daemon(), **WITHOUT_LABELS)
    return FOUND


def faults_of(where, expression, known):
    selectors, labels = promql.read(expression)
    if not selectors and expression != "vector(1)":
        yield f"{where}: no metric in {expression}"
    for metric, matchers in selectors:
        if metric not in known:
            yield f"{where}: there is no metric {metric}"
            continue
        for label, operator, value in matchers:
            if label not in known[metric].keys() | OF_PROMETHEUS:
                yield f"{where}: {metric} has no label {label}"
            elif operator == "=" and label not in OF_PROMETHEUS and value not in known[metric][label]:
                yield f"{where}: {metric} has no {label}=\"{value}\""
    for label in labels - OF_PROMETHEUS:
        if not any(label in known.get(metric, {}) for metric, _ in selectors):
            yield f"{where}: no metric of {expression} has a label {label}"


def every_metric_and_label_that_is_named_exists():
    expressions = [*of_dashboard(), *of_rules()]
    faults = [fault for where, expression in expressions for fault in faults_of(where, expression, found())]
    assert len(expressions) > 100 and not faults, "\n".join(faults)


def texts_name_labels_that_the_alert_has():
    wrong = []
    for rule in rules():
        selectors, grouped = promql.read(rule["expr"])
        has = set(grouped) if re.match(r"(sum|histogram_quantile)\b", rule["expr"]) else set().union(*(found()[metric].keys() for metric, _ in selectors), OF_PROMETHEUS)
        for text in rule["annotations"].values():
            wrong += [f"{rule['alert']}: {label}" for label in re.findall(r"\$labels\.(\w+)", text) if label not in has]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            selectors, grouped = promql.read(filled(target["expr"]))
            has = set().union(*(found()[metric].keys() for metric, _ in selectors), OF_PROMETHEUS)
            if re.match(r"(sum|max|topk|histogram_quantile)\b", target["expr"]):
                has = grouped
            wrong += [f"{panel['title']}: {label}" for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]) if label not in has]
    assert not wrong, wrong


def the_check_sees_faults():
    known = {"a": {"outcome": {"failed"}}, "b_bucket": {"le": {"1"}, "target": {"x"}}}
    bad = ["c", "a{reason=\"x\"}", "a{outcome=\"fail\"}", "sum by (target) (a)", "rate(b_buckets[5m]) > 0", "a and on (nothing) b_bucket", "1 + 1"]
    good = ["a", "sum by (outcome, instance) (rate(a{outcome=~\"x.*\", job=\"j\"}[5m] offset 1h)) > 3", "histogram_quantile(0.5, sum by (le) (b_bucket))", "a unless on (job) b_bucket", "vector(1)"]
    assert all(list(faults_of("x", one, known)) for one in bad) and not [fault for one in good for fault in faults_of("x", one, known)]


def promtool_reads_every_expression():
    if not shutil.which("promtool"):
        return print("      skipped: promtool is not installed (scripts/packages --test)")
    recorded = [{"record": "x", "expr": expression} for _, expression in of_dashboard()]
    # Two records of one name and the same labels are a duplicate to promtool.
    for number, one in enumerate(recorded):
        one["record"] = f"x{number}"
    with temporary() as folder:
        file = f"{folder}/dashboard.yaml"
        with open(file, "w") as out:
            yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}, out)
        for path in (file, str(ROOT / "packaging/prometheus/alarum.rules.yaml")):
            done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr


def the_dashboard_is_one_that_grafana_takes():
    panels = DASHBOARD["panels"]
    ids, titles = [one["id"] for one in panels], [one["title"] for one in panels]
    assert len(set(ids)) == len(ids) > 40 and len(set(titles)) == len(titles), titles
    assert DASHBOARD["uid"] == "alarum" and [one["name"] for one in DASHBOARD["templating"]["list"]] == ["datasource", "instance"]
    rows = [one["title"] for one in panels if one["type"] == "row"]
    assert rows == ["Is it well?", "Intake: events that come in", "Latencies", "Rules", "Alerts", "Delivery", "Journal, disk, checkpoints", "Process and HTTP"], rows
    taken = set()
    for one in panels:
        place = one["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24 and not cells & taken, f"{one['title']} lies over another panel"
        taken |= cells
        for target in one.get("targets", []):
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, one["title"]
            assert "$instance" in target["expr"], f"{one['title']}: {target['expr']}"


if __name__ == "__main__":
    main([every_metric_and_label_that_is_named_exists, texts_name_labels_that_the_alert_has, the_check_sees_faults, promtool_reads_every_expression, the_dashboard_is_one_that_grafana_takes])
