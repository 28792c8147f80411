"""Large answers: sent as they are made, held up by nobody and holding up nobody; pages that say what they leave out."""
import json
import re
import socket
import subprocess

from harness import BINARY, PATIENCE, Daemon, eventually, main, temporary

MANY = 5000
JSON = {"Content-Type": "application/json"}


def post(daemon, names, **more):
    for first in range(0, len(names), 500):
        body = [{"labels": {"alertname": name, "team": "a"}, "annotations": {"summary": "x" * 200}, "endsAt": "2099-01-01T00:00:00Z", **more} for name in names[first : first + 500]]
        assert daemon.request("POST", "/api/v2/alerts", json.dumps(body), JSON)[0] == 200


def quiet(folder):
    """Nobody is notified: what is found does not change by itself."""
    daemon = Daemon(folder)
    daemon.config.write_text(f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: []\nroute: {{receiver: nobody}}\nreceivers: [{{name: nobody}}]\n")
    return daemon


def pages(daemon, path):
    """The items of all pages, each of which says where the next one is."""
    out, query, count = [], "", 0
    while True:
        status, headers, text = daemon.request("GET", path + query)
        assert status == 200, text
        out += json.loads(text)
        count += 1
        link = re.fullmatch(r'<(\?.*)>; rel="next"', headers.get("Link") or "")
        if not link:
            return out, count
        path, query = path.split("?")[0], link[1]


def a_large_answer_waits_for_its_reader_and_nobody_else_does():
    with temporary() as folder, quiet(folder) as daemon:
        names = [f"A{n}" for n in range(MANY)]
        post(daemon, names)
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE) as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            slow.sendall(b"GET /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            read = slow.recv(1000)
            assert b"Transfer-Encoding: chunked" in read and b"Content-Length" not in read, read
            for _ in range(20):  # new connections, to every thread
                assert daemon.request("GET", "/-/healthy")[0] == 200
            post(daemon, ["Meanwhile"])  # the engine goes on, too
            while piece := slow.recv(1 << 16):
                read += piece
        body, text = read.split(b"\r\n\r\n", 1)[1], b""
        while size := int(body[: body.index(b"\r\n")], 16):
            start = body.index(b"\r\n") + 2
            text += body[start : start + size]
            body = body[start + size + 2 :]
        met = sorted(alert["labels"]["alertname"] for alert in json.loads(text))
        assert [name for name in met if name != "Meanwhile"] == sorted(names), len(met)
        assert len(json.loads(daemon.request("GET", "/api/v2/alerts")[2])) == MANY + 1
        groups = json.loads(daemon.request("GET", "/api/v2/alerts/groups")[2])
        assert sum(len(group["alerts"]) for group in groups) == MANY + 1
        # A reader of HTTP/1.0 knows no chunks: there the end of the connection is the end.
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE) as old:
            old.sendall(b"GET /api/v2/alerts HTTP/1.0\r\n\r\n")
            read = b""
            while piece := old.recv(1 << 16):
                read += piece
        head, body = read.split(b"\r\n\r\n", 1)
        assert b"chunked" not in head and len(json.loads(body)) == MANY + 1


def pages_say_what_they_leave_out():
    with temporary() as folder, quiet(folder) as daemon:
        names = [f"A{n}" for n in range(700)]
        post(daemon, names)
        post(daemon, names[:300], endsAt="2020-01-01T00:00:00Z", startsAt="2019-01-01T00:00:00Z")
        eventually("they ended", lambda: len(json.loads(daemon.request("GET", "/api/v2/alerts")[2])) == 400)
        found, count = pages(daemon, "/api/v2/alerts?resolved=true&limit=150")
        assert sorted(a["labels"]["alertname"] for a in found) == sorted(names) and count >= 5, (len(found), count)
        assert daemon.request("GET", "/api/v2/alerts?limit=0")[0] == 400 and daemon.request("GET", "/api/v2/alerts?after=x")[0] == 400
        # A posted alert's story: it fired and ended.
        whole = json.loads(daemon.request("GET", "/api/v1/history?limit=100000")[2])
        found, count = pages(daemon, "/api/v1/history?limit=170")
        assert found == whole and count >= 5, (len(found), len(whole), count)
        some, _ = pages(daemon, "/api/v1/history?limit=7&filter=alertname%3D~%22A1.%22")
        wanted = {entry["alert"] for entry in whole if "after" in entry and re.fullmatch("A1.", entry["after"]["labels"]["alertname"])}
        assert len(wanted) == 10 and some == [entry for entry in whole if entry["alert"] in wanted], len(some)
        assert daemon.request("GET", "/api/v1/history?after=1.2")[0] == 400

        def alarum(*arguments):
            done = subprocess.run([BINARY, *arguments, "--url", daemon.url], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done
        assert len(json.loads(alarum("alerts", "--all", "-o", "json").stdout)) == 700
        cut = alarum("history", "--limit", "50", "-o", "json")
        assert json.loads(cut.stdout) == whole[:50] and "the newest 50" in cut.stderr
        more = alarum("history", "--limit", "100000", "-o", "json")
        assert json.loads(more.stdout) == whole and more.stderr == ""


def refused_lines_have_an_end():
    with temporary() as folder, Daemon(folder) as daemon:
        status, _, text = daemon.request("POST", "/v1/events", b"x\n" * 150_000, {"Content-Type": "application/x-ndjson"})
        said = json.loads(text)
        assert status == 413 and said["error"] == "too_many_items" and said["rejected_count"] == 100_000 and len(said["rejected"]) == 100, text[:300]
        assert daemon.request("GET", "/-/healthy")[0] == 200


if __name__ == "__main__":
    main([a_large_answer_waits_for_its_reader_and_nobody_else_does, pages_say_what_they_leave_out, refused_lines_have_an_end])
