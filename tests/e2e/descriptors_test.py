"""A process that may open few files: senders go without, deliveries and the journal do not."""
import http.client
import json
import os
import pathlib
import re
import resource
import socket

from harness import PATIENCE, Daemon, Webhook, event, eventually, main, temporary

RULES = "rules: [{alert: LinkDown, match: {type: linkDown}, by: [subject], until: {type: linkUp}}]\n"


# This side of the connections needs as many.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def idle_connections_starve_neither_deliveries_nor_the_journal():
    limit = 420 + 10 * (os.cpu_count() or 1)
    with temporary() as folder:
        webhook, rules = Webhook(), pathlib.Path(folder) / "rules.yaml"
        rules.write_text(RULES)
        config = "journal: {segment_size: 64KiB, max_size: 64MiB}\nlimits: {idle_timeout: 1h}\n"
        with Daemon(folder, webhook, rules, config, open_files=limit) as daemon:
            daemon.says("fewer connections are accepted than the config allows")
            assert daemon.metric("process_max_fds") == limit, "the soft limit was raised to the hard one"
            accepted = int(re.search(r"http=(\d+)", daemon.log_text()).group(1))
            assert 16 <= accepted < limit, accepted
            sender = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
            assert daemon.request("GET", "/-/ready", connection=sender)[0] == 200
            assert "few_open_files" in daemon.request("GET", "/-/ready?verbose", connection=sender)[2]
            segments = daemon.metric("alarum_journal_segments", sender)
            idle = []
            try:
                for _ in range(limit + 200):
                    idle.append(socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE))
                eventually("all that may be are open, and the others are refused",
                           lambda: daemon.metric("alarum_http_open_connections", sender) == accepted and daemon.metric("alarum_http_connections_total", sender) > limit + 200)
                assert daemon.metric("process_open_fds", sender) < limit
                kind = {"Content-Type": "application/x-ndjson"}
                for n in range(20):
                    lines = "".join(json.dumps(event(f"e{n}-{i}", subject=f"s{n % 3}", data={"x": "y" * 900})) + "\n" for i in range(20))
                    status, _, text = daemon.request("POST", "/v1/events", lines, kind, connection=sender)
                    assert status == 200 and json.loads(text)["accepted"] == 20, text
                eventually("new segments are written", lambda: daemon.metric("alarum_journal_segments", sender) > segments + 2)
                eventually("the alerts are delivered", lambda: {change[2] for change in webhook.changes()} == {"s0", "s1", "s2"})
            finally:
                for one in idle:
                    one.close()
            # Those that were refused can come now.
            eventually("places are free", lambda: daemon.metric("alarum_http_open_connections", sender) < 10)
            assert daemon.request("GET", "/-/ready")[0] == 200
            sender.close()


def the_limit_is_raised_as_far_as_it_is_needed():
    with temporary() as folder, Daemon(folder, open_files=8000) as daemon:
        raised = daemon.metric("process_max_fds")
        assert 4096 < raised <= 8000, raised
        assert "fewer connections" not in daemon.log_text()


def too_few_files_are_refused_at_the_start():
    with temporary() as folder:
        try:
            with Daemon(folder, open_files=120):
                started = True
        except AssertionError as refused:
            started, text = False, str(refused)
        assert not started, "it says that it is ready, and fails later"
        assert "may open 120 files, and needs at least" in text and "LimitNOFILE=" in text, text


if __name__ == "__main__":
    main([too_few_files_are_refused_at_the_start, idle_connections_starve_neither_deliveries_nor_the_journal, the_limit_is_raised_as_far_as_it_is_needed])
