"""The daemon as its users meet it: curl, a webhook, reload, restarts, bad input."""
import gzip
import json
import os
import pathlib
import platform
import re
import signal
import socket
import stat
import subprocess
import time

from harness import BINARY, PATIENCE, ROOT, Daemon, Webhook, event, eventually, main, plain_rules, temporary

RULE = """rules:
  - alert: Down
    match: {source: SYS.BMS, type: linkDown}
    until: linkUp
    by: subject
    severity: major
    resolve_after: 1h
    summary: "{{subject}} is down"
"""
NDJSON = {"Content-Type": "application/x-ndjson"}


def rules_in(folder, text=RULE):
    rules = pathlib.Path(folder) / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "a.yaml").write_text(text)
    return rules


def curl(*arguments):
    return subprocess.run(["curl", "-sS", "-m", str(PATIENCE), *arguments], check=True, capture_output=True, text=True).stdout


def curl_leads_to_a_firing_and_a_resolved_alert():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook, rules_in(folder)) as daemon:
            for id, type in ((1, "linkDown"), (2, "linkDown"), (3, "linkUp")):
                answer = curl(f"{daemon.url}/v1/events", "-H", "Content-Type: application/cloudevents+json", "-d", json.dumps(event(id, type)))
                assert json.loads(answer) == {"accepted": 1, "duplicate": 0}, answer
            eventually("both are told", lambda: webhook.changes() == [("firing", "Down", "s1"), ("resolved", "Down", "s1")])
            body = webhook.bodies[1][1]
            assert body["version"] == "4" and body["alerts"][0]["annotations"]["resolved_reason"] == "recovered", body
            listed = json.loads(curl(f"{daemon.url}/api/v2/alerts?resolved=true"))
            assert [a["status"]["state"] for a in listed] == ["resolved"] and listed[0]["count"] == 2, listed


def the_three_modes_and_the_handshake():
    with temporary() as folder:
        with Daemon(folder, None, rules_in(folder)) as daemon:
            binary = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "a", "ce-type": "b", "Content-Type": "application/json"}
            assert daemon.request("POST", "/v1/events", "{}", binary)[0] == 200
            batch = json.dumps([event(2), {"id": 3}, event(2)])
            status, _, text = daemon.request("POST", "/v1/events", batch, {"Content-Type": "application/cloudevents-batch+json"})
            report = json.loads(text)
            assert (status, report["accepted"], report["duplicate"], report["rejected"][0]["index"]) == (200, 1, 1, 1), text
            status, headers, _ = daemon.request("OPTIONS", "/v1/events", headers={"WebHook-Request-Origin": "a.example"})
            assert (status, headers["WebHook-Allowed-Origin"]) == (200, "a.example")
            packed = gzip.compress(json.dumps(event(4)).encode())
            headers = {"Content-Type": "application/cloudevents+json", "Content-Encoding": "gzip"}
            assert daemon.request("POST", "/v1/events", packed, headers)[0] == 200


def bad_input_is_named_and_counted_and_harms_nobody():
    with temporary() as folder:
        with Daemon(folder, None, rules_in(folder)) as daemon:
            ce = {"Content-Type": "application/cloudevents+json"}
            wrong = ['{"a":01e}', '{"specversion":"1.0"', "", "[]", json.dumps(event(1, time="noon")), json.dumps(event("")), "[" * 500]
            for body in wrong:
                status, _, text = daemon.request("POST", "/v1/events", body, ce)
                assert status == 400 and json.loads(text)["message"], (body, status, text)
            assert daemon.request("POST", "/v1/events", "x" * (9 << 20), ce)[0] == 413
            assert daemon.request("POST", "/v1/events", "x", {"Content-Type": "text/plain"})[0] == 415
            status, headers, _ = daemon.request("DELETE", "/v1/events")
            assert (status, "POST" in headers["Allow"]) == (405, True)
            assert daemon.request("GET", "/nothing")[0] == 404
            assert daemon.request("GET", "/-/ready", headers={"Host": "evil.example"})[0] in (400, 403, 421)
            report = json.loads(daemon.request("POST", "/v1/events", json.dumps(event(2)) + "\nnope\n", NDJSON)[2])
            assert (report["accepted"], report["rejected"][0]["index"], report["rejected"][0]["reason"]) == (1, 1, "bad_json"), report
            daemon.shows("alarum_ingest_rejected_total", len(wrong) + 3)  # and 413, 415, "nope"
            daemon.shows('alarum_ingest_rejected_total{format="cloudevents",reason="body_too_large"}', 1)
            daemon.shows('alarum_ingest_rejected_total{format="cloudevents",reason="unsupported_media_type"}', 1)
            daemon.shows('alarum_journal_events_total{outcome="received"}', len(wrong) + 4)
            daemon.rejects(len(wrong) + 3)


# Done-when 3 of issue 2: what is accepted does not depend on the rules.
def validity_does_not_depend_on_rules():
    bad = ['{"data":{"x":tru,"y":[1 2 3]},"type":"A"}']
    head = '{"specversion":"1.0","id":"x","source":"SYS.BMS","type":"linkDown","subject":"s","data":'
    bad += [head + data + "}" for data in ('{"x":tru,"y":[1 2 3]}', '{"a":01e}', '{"a":"\\q"}', '{"a":"\\ud800"}', '{"k" 1,,}')]
    good = head + '{"n":123456789012345678901234567890}}'
    other = RULE + "  - alert: Deep\n    match: {data: {x: [{exists: true}], n: [{numeric: ['>', 5]}]}}\n    resolve_after: 1h\n"
    for text in ("rules: []\n", RULE, other):
        with temporary() as folder:
            with Daemon(folder, None, rules_in(folder, text)) as daemon:
                ce = {"Content-Type": "application/cloudevents+json"}
                assert [daemon.request("POST", "/v1/events", body, ce)[0] for body in bad] == [400] * len(bad)
                assert daemon.request("POST", "/v1/events", good, ce)[0] == 200


def a_cloud_eye_reporter_only_changes_its_host():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook, plain_rules(folder)) as daemon:
            item = {"event_name": "LspciCardNotFound", "event_source": "SYS.BMS", "time": int(time.time() * 1000),
                    "detail": {"content": '{"npu":3}', "resource_id": "r1", "event_type": "EVENT.SYS", "group_id": ""}}
            items = []
            for server in ("r1", "r2"):
                for npu in (0, 1):
                    items.append({**item, "detail": {**item["detail"], "content": json.dumps({"npu": npu}), "resource_id": server}})
            headers = {"Content-Type": "application/json; charset=UTF-8"}
            status, _, text = daemon.request("POST", "/V1.0/p1/events", json.dumps(items), headers)
            answer = json.loads(text)
            assert status == 201 and len({one["event_id"] for one in answer}) == 4 and answer[0]["event_name"] == "LspciCardNotFound", text
            eventually("two servers with two cards are four alerts", lambda: len(webhook.changes()) == 4)
            broken = [items[0], {**item, "event_name": "1"}]
            status, _, text = daemon.request("POST", "/V1.0/p1/events", json.dumps(broken), headers)
            assert status == 400 and "[1].event_name" in json.loads(text)["error_msg"], text
            daemon.shows('alarum_ingest_events_total{format="ces",outcome="accepted"}', 4)
            status, headers, text = daemon.request("POST", "/V1.0/p1/events", json.dumps([item]), headers)
            assert status == 201 and headers["X-Request-Id"]
            daemon.config.write_text(daemon.config.read_text() + "auth: {ingest: [{sdk_signature: {access_key: AK, secret_key: SK}}]}\n")
            assert daemon.request("POST", "/-/reload")[0] == 200
            status, refused, text = daemon.request("POST", "/V1.0/p1/events", json.dumps([item]), {"Content-Type": "application/json"})
            answer = json.loads(text)
            assert status == 401 and refused["WWW-Authenticate"] == "SDK-HMAC-SHA256", (status, refused)
            assert answer["error_code"] == "ces.0015" and answer["request_id"] == refused["X-Request-Id"] and answer["message"]["details"], answer
            daemon.config.write_text(daemon.config.read_text().split("auth:")[0])
            assert daemon.request("POST", "/-/reload")[0] == 200
            # Faults found before the report is read have the vendor's shape too.
            assert "bad_target" in daemon.request("POST", "/V1.0//events", "[]")[2]
            for method, path, expected in (("GET", "/V1.0/p1/events", 405), ("POST", "/V1.0/p1/events", 400)):
                status, _, text = daemon.request(method, path, "no report", {"Content-Type": "text/plain"})
                assert status == expected and json.loads(text)["error_code"] and json.loads(text)["message"]["details"], (path, status, text)


def a_reload_with_one_bad_file_of_ten_changes_nothing():
    with temporary() as folder:
        rules = rules_in(folder)
        for i in range(9):
            (rules / f"more{i}.yaml").write_text(RULE.replace("Down", f"Down{i}").replace("linkDown", f"x{i}").replace("linkUp", f"y{i}"))
        with Daemon(folder, None, rules) as daemon:
            generation = json.loads(daemon.request("GET", "/api/v1/status")[2])["generation"]
            (rules / "more4.yaml").write_text("rules:\n  - alert: Bad\n    mach: x\n")
            (rules / "more5.yaml").write_text(RULE.replace("Down", "Renamed").replace("linkDown", "other"))
            status, _, text = daemon.request("POST", "/-/reload")
            assert status == 400 and "more4.yaml:3:5" in text and "match" in text, text
            assert json.loads(daemon.request("GET", "/api/v1/status")[2])["generation"] == generation
            (rules / "more4.yaml").unlink()
            daemon.process.send_signal(signal.SIGHUP)
            eventually("the good one is taken", lambda: json.loads(daemon.request("GET", "/api/v1/status")[2])["generation"] != generation)


def a_table_that_vanishes_or_is_half_written_fails_the_reload_and_the_old_one_holds():
    with temporary() as folder:
        webhook = Webhook()
        rules = rules_in(folder, "tables: {fleet: {file: fleet.csv, key: server}}\nenrich: [{table: fleet, key: subject, add: [rack]}]\n" +
                         RULE.replace("by: subject", "by: [subject, rack]"))
        table = rules / "fleet.csv"
        table.write_text("server,rack\ns1,r1\ns2,r2\ns3,r3\n")
        with Daemon(folder, webhook, rules) as daemon:
            generation = json.loads(daemon.request("GET", "/api/v1/status")[2])["generation"]
            table.write_text("server,rack\ns1,r1\ns2")
            status, _, text = daemon.request("POST", "/-/reload")
            assert status == 400 and "fleet.csv:3:1" in text, text
            assert daemon.post(event(1, subject="s2")) == 200
            table.unlink()
            status, _, text = daemon.request("POST", "/-/reload")
            assert status == 400 and "fleet.csv" in text, text
            assert json.loads(daemon.request("GET", "/api/v1/status")[2])["generation"] == generation
            assert daemon.post(event(2, subject="s3")) == 200
            table.write_text("server,rack\ns1,r9\n")
            assert daemon.request("POST", "/-/reload")[0] == 200
            assert daemon.post(event(3)) == 200
            daemon.settled()
            alerts = json.loads(daemon.request("GET", "/api/v2/alerts")[2])
            assert sorted((a["labels"]["subject"], a["labels"]["rack"]) for a in alerts) == [("s1", "r9"), ("s2", "r2"), ("s3", "r3")], alerts


def an_event_that_would_break_a_rule_is_parked_with_its_reason_and_the_rest_go_on():
    with temporary() as folder:
        rules = rules_in(folder, RULE + "  - {alert: Wide, match: linkDown, by: data.big, resolve_after: 1h}\n")
        with Daemon(folder, Webhook(), rules) as daemon:
            assert daemon.post(event("big", data={"big": "x" * 5000})) == 200
            daemon.settled()
            parked = json.loads(daemon.request("GET", "/api/v1/processing-errors")[2])
            assert parked["count"] == 1 and parked["first"][0]["event"] == "big" and parked["first"][0]["alert"] == "Wide" and "4096" in parked["first"][0]["reason"], parked
            daemon.shows("alarum_correlate_processing_errors_total", 1)
            assert [a["labels"]["alertname"] for a in json.loads(daemon.request("GET", "/api/v2/alerts")[2])] == ["Down"]


def alerts_survive_restarts_and_a_dead_webhook():
    with temporary() as folder:
        webhook = Webhook()
        webhook.answer = lambda number: 503 if number < 2 else 200
        daemon = Daemon(folder, webhook, rules_in(folder)).start()
        assert daemon.post(event(1)) == 200
        daemon.kill()
        daemon.start()
        assert daemon.request("POST", "/v1/events", json.dumps(event(1)), {"Content-Type": "application/cloudevents+json"})[2].find('"duplicate":1') > 0
        assert daemon.post(event(2, "linkUp")) == 200
        daemon.settled()
        daemon.stop()
        assert webhook.changes() == [("firing", "Down", "s1"), ("resolved", "Down", "s1")], webhook.changes()
        assert len(set(webhook.ids)) == 2, webhook.ids


def a_refused_notification_is_a_dead_letter_and_delays_nobody():
    with temporary() as folder:
        webhook = Webhook()
        webhook.answer = lambda number: 400 if number == 0 else 200
        with Daemon(folder, webhook, rules_in(folder)) as daemon:
            daemon.post(event(1))
            eventually("it is dead", lambda: daemon.metric("alarum_outbox_dead_letters") == 1)
            daemon.post(event(2, subject="s2"))
            eventually("the next is told", lambda: webhook.changes() == [("firing", "Down", "s2")])


def a_stream_larger_than_memory_runs_within_64_mib():
    head, tail = json.dumps(event("@", "noise", data={"pad": "x" * 800})).encode().split(b"@")
    size = len(head) + 12 + len(tail) + 1
    sanitized = bool(os.environ.get("ALARUM_SANITIZE"))  # a sanitizer keeps what was freed: its growth says nothing of ours
    total = (64 << 20) if sanitized else (1 << 30)
    count = total // size + 1
    with temporary() as folder:
        with Daemon(folder, None, rules_in(folder), "journal: {max_size: 2GiB}\ndedup: {max: 1000}\n") as daemon:
            def memory():
                status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
                return int(status.split("VmHWM:")[1].split()[0])
            daemon.post(event("warm"))
            before = memory()
            with socket.create_connection(("127.0.0.1", daemon.port)) as stream:
                stream.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n" % (count * size))
                for first in range(0, count, 1000):
                    stream.sendall(b"".join(b"%b%012d%b\n" % (head, i, tail) for i in range(first, min(count, first + 1000))))
                answer = stream.recv(65536).decode()
            assert answer.startswith("HTTP/1.1 200") and json.loads(answer.split("\r\n\r\n")[1])["accepted"] == count, answer
            grown = memory() - before
            print(f"      {total >> 20} MiB, {count} events: {grown // 1024} MiB of growth")
            assert sanitized or grown < 64 * 1024, f"grew by {grown} KiB"


def a_slow_sender_is_cut_off_and_others_go_on():
    with temporary() as folder:
        with Daemon(folder, None, rules_in(folder), "limits: {header_timeout: 1s}\n") as daemon:
            with socket.create_connection(("127.0.0.1", daemon.port)) as slow:
                slow.sendall(b"POST /v1/ev")
                assert daemon.post(event(1)) == 200
                slow.settimeout(PATIENCE)
                answer = slow.recv(4096)
                assert answer == b"" or b"408" in answer, answer


def modes(folder):
    return {str(path.relative_to(folder.parent)): stat.S_IMODE(path.lstat().st_mode) for path in [folder, *folder.rglob("*")]}


def what_was_taken_in_is_readable_for_owner_and_group_alone():
    with temporary() as folder:
        before = os.umask(0)
        try:
            daemon = Daemon(folder).start()
        finally:
            os.umask(before)
        assert daemon.post(event("1")) == 200 and daemon.post({"specversion": "1.0"}) == 400
        daemon.rejects(1)
        daemon.settled()
        wrong = {name: oct(mode) for name, mode in modes(daemon.data).items() if mode & 0o027}
        assert not wrong, wrong
        assert modes(daemon.data)["var"] == 0o750 and modes(daemon.data)["var/book.sqlite"] == modes(daemon.data)["var/rejected.ndjson"] == 0o640, modes(daemon.data)
        daemon.stop()
        # An older version's, a stricter one, and a stranger's.
        for path in [daemon.data, *daemon.data.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        (daemon.data / "lock").chmod(0o600)
        (daemon.data / "mine").write_text("")
        (daemon.data / "mine").chmod(0o666)
        with daemon:
            now = modes(daemon.data)
            assert now["var/lock"] == 0o600 and now["var/mine"] == 0o666, now
            wrong = {name: oct(mode) for name, mode in now.items() if mode & 0o027 and name != "var/mine"}
            assert not wrong, wrong


def the_binary_is_hardened():
    if os.environ.get("ALARUM_SANITIZE"):
        return
    read = lambda *flags: subprocess.run(["readelf", "-W", *flags, BINARY], check=True, capture_output=True, text=True).stdout
    assert "DYN (Position-Independent Executable" in read("-h")
    assert "GNU_RELRO" in read("-l") and "BIND_NOW" in read("-d"), "full RELRO"
    symbols = read("--dyn-syms")
    assert "__stack_chk_fail" in symbols and re.search(r"__(mem|str|snprintf|vsnprintf|printf|fprintf|read)\w*_chk", symbols), "checked stacks and copies"
    if platform.machine() == "x86_64":
        # The binary as a whole is not marked: Debian's crt1.o has no landing pads. Ours has.
        assert pathlib.Path(BINARY).read_bytes().count(b"\xf3\x0f\x1e\xfa") > 10_000


if __name__ == "__main__":
    main([the_binary_is_hardened, curl_leads_to_a_firing_and_a_resolved_alert, the_three_modes_and_the_handshake, bad_input_is_named_and_counted_and_harms_nobody,
          validity_does_not_depend_on_rules, a_cloud_eye_reporter_only_changes_its_host, a_reload_with_one_bad_file_of_ten_changes_nothing,
          a_table_that_vanishes_or_is_half_written_fails_the_reload_and_the_old_one_holds,
          an_event_that_would_break_a_rule_is_parked_with_its_reason_and_the_rest_go_on,
          alerts_survive_restarts_and_a_dead_webhook, a_refused_notification_is_a_dead_letter_and_delays_nobody,
          what_was_taken_in_is_readable_for_owner_and_group_alone, a_stream_larger_than_memory_runs_within_64_mib, a_slow_sender_is_cut_off_and_others_go_on])
