"""The live stream and the stream of events against the real daemon: what changes comes, a reader who comes back misses nothing, one who never reads costs nothing, and no stream holds up a reload or a stop."""
import contextlib
import http.client
import json
import socket
import threading
import time

from harness import PATIENCE, Daemon, event, eventually, main, plain_rules, temporary


class Stream:
    """A reader of server-sent events on a thread of its own: `events` has (name, id, data) as they came."""

    def __init__(self, daemon, path="/api/v1/stream", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
        self.connection.request("GET", path, headers=headers or {})
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.events, self.ended, self.whole = [], False, False
        if self.answer.status == 200:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        one = {}
        try:
            for line in self.answer:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    one[name] = value
                elif one:
                    if "event" in one:
                        self.events.append((one["event"], one.get("id"), json.loads(one["data"])))
                    one = {}
            self.whole = self.answer.isclosed()
        except (http.client.HTTPException, OSError, ValueError):
            pass
        self.ended = True

    def of(self, name):
        return [data for kind, _, data in list(self.events) if kind == name]

    def waits_for(self, name, count=1):
        eventually(f"{count} {name} came", lambda: len(self.of(name)) >= count)
        return self.of(name)

    def alerts(self):
        """By id, as a page would have them that began empty."""
        state = {}
        for kind, _, data in list(self.events):
            if kind == "alerts":
                state.update({one["id"]: one for one in data["changed"]})
                for one in data["gone"]:
                    state.pop(one["id"], None)
        return state

    def close(self):
        """The reader's thread then comes to the end, and closes the rest."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


def post_json(daemon, path, body, method="POST"):
    status, _, text = daemon.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
    return status, text


def silence(daemon, **more):
    now = time.time()
    stamp = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + seconds))
    body = {"matchers": [{"name": "alertname", "value": "LinkDown", "isRegex": False}], "startsAt": stamp(-1), "endsAt": stamp(3600), "createdBy": "kim", "comment": "c", **more}
    status, text = post_json(daemon, "/api/v2/silences", body)
    assert status == 200, text
    return json.loads(text)["silenceID"]


def what_changes_comes_and_nothing_else():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        assert daemon.post(event("before")) == 200
        daemon.settled()
        stream = Stream(daemon)
        assert stream.answer.status == 200 and stream.answer.headers["Content-Type"] == "text/event-stream"
        assert stream.answer.headers["Cache-Control"] == "no-store"
        assert stream.waits_for("reset") == [{"reason": "begin"}]
        assert stream.waits_for("tick")[0]["firing"] == 1
        assert not stream.of("alerts"), "what was there before is in the list"
        assert daemon.post(event("e1", subject="s2")) == 200
        eventually("the new alert came", lambda: any(one["labels"]["subject"] == "s2" for one in stream.alerts().values()))
        listed = {one["id"]: one for one in json.loads(daemon.request("GET", "/api/v2/alerts")[2])}
        one = next(one for one in stream.alerts().values() if one["labels"]["subject"] == "s2")
        assert one == listed[one["id"]], "an item is as in the list"
        # What suppresses an alert changes nothing of the alert itself.
        id = silence(daemon)
        eventually("both are silenced", lambda: len(stream.alerts()) == 2 and all(one["status"]["silencedBy"] == [id] for one in stream.alerts().values()))
        eventually("the silence came", lambda: any(one["id"] == id and one["status"]["state"] == "active" for data in stream.of("silences") for one in data["changed"]))
        assert daemon.request("DELETE", f"/api/v2/silence/{id}")[0] == 200
        eventually("they are active again", lambda: all(one["status"]["state"] == "active" for one in stream.alerts().values()))
        eventually("the silence is over", lambda: any(one["id"] == id and one["status"]["state"] == "expired" for data in stream.of("silences") for one in data["changed"]))
        assert post_json(daemon, f"/api/v1/alerts/{one['id']}/acknowledge", {"by": "kim"})[0] == 200
        eventually("it is acknowledged", lambda: stream.alerts()[one["id"]].get("acknowledgedBy") == "kim")
        assert post_json(daemon, f"/api/v1/alerts/{one['id']}/resolve", {"by": "kim"})[0] == 200
        gone = eventually("it is gone", lambda: [g for data in stream.of("alerts") for g in data["gone"]])
        assert gone[0]["id"] == one["id"] and gone[0]["reason"] == "manual" and "endsAt" in gone[0], gone
        stream.close()


def a_reader_who_comes_back_misses_nothing():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        stream = Stream(daemon)
        stream.waits_for("tick")
        last = stream.events[-1][1]
        stream.close()
        for n in range(300):
            assert daemon.post(event(f"n{n}", subject=f"s{n}")) == 200
        again = Stream(daemon, headers={"Last-Event-ID": last})
        again.waits_for("resumed")
        eventually("all 300 came", lambda: len(again.alerts()) == 300)
        assert not again.of("reset")
        again.close()
        for wrong in ("x", "0-5", last.split("-")[0] + "-999999", last.split("-")[0] + "-99999999999999999999", last + "x"):
            other = Stream(daemon, headers={"Last-Event-ID": wrong})
            assert other.waits_for("reset")[0]["reason"] in ("restarted", "behind"), wrong
            other.close()
        daemon.stop()
        daemon.start()
        other = Stream(daemon, headers={"Last-Event-ID": last})
        assert other.waits_for("reset") == [{"reason": "restarted"}]
        other.close()


def a_reload_ends_the_stream_in_order_and_the_next_one_says_what_changed():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        stream = Stream(daemon)
        stream.waits_for("tick")
        with open(f"{folder}/plain.yaml", "a") as rules:
            rules.write("  - {alert: New, match: new, by: subject, resolve_after: 1h}\n")
        assert daemon.request("POST", "/-/reload")[0] == 200
        assert stream.waits_for("stop") == [{"reason": "reload"}]
        eventually("the answer is whole", lambda: stream.ended and stream.whole)
        again = Stream(daemon, headers={"Last-Event-ID": stream.events[-1][1]})
        again.waits_for("resumed")
        if not stream.of("reload"):
            assert again.waits_for("reload")[0]["rules"] == 6
        again.close()


def a_stop_ends_the_streams_in_order_and_does_not_wait_for_them():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        streams = [Stream(daemon) for _ in range(6)] + [Stream(daemon, "/api/v1/events/stream")]
        for stream in streams:
            stream.waits_for("tick")
        silent = socket.create_connection(("127.0.0.1", daemon.port))
        silent.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        daemon.stop()
        for stream in streams:
            eventually("the stream has ended", lambda: stream.ended)
            assert stream.of("stop") == [{"reason": "stopping"}] and stream.whole
        silent.close()
        assert "stopped without waiting" not in daemon.log_text()


def no_more_than_64_and_a_place_is_free_again():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        streams = [Stream(daemon) for _ in range(64)]
        for stream in streams:
            stream.waits_for("tick")
        status, headers, text = daemon.request("GET", "/api/v1/stream")
        assert status == 503 and json.loads(text)["error"] == "too_many_streams" and headers["Retry-After"] == "10"
        assert daemon.post(event("e1")) == 200
        for stream in streams:
            eventually("everybody has it", lambda: len(stream.alerts()) == 1)
            stream.close()

        def free():
            stream = Stream(daemon)
            good = stream.answer.status == 200
            stream.close()
            return good

        eventually("a place is free", free)


def who_never_reads_holds_up_nobody():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config="limits: {body_timeout: 2s}\n") as daemon:
        silent = []
        for _ in range(10):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", daemon.port))
            one.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            silent.append(one)
        stream = Stream(daemon)
        stream.waits_for("tick")
        lines = "\n".join(json.dumps(event(f"n{n}", subject=f"s{n}", data={"x": "y" * 2000})) for n in range(3000))
        assert daemon.request("POST", "/v1/events", lines, {"Content-Type": "application/x-ndjson"})[0] == 200
        eventually("who reads has them all", lambda: len(stream.alerts()) == 3000)
        rounds = iter(range(1000))

        # Whoever does not read is cut off after limits.body_timeout, once the buffers of the system,
        # of whatever size, are full.
        def cut():
            again = lines.replace('"id": "n', f'"id": "again-{next(rounds)}-')
            assert daemon.request("POST", "/v1/events", again, {"Content-Type": "application/x-ndjson"})[0] == 200
            daemon.settled()
            return daemon.metric("alarum_http_open_connections") <= 3

        eventually("they are cut", cut)
        for one in silent:
            one.close()
        stream.close()


def events_come_as_they_come_with_filters():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        assert daemon.post(event("before")) == 200
        stream, unmatched = Stream(daemon, "/api/v1/events/stream"), Stream(daemon, "/api/v1/events/stream?unmatched=true&from=0")
        stream.waits_for("tick")
        for n in range(3):
            assert daemon.post(event(f"e{n}", subject=f"s{n}")) == 200
        assert daemon.post(event("odd", type="nobody")) == 200
        ids = lambda stream: [one["id"] for data in stream.of("events") for one in data["events"]]
        eventually("all came", lambda: ids(stream) == ["e0", "e1", "e2", "odd"])
        eventually("the odd one came", lambda: ids(unmatched) == ["odd"])
        last = [id for kind, id, data in stream.events if kind == "events"][0]
        stream.close()
        unmatched.close()
        again = Stream(daemon, "/api/v1/events/stream", {"Last-Event-ID": last})
        seen = ids(stream).index("odd") - len(stream.of("events")[0]["events"])
        eventually("the rest came", lambda: ids(again)[-1:] == ["odd"] if seen >= 0 else True)
        again.close()
        assert daemon.request("GET", "/api/v1/events/stream?from=x")[0] == 400
        assert daemon.request("GET", "/api/v1/events/stream?typ=x")[0] == 400

        def page(query):
            status, _, text = daemon.request("GET", f"/api/v1/events?{query}")
            assert status == 200, text
            return [one["id"] for one in json.loads(text)["events"]]

        assert page("type=linkDown&limit=2") == ["before", "e0"]
        assert page("type=link*&subject=s1") == ["before", "e1"] and page("rule=LinkDown&contains=s2") == ["e2"]
        assert page("unmatched=true") == ["odd"] and page("source=SYS.*&type=no*") == ["odd"]
        assert page("rule=DiskFault") == [] and page("type=link") == []


if __name__ == "__main__":
    main([what_changes_comes_and_nothing_else, a_reader_who_comes_back_misses_nothing, a_reload_ends_the_stream_in_order_and_the_next_one_says_what_changed, a_stop_ends_the_streams_in_order_and_does_not_wait_for_them,
          no_more_than_64_and_a_place_is_free_again, who_never_reads_holds_up_nobody, events_come_as_they_come_with_filters])
