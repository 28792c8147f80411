"""Files that grow, are rotated and truncated, read by the real daemon, which is stopped and killed meanwhile: nothing is lost, nothing counted twice."""
import json
import os
import pathlib
import random
import shutil
import threading
import time

from harness import Daemon, eventually, main, temporary
from streams_test import counted, own_rules

MAPPED = "json: {plain: {type: /kind, subject: /n}}\nsources: [{file: FOLDER/logs/*.log, json: plain, name: f}]\n"


def following(folder):
    (pathlib.Path(folder) / "logs").mkdir()
    return Daemon(folder, config=MAPPED.replace("FOLDER", folder)), pathlib.Path(folder) / "logs" / "a.log"


def append(path, numbers, end="\n"):
    with open(path, "a") as file:
        file.write("".join(json.dumps({"kind": "line", "n": n}) + end for n in numbers))


def read_once(daemon, log, many):
    """So many lines, read by a run that is over."""
    append(log, range(many))
    with daemon:
        eventually(f"{many} lines", lambda: accepted(daemon) == many)


def accepted(daemon):
    return daemon.metric('alarum_journal_events_total{outcome="accepted"')


def a_file_grows_and_is_rotated_both_ways():
    with temporary() as folder:
        daemon, log = following(folder)
        append(log, range(100))
        with daemon:
            eventually("what was there", lambda: counted(daemon, "f") == 100)
            append(log, range(50), end="")
            with open(log, "a") as file:
                file.write("\n")
            eventually("50 objects in one line are none", lambda: counted(daemon, "f", "rejected") == 1)
            append(log, [100])
            log.rename(log.with_suffix(".log.1"))  # and the writer goes on in the old one for a moment
            append(log.with_suffix(".log.1"), [101])
            append(log, [102, 103])
            eventually("both files are read", lambda: counted(daemon, "f") == 104)
            shutil.copy(log, log.with_suffix(".copy"))
            os.truncate(log, 0)
            daemon.says("a file was truncated or replaced")
            append(log, [102, 103])  # the same bytes at the same place: other lines
            eventually("they are read", lambda: counted(daemon, "f") == 106)
            append(log, [104], end="")
            eventually("a last line without an end", lambda: counted(daemon, "f") == 107)
            assert counted(daemon, "f", "duplicate") == 0 and daemon.metric("alarum_source_gaps_total") == 0


def a_restart_goes_on_where_it_was():
    with temporary() as folder:
        daemon, log = following(folder)
        read_once(daemon, log, 10)
        append(log, range(10, 15))
        log.rename(log.with_suffix(".log.1"))
        append(log, range(15, 20))
        with daemon:
            eventually("the rest of both", lambda: accepted(daemon) == 20)
            assert counted(daemon, "f") == 10 and counted(daemon, "f", "duplicate") == 0, "what was read is not read again"
            assert daemon.metric("alarum_source_gaps_total") == 0
        append(log, [20])
        log.unlink()
        append(log, [21])
        with daemon:
            eventually("the new one", lambda: accepted(daemon) == 21)
            eventually("the gap is said", lambda: daemon.metric("alarum_source_gaps_total") == 1)
            daemon.says("replaced while it was not watched")


STATES = """rules:
- {alert: Down, match: {type: [down]}, until: {type: [up]}, by: [subject], severity: critical, resolve_after: 1h}
"""


def what_was_rotated_while_nobody_looked_is_read_in_its_order():
    with temporary() as folder:
        daemon, log = following(folder)
        daemon.config.write_text(daemon.config.read_text().replace("/*.log", "/*.log*"))
        own_rules(daemon, STATES)
        read_once(daemon, log, 3)
        log.write_text(log.read_text() + '{"kind": "down", "n": 7}\n')
        log.rename(log.with_suffix(".log.1"))
        log.write_text('{"kind": "up", "n": 7}\n')
        with daemon:
            eventually("both", lambda: accepted(daemon) == 5)
            daemon.settled()
            assert json.loads(daemon.request("GET", "/api/v2/alerts")[2]) == [], "it is up again"
            assert daemon.metric("alarum_source_gaps_total") == 0


def files_that_are_known_by_more_than_their_number():
    with temporary() as folder:
        daemon, log = following(folder)
        read_once(daemon, log, 10)
        positions = next((daemon.data / "positions").iterdir())
        state = json.loads(positions.read_text())
        state["files"][0]["device"] += 1  # the machine was started again, and counts its disks otherwise
        positions.write_text(json.dumps(state))
        append(log, [10])
        with daemon:
            eventually("one more", lambda: accepted(daemon) == 11)
            daemon.settled()
            assert accepted(daemon) == 11 and daemon.metric("alarum_source_gaps_total") == 0
        log.write_text("")  # truncated
        append(log, range(2))
        with daemon:
            eventually("two more", lambda: accepted(daemon) == 13)
            daemon.says("was truncated or replaced while it was not watched")
            daemon.shows("alarum_source_gaps_total", 1)
        # By its exact name, rotated twice: what came between is not read, and told.
        daemon.config.write_text(daemon.config.read_text().replace("/*.log", "/a.log"))
        now = time.time()
        log.rename(log.with_suffix(".log.2"))
        append(log.with_suffix(".log.1"), range(5))
        append(log, [5])
        for name, age in (".log.2", 20), (".log.1", 10), (".log", 0):
            os.utime(log.with_suffix(name), (now - age, now - age))
        with daemon:
            eventually("the new one", lambda: accepted(daemon) == 14)
            daemon.says("was created while it was not watched")
            daemon.shows("alarum_source_gaps_total", 1)


def a_link_whose_target_is_rotated():
    with temporary() as folder:
        daemon, log = following(folder)
        target = pathlib.Path(folder) / "there"
        target.mkdir()
        log.symlink_to(target / "0.log")
        read_once(daemon, log, 3)
        append(target / "0.log", range(3, 5))
        (target / "0.log").rename(target / "0.log.20260101")
        append(target / "0.log", [5])
        with daemon:
            eventually("the rest of both", lambda: accepted(daemon) == 6)
            assert daemon.metric("alarum_source_gaps_total") == 0


def more_files_than_may_be_open():
    many = 300
    with temporary() as folder:
        daemon, log = following(folder)
        logs = [log.with_name(f"{n}.log") for n in range(many)]
        for n, one in enumerate(logs):
            append(one, [n])
        with daemon:
            eventually("what was there", lambda: counted(daemon, "f") == many)
            assert daemon.metric("process_open_fds") < many - 100, "quiet files are closed"
            for n, one in enumerate(logs):
                append(one, [n + many])
            eventually("those that were closed grow", lambda: counted(daemon, "f") == 2 * many)
            for one in logs[-20:]:
                append(one.rename(one.with_suffix(".log.1")), [3 * many])
                append(one, [3 * many + 1])
            eventually("those that were closed are rotated", lambda: counted(daemon, "f") == 2 * many + 40)
            for one in logs[100:120]:
                text = one.read_text()
                one.unlink()
                one.write_text(text.replace("line", "LINE"))  # as long, and likely with the same inode
            eventually("those that were closed are replaced", lambda: counted(daemon, "f") == 2 * many + 80)
            assert daemon.metric("process_open_fds") < many - 100
        with daemon:
            append(logs[0], [4 * many])
            eventually("a restart goes on", lambda: counted(daemon, "f") == 1)
            assert counted(daemon, "f", "duplicate") == 0 and daemon.metric("process_open_fds") < many - 100


def what_cannot_be_read_at_a_start_keeps_its_place():
    with temporary() as folder:
        daemon, log = following(folder)
        read_once(daemon, log, 10)
        aside = pathlib.Path(folder) / "a.log"
        log.rename(aside)
        log.mkdir()  # whoever is root may read every file: a folder it may not
        for _ in range(2):  # a second start knows it as well
            with daemon:
                daemon.says("a file cannot be read")
                assert daemon.metric("alarum_source_gaps_total") == 0
        with daemon:
            daemon.says("a file cannot be read")
            log.rmdir()
            append(aside, [10])
            aside.rename(log)
            eventually("it goes on", lambda: accepted(daemon) == 11)
            assert counted(daemon, "f", "duplicate") == 0 and daemon.metric("alarum_source_gaps_total") == 0


def killed_while_it_tails():
    with temporary() as folder:
        daemon, log = following(folder)
        seed = random.randrange(10**6)
        print(f"      seed {seed}")
        chance, written, seen, over = random.Random(seed), [0], [0], threading.Event()

        def write():
            rotations = 0
            while not over.is_set():
                if written[0] - seen[0] > 20_000:  # however slow the daemon is, it must be able to catch up
                    time.sleep(0.01)
                    continue
                many = chance.randrange(1, 400)
                append(log, range(written[0], written[0] + many))
                written[0] += many
                if chance.random() < 0.02:
                    rotations += 1
                    log.rename(log.with_name(f"old-{rotations}.log"))  # still of the pattern: some come and go while nobody looks
                time.sleep(0.002)

        def reads_on(goal):
            seen[0] = accepted(daemon)
            return seen[0] > goal

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(3):
                daemon.start()
                goal = accepted(daemon) + chance.randrange(5000)
                eventually("it reads", lambda: reads_on(goal))
                daemon.kill()
        finally:
            over.set()
            writer.join()
        with daemon:
            eventually("all lines are there", lambda: accepted(daemon) >= written[0])
            time.sleep(0.5)
            assert accepted(daemon) == written[0], (accepted(daemon), written[0])
            assert daemon.metric("alarum_source_gaps_total") == 0 and counted(daemon, "f", "rejected") == 0


def a_damaged_position_stops_nobody_and_is_said():
    with temporary() as folder:
        daemon, log = following(folder)
        read_once(daemon, log, 10)
        (position,) = (daemon.data / "positions").iterdir()
        position.write_text("{")
        append(log, [10])
        with daemon:
            eventually("the file is read from the beginning", lambda: counted(daemon, "f") + counted(daemon, "f", "duplicate") == 11)
            daemon.says("positions/", "set aside", "read from the beginning")
            page = daemon.request("GET", "/-/ready?verbose")[2]
            assert "[!]sources warning: source_failing" in page and position.name in page, page
            assert position.with_name(position.name + ".damaged").read_text() == "{"
        with daemon:
            assert "[+]sources ok" in daemon.request("GET", "/-/ready?verbose")[2]


if __name__ == "__main__":
    main([a_damaged_position_stops_nobody_and_is_said, what_cannot_be_read_at_a_start_keeps_its_place, more_files_than_may_be_open, a_file_grows_and_is_rotated_both_ways, a_restart_goes_on_where_it_was, what_was_rotated_while_nobody_looked_is_read_in_its_order, files_that_are_known_by_more_than_their_number, a_link_whose_target_is_rotated, killed_while_it_tails])
