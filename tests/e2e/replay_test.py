"""What a start makes of a damaged checkpoint, and of another config."""
import json
import pathlib
import re
import sqlite3
import subprocess

from harness import BINARY, PATIENCE, Daemon, Webhook, event, eventually, main, temporary


def history(folder):
    """The transitions, in order, as the book has them."""
    with sqlite3.connect(pathlib.Path(folder) / "var/book.sqlite") as book:
        return [line for (line,) in book.execute("SELECT line FROM history ORDER BY sequence")]


def firing(daemon):
    return sorted(a["labels"]["subject"] for a in json.loads(daemon.request("GET", "/api/v2/alerts")[2]))


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] = (content[len(content) // 2] + 1) % 256
    path.write_bytes(content)


def a_damaged_checkpoint_is_passed_over_for_an_older_one_or_the_whole_journal():
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules.yaml"
        rules.write_text("rules:\n  - {alert: Down, match: linkDown, until: linkUp, by: subject, resolve_after: 1h}\n"
                         "  - {alert: Storm, match: hit, count: 3, within: 1h, by: subject}\n")
        daemon = Daemon(folder, Webhook(), rules, "journal: {segment_size: 1MiB}\n")
        checkpoints = daemon.data / "checkpoints"
        for number in range(3):
            daemon.start()
            assert daemon.post(event(f"d{number}", "linkDown", f"s{number}", data={"filler": "x" * 700_000})) == 200
            assert daemon.post(event(f"h{number}", "hit", "storm" if number < 2 else "other")) == 200
            daemon.settled()
            daemon.stop()
        files = sorted(path for path in checkpoints.iterdir())
        assert len(files) >= 2, files
        damage(files[-1])
        daemon.start()
        assert "a checkpoint is damaged and was passed over" in daemon.log_text() and files[-1].name in daemon.log_text(), daemon.log_text()
        assert firing(daemon) == ["s0", "s1", "s2"]
        daemon.stop()
        lived = history(folder)
        for path in checkpoints.iterdir():
            damage(path)
        daemon.start()
        assert "from=0" in daemon.log_text().rsplit("replayed", 1)[1]
        # The window has what it had: the third hit of three.
        assert daemon.post(event("h9", "hit", "storm")) == 200
        assert daemon.post(event("u0", "linkUp", "s0")) == 200
        daemon.settled()
        assert firing(daemon) == ["s1", "s2", "storm"], firing(daemon)
        daemon.stop()
        assert history(folder)[: len(lived)] == lived
        # Neither a checkpoint nor the journal's beginning: it says what is lost and what to do, and changes nothing.
        for path in checkpoints.iterdir():
            damage(path)
        sorted((daemon.data / "segments").iterdir())[0].unlink()
        done = subprocess.run([BINARY, "serve", "--config", str(daemon.config)], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 1 and "state_lost" in done.stderr and "Put back a checkpoint from a backup" in done.stderr, done.stderr
        assert "3 alerts that fire and" in done.stderr, done.stderr
        # What it says works: the daemon begins anew, and the tools read what was.
        command = re.search(r"mv (\S+) (\S+),", done.stderr)
        assert command and command[1] == str(daemon.data), done.stderr
        pathlib.Path(command[1]).rename(command[2])
        daemon.start()
        assert firing(daemon) == []
        assert daemon.post(event("d1", "linkDown", "s1")) == 200
        daemon.settled()
        assert firing(daemon) == ["s1"]
        daemon.stop()
        told = subprocess.run([BINARY, "explain", "--data", command[2], "h9"], capture_output=True, text=True, timeout=PATIENCE)
        assert told.returncode == 0 and "Storm" in told.stdout, told


def who_another_config_would_notify_is_notified_after_a_kill():
    inhibits = "inhibit_rules: [{source_matchers: [alertname=Host], target_matchers: [alertname=Down], equal: []}]\n"
    with temporary() as folder:
        rules = pathlib.Path(folder) / "rules.yaml"
        rules.write_text("rules:\n  - {alert: Host, match: hostDown, until: hostUp, by: subject, resolve_after: 1h}\n  - {alert: Down, match: linkDown, until: linkUp, by: subject, resolve_after: 1h}\n")
        webhook = Webhook()
        daemon = Daemon(folder, webhook, rules, inhibits).start()
        assert daemon.post(event("1", "hostDown", "h")) == 200 and daemon.post(event("2", "linkDown", "s")) == 200
        eventually("the host is notified", lambda: webhook.changes() == [("firing", "Host", "h")])
        daemon.settled()
        daemon.kill()
        daemon.config.write_text(daemon.config.read_text().replace(inhibits, ""))
        daemon.start()
        eventually("nothing keeps it back any more", lambda: ("firing", "Down", "s") in webhook.changes())
        daemon.settled()
        daemon.kill()
        daemon.start()
        daemon.settled()
        assert webhook.changes() == [("firing", "Host", "h"), ("firing", "Down", "s")], webhook.changes()
        daemon.stop()


if __name__ == "__main__":
    main([who_another_config_would_notify_is_notified_after_a_kill, a_damaged_checkpoint_is_passed_over_for_an_older_one_or_the_whole_journal])
