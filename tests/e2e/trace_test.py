"""The trace of an event reaches the webhook that its alert is sent to (W3C Trace Context), and is the same after a crash."""
import json
import re

from harness import Daemon, QuietHandler, Server, event, eventually, main, plain_rules, temporary

TRACE, OTHER = "4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class Receiver:
    """Remembers the headers of every request. `answer`: the status."""

    def __init__(self):
        self.requests, self.answer = [], 200
        outer = self

        class Handler(QuietHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = Server(Handler)

    def of(self, path, subject):
        """Headers of the requests to that path about an alert of that subject."""
        def alerts(body):
            return (body.get("data") or body)["alerts"]
        return [headers for to, headers, body in list(self.requests) if to == path and any(one["labels"].get("subject") == subject for one in alerts(body))]


def daemon_of(folder, receiver):
    daemon = Daemon(folder, rules=plain_rules(folder))
    url = receiver.server.url
    daemon.config.write_text(daemon.config.read_text().replace(
        "[{name: test, console_configs: [{}]}]", f"[{{name: test, webhook_configs: [{{url: '{url}/hook'}}], cloudevents_configs: [{{url: '{url}/events'}}]}}]"))
    return daemon


def post(daemon, one, **headers):
    assert daemon.request("POST", "/v1/events", json.dumps(one), {"Content-Type": "application/cloudevents+json", **headers})[0] == 200


def a_trace_goes_from_the_event_to_both_kinds_of_receivers():
    with temporary() as folder:
        receiver = Receiver()
        with daemon_of(folder, receiver) as daemon:
            post(daemon, event("1", subject="header"), traceparent=PARENT, tracestate="congo=t61rcWkgMzE")
            post(daemon, event("2", subject="own", traceparent=f"00-{OTHER}-b7ad6b7169203331-00"), traceparent=PARENT, tracestate="not=its")
            post(daemon, event("3", subject="invalid"), traceparent=PARENT.upper(), tracestate="congo=t61rcWkgMzE")
            post(daemon, event("4", subject="invalid too", traceparent="nonsense"))
            post(daemon, event("5", subject="none"))
            batch = json.dumps([event("6", subject="batch"), event("7", subject="batch own", traceparent=f"00-{OTHER}-b7ad6b7169203331-01")])
            assert daemon.request("POST", "/v1/events", batch, {"Content-Type": "application/cloudevents-batch+json", "traceparent": PARENT})[0] == 200
            binary = {"ce-specversion": "1.0", "ce-id": "8", "ce-source": "SYS.BMS", "ce-type": "linkDown", "ce-subject": "binary", "traceparent": PARENT}
            assert daemon.request("POST", "/v1/events", "", binary)[0] == 200
            wanted = {"header": (TRACE, "01"), "own": (OTHER, "00"), "batch": (TRACE, "01"), "batch own": (OTHER, "01"), "binary": (TRACE, "01"), "none": None, "invalid": None, "invalid too": None}
            for path in ("/hook", "/events"):
                spans = set()
                for subject, expected in wanted.items():
                    eventually(f"{path} was sent {subject}", lambda: receiver.of(path, subject))
                    headers = receiver.of(path, subject)[0]
                    if not expected:
                        assert "traceparent" not in headers and "tracestate" not in headers, (path, subject, headers)
                        continue
                    found = re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])", headers["traceparent"])
                    assert found and (found.group(1), found.group(3)) == expected, (path, subject, headers)
                    assert found.group(2) not in PARENT and found.group(2) != "b7ad6b7169203331", "a span of its own"
                    spans.add(found.group(2))
                    assert headers.get("tracestate") == ("congo=t61rcWkgMzE" if subject == "header" else None), (path, subject, headers)
                assert len(spans) > 1 or len(wanted) == 1
            daemon.shows("alarum_ingest_invalid_traceparents_total", 2)
            # A later event, with another trace, does not change the alert's.
            post(daemon, event("9", subject="header"), traceparent=f"00-{OTHER}-b7ad6b7169203331-01")
            daemon.settled()
            alerts = json.loads(daemon.request("GET", "/api/v2/alerts")[2])
            assert [one["annotations"]["traceparent"] for one in alerts if one["labels"]["subject"] == "header"] == [PARENT]


def a_crash_does_not_change_the_trace():
    with temporary() as folder:
        receiver = Receiver()
        receiver.answer = 503
        daemon = daemon_of(folder, receiver)
        with daemon:
            post(daemon, event("1", subject="s"), traceparent=PARENT)
            eventually("it was tried", lambda: receiver.of("/hook", "s"))
            daemon.kill()
            before = len(receiver.of("/hook", "s"))
            receiver.answer = 200
            daemon.start()
            eventually("it is sent again", lambda: len(receiver.of("/hook", "s")) > before)
            requests = receiver.of("/hook", "s")
            assert len({(one["webhook-id"], one["traceparent"]) for one in requests}) == 1 and TRACE in requests[0]["traceparent"], requests


if __name__ == "__main__":
    main([a_trace_goes_from_the_event_to_both_kinds_of_receivers, a_crash_does_not_change_the_trace])
