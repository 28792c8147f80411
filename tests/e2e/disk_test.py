"""A full disk, on a real small tmpfs: 503, nothing acknowledged, and it recovers by itself when there is room."""
import json
import os
import pathlib
import subprocess
import sys

from harness import Daemon, event, eventually, main, temporary
from sse_test import EventServer, plain, reading
from tail_test import accepted

KIND = {"Content-Type": "application/cloudevents-batch+json"}


def batch(number):
    """Of noise, which sealing cannot make smaller."""
    return json.dumps([event(f"{number}-{i}", "noise", data=os.urandom(1000).hex()) for i in range(100)])


def a_full_disk_refuses_and_recovers_by_itself():
    with temporary() as folder:
        data = pathlib.Path(folder) / "var"
        data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "alarum-test", str(data)], check=True)
        try:
            fill_and_recover(folder, data)
        finally:
            subprocess.run(["umount", "-l", str(data)], check=True)


def an_event_stream_is_not_read_while_there_is_no_room():
    with temporary() as folder, EventServer() as server:
        data = pathlib.Path(folder) / "var"
        data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=14m", "alarum-test", str(data)], check=True)
        most, sent = 30_000, [0]

        def serve(write, last_id, number):
            at = int(last_id or 0)
            while at < most:
                write(plain(at + 1, kind=os.urandom(400).hex()))  # noise, which sealing cannot make smaller
                at = sent[0] = at + 1
            server.stay()

        server.serve = serve
        try:
            with reading(folder, server, config="journal: {segment_size: 1MiB}\n") as daemon:
                (data / "filler").write_bytes(b"x" * (5 << 20))
                seen = [None, 0]

                def stands_still():
                    """Nothing was sent or taken while it tried eight times: what sealing frees is used up, too."""
                    now, tries = (sent[0], accepted(daemon)), daemon.metric("alarum_source_backpressure_total")
                    if now != seen[0]:
                        seen[:] = now, tries
                    return tries >= seen[1] + 8

                eventually("it waits", stands_still)
                before, held = sent[0], accepted(daemon)
                assert held <= before < most, "the server could not write on"
                (data / "filler").unlink()
                subprocess.run(["mount", "-o", "remount,size=200m", str(data)], check=True)
                eventually("all are there", lambda: accepted(daemon) == most)
                assert daemon.metric("alarum_source_gaps_total") == 0 and len(server.asked) == 1
                print(f"      {before} of {most} events were sent while it was full, {before - held:.0f} events of 800 bytes were between the server and the journal")
        finally:
            subprocess.run(["umount", "-l", str(data)], check=True)


def fill_and_recover(folder, data):
    rules = pathlib.Path(folder) / "r.yaml"
    rules.write_text("rules: [{alert: A, match: fault, until: mended, resolve_after: 1h}]\n")
    daemon = Daemon(folder, rules=rules, config="journal: {segment_size: 1MiB}\n").start()
    assert daemon.post(event("f", "fault")) == 200
    daemon.shows("alarum_alerts_firing", 1)
    (data / "filler").write_bytes(b"x" * (10 << 20))
    accepted, refused = 1, None
    for number in range(1000):
        body = batch(number)
        status, headers, text = daemon.request("POST", "/v1/events", body, KIND)
        if status != 200:
            refused = body, status, headers, text
            break
        accepted += 100
    body, status, headers, text = refused
    assert status == 503 and headers["Retry-After"], (status, text)
    assert "disk_full" in text or "room" in text or "space" in text, text
    verbose = daemon.request("GET", "/-/ready?verbose")
    assert verbose[0] == 503 and "[-]journal failed: disk_full" in verbose[2] and "[+]clock ok" in verbose[2], verbose  # the book may have needed room, too
    assert daemon.request("GET", "/-/ready")[0] == 503 and daemon.request("GET", "/-/healthy")[0] == 200
    daemon.shows("alarum_journal_full", 1)
    # Nobody waits for the book, which may need room, too.
    daemon.shows("alarum_alerts_firing", 1)
    status, _, text = daemon.request("GET", "/api/v2/alerts")
    assert status == 200 and len(json.loads(text)) == 1, text
    daemon.shows('alarum_journal_events_total{outcome="accepted"}', accepted)  # nothing refused is counted as taken
    (data / "filler").unlink()
    eventually("the same batch is taken once there is room", lambda: daemon.request("POST", "/v1/events", body, KIND)[0] == 200)
    eventually("ready again", lambda: daemon.request("GET", "/-/ready")[0] == 200)
    daemon.kill()
    daemon.start()
    daemon.shows('alarum_journal_events_total{outcome="accepted"}', accepted + 100)
    status, _, text = daemon.request("POST", "/v1/events", body, KIND)
    assert status == 200 and json.loads(text)["duplicate"] == 100, text
    daemon.stop()
    print(f"      {accepted} events until the disk was full")


if __name__ == "__main__":
    if os.geteuid() != 0 and "ALARUM_IN_NAMESPACE" not in os.environ:
        # Not root: a namespace of our own lets us mount.
        os.environ["ALARUM_IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])
    main([a_full_disk_refuses_and_recovers_by_itself, an_event_stream_is_not_read_while_there_is_no_room])
