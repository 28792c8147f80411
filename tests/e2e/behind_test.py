"""An engine that is behind the journal: the book cannot be written, or its disk hangs. Events are taken as long as the journal takes them, readiness says so, a stop ends, and afterwards each is notified once."""
import json
import os
import pathlib
import signal
import sqlite3

from harness import PATIENCE, Daemon, Webhook, event, eventually, main, temporary

KIND = {"Content-Type": "application/cloudevents-batch+json"}
RULES = "rules: [{alert: Down, match: down, until: up, by: subject, resolve_after: 24h}]\n"
BATCHES, EACH = 24, 100
FILLER = "x" * 5_000  # together more than the engine's queue holds (8 MiB)


def daemon_with(folder, webhook, config="", env=None):
    rules = pathlib.Path(folder) / "rules.yaml"
    rules.write_text(RULES)
    return Daemon(folder, webhook, rules, config, env)


def post(daemon, batch, each=EACH):
    """The answer to a batch of which each tenth event fires an alert."""
    events = [event(f"{batch}-{i}", "noise" if i % 10 else "down", f"s{batch}-{i}", data={"filler": FILLER}) for i in range(each)]
    status, _, text = daemon.request("POST", "/v1/events", json.dumps(events), KIND)
    return status, json.loads(text)


def expected(batches, each=EACH):
    return sorted(("firing", "Down", f"s{batch}-{i}") for batch in batches for i in range(0, each, 10))


def events_are_taken_while_the_book_cannot_be_written_and_a_stop_ends():
    with temporary() as folder:
        webhook = Webhook()
        daemon = daemon_with(folder, webhook, "limits: {engine_lag: 1h}\n").start()
        assert post(daemon, 0)[0] == 200
        daemon.settled()
        with sqlite3.connect(daemon.data / "book.sqlite", isolation_level=None) as book:
            book.execute("BEGIN IMMEDIATE")
            for batch in range(1, BATCHES):
                status, answer = post(daemon, batch)
                assert status == 200 and answer["accepted"] == EACH, (batch, answer)
            ready = eventually("it is not ready", lambda: next((text for status, _, text in [daemon.request("GET", "/-/ready")] if status == 503), None))
            assert "history" in ready, ready
            daemon.stop()  # within the harness' patience, and with exit code 0
            assert "stopped" in daemon.log_text() and "did not stop in its time" not in daemon.log_text(), daemon.log_text()
            book.execute("ROLLBACK")
        daemon.start()
        daemon.settled()
        assert sorted(webhook.changes()) == expected(range(BATCHES))
        assert len(webhook.bodies) == len({notification for notification, _ in webhook.bodies}), "each once"
        daemon.stop()


def an_engine_that_was_behind_catches_up_from_the_log_and_senders_wait_past_the_limit():
    with temporary() as folder:
        webhook = Webhook()
        daemon = daemon_with(folder, webhook, "limits: {engine_lag: 2s}\n").start()
        batch = 0
        with sqlite3.connect(daemon.data / "book.sqlite", isolation_level=None) as book:
            book.execute("BEGIN IMMEDIATE")

            def refused():
                nonlocal batch
                status, answer = post(daemon, batch)
                if status == 503:
                    return answer
                assert status == 200, answer
                batch += 1

            answer = eventually("senders are told to wait", refused)
            assert answer["error"] == "engine_behind", answer
            assert daemon.request("GET", "/-/ready")[0] == 503
            book.execute("ROLLBACK")
        eventually("it is ready again", lambda: daemon.request("GET", "/-/ready")[0] == 200)
        eventually("what was refused is taken", lambda: post(daemon, batch)[0] == 200)
        daemon.settled()
        assert sorted(webhook.changes()) == expected(range(batch + 1))
        eventually("it is behind no more", lambda: daemon.metric("alarum_engine_lag_seconds") < 2)
        daemon.stop()


def a_stop_leaves_an_engine_that_never_returns_once_the_journal_is_on_disk():
    with temporary() as folder:
        webhook, flag = Webhook(), pathlib.Path(folder) / "hung"
        daemon = daemon_with(folder, webhook, env={"LD_PRELOAD": os.environ["ALARUM_HUNG_LIBRARY"], "ALARUM_HUNG": str(flag)}).start()
        assert post(daemon, 0)[0] == 200
        daemon.settled()
        flag.touch()
        for batch in range(1, BATCHES):
            assert post(daemon, batch)[0] == 200, batch
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(PATIENCE) == 1
        daemon.says("a part did not stop in its time", "part=engine", "stopped without waiting for all parts")
        flag.unlink()
        daemon.start()
        daemon.settled()
        assert sorted(webhook.changes()) == expected(range(BATCHES))
        daemon.stop()


if __name__ == "__main__":
    tests = [events_are_taken_while_the_book_cannot_be_written_and_a_stop_ends, an_engine_that_was_behind_catches_up_from_the_log_and_senders_wait_past_the_limit]
    if "ALARUM_HUNG_LIBRARY" in os.environ:  # not with a sanitizer, whose runtime has to be the first library
        tests.append(a_stop_leaves_an_engine_that_never_returns_once_the_journal_is_on_disk)
    main(tests)
