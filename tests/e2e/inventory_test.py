"""The inventory: sent, stored, in force after a restart, refused whole, taken away again."""
import json
import pathlib

from harness import Daemon, event, eventually, main, temporary

RULES = """inventory: {file: fleet.csv, keys: {rid: subject, bmc: source}, labels: [server, rack], annotations: [job]}
rules:
  - {alert: Down, match: linkDown, until: linkUp, by: server, resolve_after: 1h, summary: "{{server}} in {{rack}}"}
"""
FILE = "rid,server,bmc,rack,job\nr1,s1,b1,k1,j1\n"
SENT = FILE + "r2,s2,b2,k2,j2\nr3,s3,b2,k2,\n"


def rules_in(folder):
    rules = pathlib.Path(folder) / "rules"
    rules.mkdir()
    (rules / "r.yaml").write_text(RULES)
    (rules / "fleet.csv").write_text(FILE)
    return rules


def shown(daemon):
    code, _, text = daemon.request("GET", "/api/v1/inventory")
    assert code == 200, text
    return json.loads(text)


def labels(daemon):
    return sorted((a["labels"].get("server"), a["labels"].get("rack"), a["annotations"].get("job")) for a in json.loads(daemon.request("GET", "/api/v2/alerts")[2]))


def what_is_sent_is_in_force_and_stays_so():
    with temporary() as folder:
        rules = rules_in(folder)
        with Daemon(folder, None, rules) as daemon:
            assert shown(daemon)["rows"] == 1 and not shown(daemon)["sent"]
            code, _, text = daemon.request("PUT", "/api/v1/inventory", SENT)
            assert code == 200 and "inventory: " in text and "3 rows" in text and 'bmc "b2" is of two servers' in text, text
            now = shown(daemon)
            assert now["rows"] == 3 and now["sent"] and now["duplicate_keys"] == 1 and "line 3" in now["faults"][0], now
            daemon.shows("alarum_inventory_rows", 3)
            daemon.shows("alarum_inventory_duplicate_keys", 1)
            assert daemon.post(event(1, subject="r2")) == 200
            eventually("it has its rack", lambda: labels(daemon) == [("s2", "k2", "j2")])
            # Nothing of a faulty one holds, and all that is wrong is said.
            code, _, text = daemon.request("PUT", "/api/v1/inventory", "rid,name\nr1,s1,x\n")
            assert code == 400 and 'no column' in text and "nothing changed" in text, text
            assert shown(daemon) == now and daemon.metric("alarum_config_last_reload_successful") == 1
            assert daemon.request("PUT", "/api/v1/inventory", SENT, {"Origin": "http://evil.example"})[0] == 403
            # The rules alone change: the large file is stored once.
            (rules / "r.yaml").write_text(RULES + "  - {alert: More, match: more, resolve_after: 1h}\n")
            assert daemon.request("POST", "/-/reload")[0] == 200
            assert shown(daemon) == now
            stored = list((daemon.data / "generations").glob("*.csv.zst"))
            assert len(stored) == 2, stored
        with Daemon(folder, None, rules) as daemon:
            assert shown(daemon) == now
            assert daemon.post(event(2, subject="r1")) == 200
            eventually("both", lambda: labels(daemon) == [("s1", "k1", "j1"), ("s2", "k2", "j2")])
            assert daemon.request("DELETE", "/api/v1/inventory")[0] == 200
            assert shown(daemon)["rows"] == 1 and not shown(daemon)["sent"]
            assert labels(daemon) == [("s1", "k1", "j1"), ("s2", "k2", "j2")]


def a_replay_judges_the_past_by_the_inventory_of_its_time():
    with temporary() as folder:
        with Daemon(folder, None, rules_in(folder)) as daemon:
            assert daemon.request("PUT", "/api/v1/inventory", SENT)[0] == 200
            assert daemon.post(event(1, subject="r2")) == 200
            daemon.settled()
            assert daemon.request("DELETE", "/api/v1/inventory")[0] == 200
            before = labels(daemon)
            assert before == [("s2", "k2", "j2")], before
            daemon.kill()
            for file in (daemon.data / "checkpoints").glob("*"):
                file.unlink()
            (daemon.data / "book.sqlite").unlink()
            daemon.start()
            daemon.settled()
            assert labels(daemon) == before


if __name__ == "__main__":
    main([what_is_sent_is_in_force_and_stays_so, a_replay_judges_the_past_by_the_inventory_of_its_time])
