"""A real nats-server as a source of the real daemon: core and JetStream, both modes of CloudEvents, restarts and crashes of either, a full disk, what is wrong is said."""
import base64
import json
import os
import re

from harness import Daemon, Webhook, certificate, event, eventually, main, plain_rules, temporary
from nats import NatsServer
from streams_test import counted

STREAM = ", stream: EVENTS"


def reading(folder, server, more="", config="", webhook=None, rules=None, url=None):
    return Daemon(folder, webhook, rules, config=f"{config}sources: [{{nats: '{url or server.url}', name: n{more}}}]\n")


def every_message(client):
    """Two modes, any JSON, and three that are none."""
    binary = {"ce-specversion": "1.0", "ce-id": "b1", "ce-source": "SYS.BMS", "ce-type": "linkDown", "ce-subject": "50%25%20%C3%A4", "content-type": "application/json"}
    client.publish("events.a", '{"port": 7}', binary)
    client.publish("events.b", json.dumps(event("s1", subject="structured")), {"Content-Type": "application/cloudevents+json"})
    client.publish("events.a", '{"kind": "linkDown", "host": "mapped"}')
    client.publish("events.a", "nonsense")
    client.publish("events.a", "x" * 70_000)
    client.publish("events.a", "no event", {**binary, "ce-id": "%FF"})
    client.ping()


MAPPED = "json: {m: {type: /kind, subject: /host}}\nlimits: {event: 64KiB}\n"


def all_came(daemon, webhook):
    eventually("three events", lambda: counted(daemon, "n") == 3)
    eventually("three are refused", lambda: counted(daemon, "n", "rejected") == 3)
    eventually("all are told", lambda: sorted(subject for _, _, subject in webhook.changes()) == ["50% ä", "mapped", "structured"])
    assert sorted(r["reason"] for r in daemon.rejects(3)) == ["bad_attribute", "bad_json", "event_too_large"]


def a_stream_in_both_modes():
    with temporary() as folder, NatsServer(folder) as server:
        client, webhook = server.client(), Webhook()
        client.stream("EVENTS", "events.>", "other")
        client.publish("other", "of nobody")
        every_message(client)
        with reading(folder, server, STREAM + ", subjects: events.*, json: m", MAPPED, webhook, plain_rules(folder)) as daemon:
            all_came(daemon, webhook)
            daemon.says("a consumer was made")
            daemon.shows('alarum_source_connections{source="n"', 1)
            daemon.shows('alarum_source_lag_messages{source="n"', 0)
            eventually("all are acknowledged", lambda: client.ask("$JS.API.CONSUMER.INFO.EVENTS.alarum")["num_ack_pending"] == 0)
        # What was refused is acknowledged: it does not come for ever. The consumer outlives the daemon.
        with daemon:
            client.publish("events.a", '{"kind": "linkDown", "host": "last"}')
            eventually("it goes on behind them", lambda: counted(daemon, "n") == 1)
            assert counted(daemon, "n", "rejected") == 0 and counted(daemon, "n", "duplicate") == 0
            # A consumer that somebody deletes is made again, and what comes again is known.
            client.ask("$JS.API.CONSUMER.DELETE.EVENTS.alarum")
            eventually("it is made again", lambda: daemon.log_text().count("a consumer was made") == 2)
            eventually("the old ones are duplicates", lambda: counted(daemon, "n", "duplicate") == 4)
            client.publish("events.a", '{"kind": "linkDown", "host": "behind it"}')
            eventually("and it goes on", lambda: counted(daemon, "n") == 2)


def core_subjects():
    with temporary() as folder, NatsServer(folder, jetstream=False) as server:
        webhook = Webhook()
        with reading(folder, server, ", subjects: [events.a, events.b], queue: q, json: m", MAPPED, webhook, plain_rules(folder)) as daemon:
            daemon.says("a broker is reached")
            every_message(server.client())
            all_came(daemon, webhook)
            assert daemon.metric("alarum_source_gaps_total") == 0
            server.stop()
            daemon.says("reason=unreachable")
            server.start()
            daemon.says("a source works again")
            daemon.shows("alarum_source_gaps_total", 1)
            client = server.client()
            client.publish("events.b", json.dumps(event("later")), {"content-type": "application/cloudevents+json"})
            eventually("it reads again", lambda: counted(daemon, "n") == 4)


def killed_while_it_reads():
    with temporary() as folder, NatsServer(folder) as server:
        client, many = server.client(), 4000
        client.stream("EVENTS", "events")
        for i in range(many):
            client.publish("events", json.dumps({"kind": "ok", "n": i // 2}))  # without an id, and each twice
        client.ping()
        daemon = reading(folder, server, STREAM + ", json: m", "json: {m: {type: /kind}}\n")
        for round in range(3):
            daemon.start()
            eventually("it reads", lambda: daemon.metric('alarum_journal_events_total{outcome="accepted"') >= min(many, 1000 * (round + 1)))
            daemon.kill()
            if round == 1:  # the broker, too
                server.stop()
                server.start()
        with daemon:
            eventually("all is there", lambda: daemon.metric('alarum_journal_events_total{outcome="accepted"') >= many)
            client = server.client()
            eventually("all are acknowledged", lambda: client.ask("$JS.API.CONSUMER.INFO.EVENTS.alarum")["ack_floor"]["stream_seq"] == many)
            assert daemon.metric('alarum_journal_events_total{outcome="accepted"') == many, "nothing counts twice"
            assert daemon.metric("alarum_source_gaps_total") == 0


def a_full_disk_holds_it_back():
    with temporary() as folder, NatsServer(folder) as server:
        client, many = server.client(), 6000
        client.stream("EVENTS", "events")
        for i in range(many):
            client.publish("events", json.dumps(event(i, "ok", data=os.urandom(200).hex())))
        client.ping()
        with reading(folder, server, STREAM, "journal: {segment_size: 64KiB, max_size: 1MiB}\n") as daemon:
            eventually("it is held back", lambda: daemon.metric("alarum_source_backpressure_total") >= 5)
            daemon.says("a source waits")
            info = client.ask("$JS.API.CONSUMER.INFO.EVENTS.alarum")
            assert info["ack_floor"]["stream_seq"] <= daemon.metric('alarum_journal_events_total{outcome="accepted"') < many, info
            daemon.config.write_text(daemon.config.read_text().replace("max_size: 1MiB", "max_size: 1GiB"))
        with daemon:
            eventually("all is there", lambda: daemon.metric('alarum_journal_events_total{outcome="accepted"') == many)


def what_was_deleted_unread_is_a_gap():
    with temporary() as folder, NatsServer(folder) as server:
        client = server.client()
        client.stream("EVENTS", "events", max_msgs=2)
        daemon = reading(folder, server, STREAM)
        with daemon:
            client.publish("events", json.dumps(event(0)))
            eventually("it is read", lambda: counted(daemon, "n") == 1)
            eventually("it is acknowledged", lambda: client.ask("$JS.API.CONSUMER.INFO.EVENTS.alarum")["ack_floor"]["stream_seq"] == 1)
        for i in range(1, 10):
            client.publish("events", json.dumps(event(i)))
        client.ping()
        with daemon:
            eventually("the rest is read", lambda: counted(daemon, "n") == 2)
            daemon.shows("alarum_source_gaps_total", 1)
            daemon.says("begins with message 9 now, and we had read up to 1")


def what_is_wrong_is_said():
    with temporary() as folder:
        certificate(folder, "one")
        user = {"user": "u", "pass": "hunter2"}
        config = f'tls {{cert_file: "{folder}/one.pem", key_file: "{folder}/one.key"}}\nauthorization {{user: u, password: hunter2}}\n'
        server = NatsServer(folder, config, login=user)
        tls, login = f", tls_config: {{ca_file: {folder}/one.pem}}", ", username: u, password: "
        with reading(folder, server, STREAM + tls + login + "hunter3") as daemon:
            right = daemon.config.read_text().replace("hunter3", "hunter2")
            daemon.says("reason=unreachable")
            assert "source_failing: n cannot read: " in daemon.request("GET", "/-/ready?verbose")[2]
            daemon.shows('alarum_source_up{source="n"', 0)
            with server:
                daemon.says("reason=not_authenticated")

                def reload(text):
                    daemon.config.write_text(text)
                    assert daemon.request("POST", "/-/reload")[0] == 200

                reload(right.replace(tls, ", tls_config: {}"))
                daemon.says("reason=tls_failed")
                reload(right)
                daemon.says("reason=no_stream", "has no stream EVENTS")
                reload(right.replace("name: n", "name: n, subjects: events").replace(STREAM, ""))
                daemon.says("a broker is reached")
                daemon.shows('alarum_source_up{source="n"', 1)
            daemon.log_is_written()
            assert "hunter" not in daemon.log_text()
    with temporary() as folder, NatsServer(folder, jetstream=False) as server:
        with reading(folder, server, STREAM) as daemon:
            daemon.says("reason=no_jetstream")



def publishing(folder, server, more="", config="retry: {max_age: 1h}"):
    daemon = Daemon(folder, rules=plain_rules(folder))
    daemon.config.write_text(daemon.config.read_text().replace("console_configs: [{}]", f"nats_configs: [{{url: '{server.url}', subject: alarum.alerts{more}, {config}}}]"))
    return daemon


def alerts_are_published():
    with temporary() as folder, NatsServer(folder) as server:
        client = server.client()
        client.subscribe("alarum.>")
        with publishing(folder, server) as daemon:
            assert daemon.post(event(1, subject="s1")) == 200
            subject, headers, payload = client.next()
            body = json.loads(payload)
            assert subject == "alarum.alerts" and "Content-Type: application/cloudevents+json" in headers, headers
            assert body["type"] == "alarum.alert.firing" and body["data"]["alerts"][0]["labels"]["subject"] == "s1", body
            daemon.settled()
            # A server that is away: it waits, and goes out when it is back.
            server.stop()
            assert daemon.post(event(2, subject="s2")) == 200
            eventually("an attempt failed", lambda: daemon.metric("alarum_deliver_retries_total") > 0)
            server.start()
            client = server.client()
            client.subscribe("alarum.>")
            daemon.settled()


def a_stream_stores_each_alert_once():
    with temporary() as folder, NatsServer(folder) as server:
        client = server.client()
        with publishing(folder, server, ", jetstream: true") as daemon:
            assert daemon.post(event(1, subject="s1")) == 200
            eventually("no stream has it", lambda: "no stream has the subject" in daemon.request("GET", "/api/v1/status")[2] + daemon.log_text())
            client.stream("ALERTS", "alarum.>")
            daemon.settled()
            info = client.ask("$JS.API.STREAM.INFO.ALERTS")
            assert info["state"]["messages"] == 1, info
            stored = client.ask("$JS.API.STREAM.MSG.GET.ALERTS", seq=1)["message"]
            headers = base64.b64decode(stored["hdrs"]).decode()
            id = re.search(r"Nats-Msg-Id: (\S+)", headers).group(1)
            # Another attempt of the same notification changes nothing.
            client.publish("alarum.alerts", "again", {"Nats-Msg-Id": id})
            client.ping()
            assert client.ask("$JS.API.STREAM.INFO.ALERTS")["state"]["messages"] == 1


if __name__ == "__main__":
    main([a_stream_in_both_modes, core_subjects, killed_while_it_reads, a_full_disk_holds_it_back, what_was_deleted_unread_is_a_gap, what_is_wrong_is_said, alerts_are_published, a_stream_stores_each_alert_once])
