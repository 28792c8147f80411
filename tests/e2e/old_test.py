"""Data folders of older alarums (tests/simulation/old): today's starts on each, knows what it knew, sends what waited, takes nothing twice, and goes on in today's formats."""
import json
import os
import pathlib
import sys
import tarfile
import time

from harness import ROOT, event, eventually, main, temporary

OLD = ROOT / "tests/simulation/old"
sys.path.insert(0, str(OLD))
from make import ALIVE, DEAD, Receiver, daemon_in, firing, post  # noqa: E402

BATCH = {"Content-Type": "application/cloudevents-batch+json"}


def a_start_on_the_folder(name, folder):
    facts = json.loads((OLD / f"{name}.json").read_text())
    with tarfile.open(OLD / f"{name}.tar.gz") as tar:
        tar.extractall(f"{folder}/var")
    alive, dead = Receiver(ALIVE), Receiver(DEAD)  # who was dead is there now
    # Its wall clock goes on where it ended, so that nothing is too old.
    (pathlib.Path(folder) / "shift").write_text(str(facts["end"] + 5 - int(time.time())))
    daemon = daemon_in(folder)
    daemon.env |= {"LD_PRELOAD": os.environ["ALARUM_SHIFTED"], "SHIFTED_FILE": f"{folder}/shift"}
    rules = lambda: [one for one in firing(daemon) if not one[0].startswith("Alarum")]
    with daemon:
        assert rules() == facts["firing"], (name, rules())
        shown = [a for a in json.loads(daemon.request("GET", "/api/v2/alerts")[2]) if a["labels"].get("subject") == facts["acknowledged_alert"]]
        assert [a["acknowledgedBy"] for a in shown] == ["kim"], (name, shown)
        eventually(f"{name}: what waited is sent", lambda: len(dead.changes) >= facts["waiting"])
        daemon.settled()
        assert len(dead.changes) == len(set(dead.changes)) == facts["waiting"], (name, dead.changes)
        ours = lambda receiver: sorted(change for change in receiver.changes if not change[1].startswith("Alarum"))
        assert not {change[2] for change in dead.changes} & set(facts["silenced"]), (name, dead.changes)
        assert ours(alive) == [], f"{name}: {alive.changes}: it was notified of all of this"
        again = [event(id, "noise") for id in facts["acknowledged"]]
        status, _, text = daemon.request("POST", "/v1/events", json.dumps(again), BATCH)
        assert status == 200 and json.loads(text)["duplicate"] == len(again), (name, text)
        # Its windows have what they had, and its alerts end.
        post(daemon, [event("new-hit", "hit", "s1"), event("new-up", "linkUp", "s0")])
        daemon.settled()
        eventually(f"{name}: the alive target is notified", lambda: ours(alive) == [("firing", "Storm", "s1"), ("resolved", "Down", "s0")])
        now = rules()
        assert now == sorted([one for one in facts["firing"] if one != ["Down", "s0"]] + [["Storm", "s1"]]), (name, now)
        assert json.loads(daemon.request("GET", "/api/v1/ledger")[2])["faults"] == [], name
    with daemon:
        assert rules() == now, (name, "after a restart", rules())
        daemon.settled()
        assert len(ours(alive)) == 2, (name, alive.changes)
    for receiver in (alive, dead):
        receiver.shutdown()
        receiver.server_close()


def todays_alarum_goes_on_from_each_folder():
    names = sorted(path.stem for path in OLD.glob("*.json"))
    assert names
    for name in names:
        with temporary() as folder:
            a_start_on_the_folder(name, folder)
            print(f"      {name}")


if __name__ == "__main__":
    main([todays_alarum_goes_on_from_each_folder])
