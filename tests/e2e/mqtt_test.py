"""A real mosquitto as a source of the real daemon: both modes of CloudEvents, restarts and crashes of either, a full disk, what is wrong is said."""
import json
import os
import subprocess

from harness import Daemon, Webhook, certificate, event, eventually, main, plain_rules, temporary
from mqtt import Mosquitto
from streams_test import counted


def reading(folder, broker, more="", config="", webhook=None, rules=None, url=None):
    return Daemon(folder, webhook, rules, config=f"{config}sources: [{{mqtt: '{url or broker.url}', topics: [dc/+/events], name: m{more}}}]\n")


def accepted(daemon):
    return daemon.metric('alarum_journal_events_total{outcome="accepted"')


def both_modes_and_any_json():
    with temporary() as folder, Mosquitto(folder) as broker:
        webhook, client = Webhook(), broker.client()
        binary = {"specversion": "1.0", "id": "b1", "source": "SYS.BMS", "type": "linkDown", "subject": "50% ä"}
        client.publish("dc/1/events", json.dumps(event("r1", subject="retained")), media_type="application/cloudevents+json", retain=True)
        client.flush()
        mapped = "json: {m: {type: /kind, subject: /host}}\nlimits: {event: 64KiB}\n"
        with reading(folder, broker, ", json: m", mapped, webhook, plain_rules(folder)) as daemon:
            daemon.says("a broker is reached")
            client.publish("dc/1/events", '{"port": 7}', binary, "application/json")
            client.publish("dc/2/events", json.dumps(event("s1", subject="structured")), media_type="application/cloudevents+json; charset=UTF-8")
            client.publish("dc/1/events", '{"kind": "linkDown", "host": "mapped"}')
            client.publish("elsewhere", '{"kind": "linkDown", "host": "of nobody"}')
            client.publish("dc/1/events", "nonsense")
            client.publish("dc/1/events", "x" * 70_000)
            client.publish("dc/1/events", "no event", {**binary, "id": ""})
            client.flush()
            eventually("four events", lambda: counted(daemon, "m") == 4)
            eventually("three are refused", lambda: counted(daemon, "m", "rejected") == 3)
            eventually("all are told", lambda: sorted(subject for _, _, subject in webhook.changes()) == ["50% ä", "mapped", "retained", "structured"])
            assert sorted(r["reason"] for r in daemon.rejects(3)) == ["bad_attribute", "bad_json", "event_too_large"]
            daemon.shows('alarum_source_connections{source="m"', 1)
        # What was refused is acknowledged; what comes while the daemon is away waits in the session.
        client.publish("dc/1/events", '{"kind": "linkDown", "host": "meanwhile"}')
        client.flush()
        with daemon:
            eventually("it goes on behind them", lambda: counted(daemon, "m") == 1)
            assert counted(daemon, "m", "rejected") == 0 and counted(daemon, "m", "duplicate") == 0
            assert daemon.metric("alarum_source_gaps_total") == 0


def killed_before_the_commit_nothing_is_lost():
    """The journal is full, so what was read stands before its commit when the daemon is killed."""
    with temporary() as folder, Mosquitto(folder) as broker:
        daemon = reading(folder, broker, config="journal: {segment_size: 64KiB, max_size: 1MiB}\n")
        with daemon:
            daemon.says("a broker is reached")
        client, many = broker.client(), 6000
        for i in range(many):
            client.publish("dc/1/events", json.dumps(event(i, "ok", data=os.urandom(200).hex())))
        client.flush()
        daemon.start()
        eventually("it is held back", lambda: daemon.metric("alarum_source_backpressure_total") >= 5)
        assert 0 < accepted(daemon) < many
        daemon.kill()
        daemon.config.write_text(daemon.config.read_text().replace("max_size: 1MiB", "max_size: 1GiB"))
        with daemon:
            eventually("all is there", lambda: accepted(daemon) == many)
            broker.stop()
            daemon.says("reason=unreachable")
            broker.start()
            daemon.says("a source works again")
            client = broker.client()
            client.publish("dc/1/events", json.dumps(event("last")))
            eventually("it reads again", lambda: accepted(daemon) == many + 1)
            assert daemon.metric("alarum_source_gaps_total") == 0, "the broker has kept the session"


def a_session_that_is_lost_is_a_gap():
    with temporary() as folder, Mosquitto(folder) as broker:
        with reading(folder, broker) as daemon:
            daemon.says("a broker is reached")
            broker.stop()
            for one in (broker.folder / "mqtt").iterdir():
                one.unlink()
            broker.start()
            daemon.shows("alarum_source_gaps_total", 1)
            daemon.says("the broker has lost the session")


def what_is_wrong_is_said():
    with temporary() as folder:
        certificate(folder, "one")
        secrets = f"{folder}/passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", secrets, "u", "hunter2"], check=True)
        os.chmod(secrets, 0o644)
        os.chmod(f"{folder}/one.key", 0o644)
        broker = Mosquitto(folder, f"allow_anonymous false\npassword_file {secrets}\ncertfile {folder}/one.pem\nkeyfile {folder}/one.key\n")
        url, tls = broker.url.replace("mqtt:", "mqtts:"), f", tls_config: {{ca_file: {folder}/one.pem}}"
        with reading(folder, broker, tls + ", username: u, password: hunter3", url=url) as daemon:
            right = daemon.config.read_text().replace("hunter3", "hunter2")
            daemon.says("reason=unreachable")
            eventually("it is said", lambda: "source_failing: m cannot read: " in daemon.request("GET", "/-/ready?verbose")[2])
            daemon.shows('alarum_source_up{source="m"', 0)
            with broker:
                daemon.says("reason=not_authenticated")

                def reload(text):
                    daemon.config.write_text(text)
                    assert daemon.request("POST", "/-/reload")[0] == 200

                reload(right.replace(tls, ""))
                daemon.says("reason=tls_failed")
                reload(right)
                daemon.says("a broker is reached")
                daemon.shows('alarum_source_up{source="m"', 1)
            daemon.log_is_written()
            assert "hunter" not in daemon.log_text()


if __name__ == "__main__":
    main([both_modes_and_any_json, killed_before_the_commit_nothing_is_lost, a_session_that_is_lost_is_a_gap, what_is_wrong_is_said])
