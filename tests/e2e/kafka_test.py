"""A Kafka cluster (librdkafka's mock) as a source of the real daemon: both modes of CloudEvents, restarts and crashes of either, a full disk, what is wrong is said."""
import json
import os
import threading
import time

from harness import Daemon, Webhook, event, eventually, main, plain_rules, temporary
from mock_kafka import MockKafka
from streams_test import counted


def reading(folder, servers, more="", config="", webhook=None, rules=None):
    servers = servers if isinstance(servers, list) else [servers]
    return Daemon(folder, webhook, rules, config=f"{config}sources: [{{kafka: {json.dumps(servers)}, topics: [events], name: k{more}}}]\n")


def structured(kafka, *ids, **more):
    for id in ids:
        kafka.send(json.dumps(event(id, "ok", **more)))
    kafka.flush()


def both_modes_and_any_json():
    with temporary() as folder, MockKafka([("events", 3)]) as kafka:
        webhook = Webhook()
        binary = {"ce_specversion": "1.0", "ce_id": "b1", "ce_source": "SYS.BMS", "ce_type": "linkDown", "ce_subject": "50% ä", "content-type": "application/json"}
        kafka.send('{"port": 7}', binary)
        kafka.send(json.dumps(event("s1", subject="structured")), {"Content-Type": "application/CloudEvents+json; charset=UTF-8"}, partition=1)
        kafka.send('{"kind": "linkDown", "host": "mapped"}', partition=2)
        kafka.send("nonsense")
        kafka.send('{"kind": "linkDown", "host": "mapped too"}')
        kafka.send("x" * 70_000)
        kafka.send("no event", {**binary, "ce_id": "", "content-type": "text/plain"})
        kafka.flush()
        mapped = "json: {m: {type: /kind, subject: /host}}\nlimits: {event: 64KiB}\n"
        with reading(folder, kafka.servers, ", json: m", mapped, webhook, plain_rules(folder)) as daemon:
            eventually("four events", lambda: counted(daemon, "k") == 4)
            eventually("three are refused", lambda: counted(daemon, "k", "rejected") == 3)
            eventually("all are told", lambda: sorted(subject for _, _, subject in webhook.changes()) == ["50% ä", "mapped", "mapped too", "structured"])
            refused = daemon.rejects(3)
            assert sorted(r["reason"] for r in refused) == ["bad_attribute", "bad_json", "event_too_large"], refused
            daemon.says('place="topic events partition 0 offset 1"')
            daemon.shows('alarum_source_connections{source="k"', 1)
            daemon.shows('alarum_source_lag_messages{source="k"', 0)
        # What was refused is read: it does not come for ever.
        with daemon:
            kafka.send(json.dumps(event("last")), {"content-type": "application/cloudevents+json"})
            kafka.flush()
            eventually("it goes on behind them", lambda: counted(daemon, "k") == 1)
            assert counted(daemon, "k", "rejected") == 0 and counted(daemon, "k", "duplicate") == 0


def killed_while_it_reads():
    with temporary() as folder, MockKafka([("events", 2)], brokers=2) as kafka:
        many, sent = 6000, threading.Event()

        def send():
            for i in range(many):
                kafka.send(json.dumps({"kind": "ok", "n": i // 2}), partition=i % 2)  # without an id, and each twice
                if i % 100 == 0:
                    time.sleep(0.01)
            kafka.flush()
            sent.set()

        sender = threading.Thread(target=send)
        daemon = reading(folder, kafka.servers, ", json: m", "json: {m: {type: /kind}}\n")
        sender.start()
        taken = 0
        for _ in range(2):
            daemon.start()
            before = daemon.metric('alarum_journal_events_total{outcome="accepted"')
            eventually("it reads", lambda: counted(daemon, "k") >= 500 or (sent.is_set() and daemon.metric('alarum_journal_events_total{outcome="accepted"') == many))
            daemon.kill()
        sender.join()
        with daemon:
            eventually("all is there", lambda: daemon.metric('alarum_journal_events_total{outcome="accepted"') >= many)
            daemon.shows('alarum_source_lag_messages{source="k"', 0)
            assert daemon.metric('alarum_journal_events_total{outcome="accepted"') == many, "nothing counts twice"
            assert daemon.metric("alarum_source_gaps_total") == 0


def brokers_that_are_away_come_back():
    with temporary() as folder, MockKafka() as kafka:
        kafka.down()
        with reading(folder, kafka.servers) as daemon:
            daemon.says("a source cannot read; it is tried again", "reason=unreachable")
            eventually("it is said", lambda: "source_failing: k cannot read: " in daemon.request("GET", "/-/ready?verbose")[2])
            daemon.shows('alarum_source_up{source="k"', 0)
            kafka.up()
            daemon.says("a source works again")
            structured(kafka, 1, 2)
            eventually("it reads", lambda: counted(daemon, "k") == 2)
            daemon.shows('alarum_source_up{source="k"', 1)
            kafka.down()
            eventually("it is said again", lambda: daemon.log_text().count("a source cannot read") == 2)
            kafka.up()
            structured(kafka, 3)
            eventually("it reads again", lambda: counted(daemon, "k") == 3)
            assert counted(daemon, "k", "duplicate") == 0


def a_full_disk_holds_it_back():
    with temporary() as folder, MockKafka() as kafka:
        many = 6000  # the mock keeps the newest 5 MiB
        for i in range(many):
            kafka.send(json.dumps(event(i, "ok", data=os.urandom(200).hex())))
        kafka.flush()
        config = "journal: {segment_size: 64KiB, max_size: 1MiB}\n"
        with reading(folder, kafka.servers, config=config) as daemon:
            eventually("it is held back", lambda: daemon.metric("alarum_source_backpressure_total") >= 5)
            daemon.says("a source waits")
            assert 0 < counted(daemon, "k") < many
            daemon.config.write_text(daemon.config.read_text().replace("max_size: 1MiB", "max_size: 1GiB"))
        # Stopped while it waited, and begun again with room: all comes, and what was on disk once.
        with daemon:
            eventually("all is there", lambda: daemon.metric('alarum_journal_events_total{outcome="accepted"') == many)


def what_is_wrong_is_said():
    with temporary() as folder, MockKafka() as kafka:
        kafka.broken("events", 3)  # UNKNOWN_TOPIC_OR_PARTITION; a topic that was never named the mock makes at once
        with reading(folder, kafka.servers) as daemon:
            daemon.says("reason=no_topic", "has no topic events")
            kafka.broken("events", 0)
            structured(kafka, 1)
            eventually("a topic that comes later is found", lambda: counted(daemon, "k") == 1)
            daemon.says("a source works again")
            # TLS and a login that this cluster does not speak.
            text = daemon.config.read_text()
            daemon.config.write_text(text.replace("name: k", "name: k, tls_config: {}"))
            assert daemon.request("POST", "/-/reload")[0] == 200
            daemon.says("reason=tls_failed")
            daemon.config.write_text(text.replace("name: k", "name: k, username: a, password: hunter2"))
            assert daemon.request("POST", "/-/reload")[0] == 200
            daemon.says("reason=not_authenticated")
            assert "hunter2" not in daemon.log_text()
            daemon.config.write_text(text)
            assert daemon.request("POST", "/-/reload")[0] == 200
            structured(kafka, 2)
            eventually("it reads", lambda: counted(daemon, "k") == 1)
            assert counted(daemon, "k", "duplicate") == 0, "it goes on where it stopped"


def newest_begins_with_what_comes():
    with temporary() as folder, MockKafka() as kafka:
        structured(kafka, 1, 2, 3)
        daemon = reading(folder, kafka.servers, ", start: newest")
        with daemon:
            daemon.shows('alarum_source_lag_messages{source="k"', 0)
            daemon.says("a partition without a position is read")
        structured(kafka, 4)  # while it is down, before its first message
        with daemon:
            eventually("one", lambda: counted(daemon, "k") == 1)
            assert daemon.metric('alarum_journal_events_total{outcome="accepted"') == 1, "none of those before"


if __name__ == "__main__":
    main([both_modes_and_any_json, killed_while_it_reads, brokers_that_are_away_come_back, a_full_disk_holds_it_back, what_is_wrong_is_said, newest_begins_with_what_comes])
