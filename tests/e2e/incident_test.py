"""Senders whose id names the incident and not the message: every change of it is news, over the network, after kill -9, and in a file that is read again."""
import json

from harness import Daemon, Webhook, eventually, main, temporary

RULES = 'rules: [{alert: Incident, match: {format: json}, by: subject, severity: "{{severity}}", resolve_after: 24h}]\n'
MAPPINGS = """json:
  zabbix: {id: /event_id, type: /trigger, subject: /host, status: /value, status_words: {"1": firing, "0": resolved}, severity: /sev}
  gcp: {id: /incident/incident_id, type: /incident/policy_name, subject: /incident/resource_name, status: /incident/state, status_words: {open: firing, closed: resolved}}
"""


def rules_in(folder):
    path = f"{folder}/rules.yaml"
    with open(path, "w") as file:
        file.write(RULES)
    return path


def post(daemon, source, item):
    status, _, body = daemon.request("POST", f"/ingest/json/{source}", body=json.dumps(item), headers={"Content-Type": "application/json"})
    assert status == 200, body
    answer = json.loads(body)
    return "new" if answer["accepted"] == 1 else "duplicate" if answer["duplicate"] == 1 else body


def problem(value, severity):
    return {"event_id": "77", "trigger": "disk full", "host": "db-1", "value": value, "sev": severity}


def gcp(state):
    return {"incident": {"incident_id": "0.abc", "policy_name": "CPU", "resource_name": "vm-1", "state": state}}


def every_change_of_an_incident_is_news_also_after_a_kill():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook, rules=rules_in(folder), config=MAPPINGS) as daemon:
            fates = [post(daemon, "zabbix", item) for item in (problem("1", "warning"), problem("1", "warning"), problem("1", "critical"), problem("0", "critical"))]
            assert fates == ["new", "duplicate", "new", "new"], fates
            assert [post(daemon, "gcp", gcp(state)) for state in ("open", "closed", "open")] == ["new"] * 3
            daemon.kill()
            daemon.start()
            assert [post(daemon, "gcp", gcp(state)) for state in ("open", "closed", "closed")] == ["duplicate", "new", "duplicate"]
            assert post(daemon, "zabbix", problem("0", "critical")) == "duplicate", "a retry over the kill"
            ended = {("resolved", "Incident", "db-1"), ("resolved", "Incident", "vm-1")}
            eventually("both have ended", lambda: ended <= set(webhook.changes()))
            assert json.loads(daemon.request("GET", "/api/v1/ledger")[2])["faults"] == []


def a_file_that_is_read_again_after_a_kill_changes_nothing():
    with temporary() as folder:
        lines = "".join(json.dumps(problem(value, "warning")) + "\n" for value in "10101")
        with open(f"{folder}/zabbix.log", "w") as file:
            file.write(lines)
        sources = f"sources: [{{file: {folder}/zabbix.log, json: zabbix, name: f}}]\n"
        with Daemon(folder, rules=rules_in(folder), config=MAPPINGS + sources) as daemon:
            accepted = 'alarum_journal_events_total{outcome="accepted"}'
            daemon.shows(accepted, 5)
            daemon.kill()
            for position in (daemon.data / "positions").iterdir():  # as if the crash had come before it was written
                state = json.loads(position.read_text())
                position.write_text(json.dumps(at_the_beginning(state)))
            daemon.start()
            daemon.shows('alarum_journal_events_total{outcome="duplicate"}', 5)
            assert daemon.metric(accepted) == 5


def at_the_beginning(state):
    """The position of a source whose files are all to be read from byte 0 again, under the incarnations that they had."""
    if isinstance(state, list):
        return [at_the_beginning(one) for one in state]
    if isinstance(state, dict):
        return {key: 0 if key == "offset" else at_the_beginning(value) for key, value in state.items()}
    return state


if __name__ == "__main__":
    main([every_change_of_an_incident_is_news_also_after_a_kill, a_file_that_is_read_again_after_a_kill_changes_nothing])
