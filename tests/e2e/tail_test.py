"""Files that grow, are rotated and truncated, read by the real daemon, which is stopped and killed meanwhile: nothing is lost, nothing counted twice."""
import json
import os
import pathlib
import random
import shutil
import threading
import time

from harness import Daemon, eventually, main, temporary
from streams_test import counted

MAPPED = "json: {plain: {type: /kind, subject: /n}}\nsources: [{file: FOLDER/logs/*.log, json: plain, name: f}]\n"


def following(folder):
    (pathlib.Path(folder) / "logs").mkdir()
    return Daemon(folder, config=MAPPED.replace("FOLDER", folder)), pathlib.Path(folder) / "logs" / "a.log"


def append(path, numbers, end="\n"):
    with open(path, "a") as file:
        file.write("".join(json.dumps({"kind": "line", "n": n}) + end for n in numbers))


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
            daemon.says("a file begins anew")
            append(log, [102, 103])  # the same bytes at the same place: other lines
            eventually("they are read", lambda: counted(daemon, "f") == 106)
            append(log, [104], end="")
            eventually("a last line without an end", lambda: counted(daemon, "f") == 107)
            assert counted(daemon, "f", "duplicate") == 0 and daemon.metric("alarum_source_gaps_total") == 0


def a_restart_goes_on_where_it_was():
    with temporary() as folder:
        daemon, log = following(folder)
        append(log, range(10))
        with daemon:
            eventually("ten", lambda: accepted(daemon) == 10)
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
            daemon.says("was replaced while nobody looked")


def killed_again_and_again_while_it_tails():
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
            for _ in range(4 if os.environ.get("ALARUM_SANITIZE") == "thread" else 12):
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


if __name__ == "__main__":
    main([a_file_grows_and_is_rotated_both_ways, a_restart_goes_on_where_it_was, killed_again_and_again_while_it_tails])
