"""Damage: what people were notified of and what the daemon knows are the same again after it, and everybody concerned is notified, once."""
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess

from harness import BINARY, PATIENCE, Daemon, Webhook, event, eventually, main, temporary

RULES = "rules: [{alert: Down, match: linkDown, until: linkUp, by: subject, resolve_after: 1h}]\n"


class Scene:
    """A daemon with a webhook and the rule above; its alerts are s1, s2, …"""

    def __init__(self, folder):
        self.rules = pathlib.Path(folder) / "rules.yaml"
        self.rules.write_text(RULES)
        self.webhook = Webhook()
        self.daemon = Daemon(folder, self.webhook, self.rules, "journal: {segment_size: 1MiB}\n")
        self.data = self.daemon.data

    def fires(self, *subjects, filler=0):
        for subject in subjects:
            assert self.daemon.post(event(f"down-{subject}", "linkDown", subject, data={"filler": "x" * filler})) == 200
        eventually("they were notified", lambda: {("firing", "Down", subject) for subject in subjects} <= set(self.webhook.changes()))
        self.daemon.settled()

    def notified(self, status, alert="Down"):
        return sorted(subject for state, name, subject in self.webhook.changes() if (state, name) == (status, alert))

    def segments(self):
        return sorted((self.data / "segments").iterdir())

    def firing(self):
        return sorted(a["labels"]["subject"] for a in json.loads(self.daemon.request("GET", "/api/v2/alerts")[2]) if a["labels"]["alertname"] == "Down")

    def ledger(self):
        return json.loads(subprocess.run([BINARY, "ledger", "--data", self.data, "-o", "json"], capture_output=True, text=True, timeout=PATIENCE).stdout)

    def in_book(self, state):
        with sqlite3.connect(self.data / "book.sqlite") as book:
            return sorted(json.loads(text)["labels"]["subject"] for (text,) in book.execute("SELECT alert FROM alerts WHERE state = ? AND rule = 'Down'", (state,)))


def cut_tail(scene, subject):
    """The last segment ends before the event that the subject's alert is made of."""
    path = scene.segments()[-1]
    content = path.read_bytes()
    at = content.rfind(b"ARMF", 0, content.index(f"down-{subject}".encode()))
    path.write_bytes(content[:at])


def what_was_notified_and_is_known_to_no_engine_ends_as_lost():
    with temporary() as folder:
        scene = Scene(folder)
        with scene.daemon as daemon:
            scene.fires("s1", "s2", "s3")
            daemon.kill()
            cut_tail(scene, "s2")
            daemon.start()
            eventually("their end is notified", lambda: scene.notified("resolved") == ["s2", "s3"])
            daemon.says("are no longer known: they end as lost", "offsets 3 to ")
            assert daemon.metric("alarum_journal_corruptions_total") == 1
            lost = [a for _, body in scene.webhook.bodies for a in body["alerts"] if a["status"] == "resolved"]
            assert {a["annotations"]["resolved_reason"] for a in lost} == {"lost: not confirmed"}, lost
            assert all("journal is damaged (offsets" in a["annotations"]["resolution"] for a in lost), lost
            eventually("people learn of the damage itself", lambda: any(name == "AlarumJournalDamaged" for _, name, _ in scene.webhook.changes()))
            daemon.settled()
            assert scene.firing() == ["s1"]
            verbose = daemon.request("GET", "/-/ready?verbose")[2]
            assert "[!]start warning: started_from_damage: the journal is damaged (offsets 3 to " in verbose and "ended as lost: 2" in verbose, verbose
            # Once, however often it is killed; and what lives goes on, what comes again fires again.
            daemon.kill()
            daemon.start()
            daemon.settled()
            assert scene.notified("resolved") == ["s2", "s3"], scene.webhook.changes()
            assert daemon.post(event("up", "linkUp", "s1")) == 200 and daemon.post(event("again", "linkDown", "s2")) == 200
            eventually("all went on", lambda: scene.notified("resolved") == ["s1", "s2", "s3"] and scene.notified("firing") == ["s1", "s2", "s2", "s3"])
            daemon.settled()
            daemon.stop()
            assert scene.ledger()["transitions_lost"] == 2, scene.ledger()
            assert scene.in_book(1) == ["s2"]
            daemon.start()


def a_missing_last_segment_and_one_in_the_middle_are_damage():
    with temporary() as folder:
        scene = Scene(folder)
        with scene.daemon as daemon:
            subjects = [f"s{number}" for number in range(1, 9)]
            scene.fires(*subjects, filler=400_000)
            eventually("all but the last segment are sealed", lambda: [path.suffix for path in scene.segments()] == [".segz"] * 3 + [".seg"])
            daemon.kill()
            segments = scene.segments()
            first, last = (int(path.name[11:31]) for path in (segments[1], segments[-1]))
            segments[1].unlink()
            segments[-1].unlink()
            daemon.start()
            gone = [s for s in subjects if s not in scene.firing()]
            assert len(gone) == 4, scene.firing()
            eventually("the end of what was in them is notified", lambda: scene.notified("resolved") == gone)
            daemon.says(f"1 segment is missing after it, offsets {first} to ", f"offsets {last} to ")


def rules_that_are_gone_do_not_take_their_alerts_along():
    with temporary() as folder:
        scene = Scene(folder)
        with scene.daemon as daemon:
            scene.fires("s1", "s2")
            daemon.stop()  # with a checkpoint
            for path in (scene.data / "generations").iterdir():
                path.write_bytes(b"damaged")
            scene.rules.write_text(RULES.replace("resolve_after: 1h", "resolve_after: 2h"))
            daemon.start()
            assert scene.firing() == ["s1", "s2"]
            daemon.says("are damaged: put it back from a backup")
            for path in (scene.data / "generations").iterdir():
                path.unlink()
            daemon.stop()
            # Of a rule that is gone as well they end, and people are notified.
            scene.rules.write_text("rules: [{alert: Other, match: other, resolve_after: 1h}]\n")
            daemon.start()
            eventually("their end is notified", lambda: scene.notified("resolved") == ["s1", "s2"])
            # The file of rules that are known is made again.
            assert len(list((scene.data / "generations").iterdir())) >= 1


def a_corrupt_book_says_how_to_go_on_and_that_works():
    with temporary() as folder:
        scene = Scene(folder)
        with scene.daemon as daemon:
            scene.fires("s1", "s2")
            assert daemon.post(event("up", "linkUp", "s1")) == 200
            eventually("the end is notified", lambda: scene.notified("resolved") == ["s1"])
            daemon.settled()
            daemon.stop()
            book = scene.data / "book.sqlite"
            book.write_bytes(b"x" * 8192)
            done = subprocess.run([BINARY, "serve", "--config", str(daemon.config)], capture_output=True, text=True, timeout=PATIENCE)
            assert done.returncode == 1 and "Without a backup" in done.stderr and "Lost are" in done.stderr, done.stderr
            command = re.search(r"stop, (mkdir .*/) and start again", done.stderr)
            assert subprocess.run(command[1], shell=True).returncode == 0, done.stderr
            before = len(scene.notified("firing"))
            daemon.start()
            eventually("of what fires people are notified once more", lambda: scene.notified("firing")[before:] == ["s2"] or scene.notified("firing") == ["s1", "s2", "s2"])
            daemon.settled()
            assert scene.firing() == ["s2"] and scene.notified("resolved") == ["s1"], scene.webhook.changes()
            assert daemon.post(event("up2", "linkUp", "s2")) == 200
            eventually("and of its end", lambda: scene.notified("resolved") == ["s1", "s2"])
            daemon.kill()
            daemon.start()
            daemon.settled()
            assert scene.notified("resolved") == ["s1", "s2"]


def an_end_that_the_journal_lost_is_not_taken_back():
    with temporary() as folder:
        scene = Scene(folder)
        with scene.daemon as daemon:
            scene.fires("s1")
            assert daemon.post(event("down-up", "linkUp", "s1")) == 200
            eventually("the end is notified", lambda: scene.notified("resolved") == ["s1"])
            daemon.settled()
            daemon.kill()
            cut_tail(scene, "up")
            daemon.start()
            eventually("it is over for the engine too", lambda: scene.firing() == [])
            assert daemon.post(event("again", "linkDown", "s1")) == 200
            eventually("a new fault is notified", lambda: scene.notified("firing") == ["s1", "s1"])


def an_older_journal_does_not_leave_the_engine_on_other_rules():
    with temporary() as folder:
        scene = Scene(folder)
        with scene.daemon as daemon:
            scene.fires("s1")
            daemon.stop()
            shutil.copytree(scene.data / "segments", pathlib.Path(folder) / "older")
            scene.rules.write_text(RULES.replace("match: linkDown", "match: {type: linkDown, data.x: [y]}"))
            daemon.start()  # and its checkpoint is under these rules
            daemon.settled()
            daemon.stop()
            shutil.rmtree(scene.data / "segments")
            shutil.copytree(pathlib.Path(folder) / "older", scene.data / "segments")
            scene.rules.write_text(RULES)
            daemon.start()
            scene.fires("s2")


def an_empty_book_is_a_missing_one():
    with temporary() as folder:
        scene = Scene(folder)
        with scene.daemon as daemon:
            scene.fires("s1", "s2")
            daemon.stop()
            for name in ("book.sqlite-wal", "book.sqlite-shm"):
                (scene.data / name).unlink(missing_ok=True)
            (scene.data / "book.sqlite").write_bytes(b"")
            shutil.rmtree(scene.data / "segments")
            before = len(scene.webhook.changes())
            daemon.start()
            daemon.says("there was no book")
            assert scene.firing() == ["s1", "s2"], "the checkpoint knows them"
            daemon.settled()
            assert daemon.post(event("up", "linkUp", "s1")) == 200
            eventually("the end is notified", lambda: scene.notified("resolved") == ["s1"])
            told = sorted(change for change in scene.webhook.changes()[before:] if change[1] == "Down")
            assert told == [("firing", "Down", "s1"), ("firing", "Down", "s2"), ("resolved", "Down", "s1")], told


if __name__ == "__main__":
    main([what_was_notified_and_is_known_to_no_engine_ends_as_lost, a_missing_last_segment_and_one_in_the_middle_are_damage, rules_that_are_gone_do_not_take_their_alerts_along,
          a_corrupt_book_says_how_to_go_on_and_that_works, an_end_that_the_journal_lost_is_not_taken_back,
          an_older_journal_does_not_leave_the_engine_on_other_rules, an_empty_book_is_a_missing_one])
