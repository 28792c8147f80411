"""A scripted BMC whose subscription the real daemon keeps alive: made, found again, lost at a reboot, refused, switched off; and whose log it reads after each gap."""
import json
import pathlib
import threading
import time

from harness import Daemon, QuietHandler, Server, Webhook, eventually, main, temporary

SERVICE = "/redfish/v1/EventService"
LIST = SERVICE + "/Subscriptions"
TEST = SERVICE + "/Actions/EventService.SubmitTestEvent"
STREAM = "/redfish/v1/EventService/SSE"
ENTRIES = "/redfish/v1/Systems/1/LogServices/EventLog/Entries"
PLACES = {
    "/redfish/v1/Managers": {"Members": []},
    "/redfish/v1/Systems": {"Members": [{"@odata.id": "/redfish/v1/Systems/1"}]},
    "/redfish/v1/Systems/1": {"LogServices": {"@odata.id": "/redfish/v1/Systems/1/LogServices"}},
    "/redfish/v1/Systems/1/LogServices": {"Members": [{"@odata.id": "/redfish/v1/Systems/1/LogServices/EventLog"}]},
    "/redfish/v1/Systems/1/LogServices/EventLog": {"Id": "EventLog", "Entries": {"@odata.id": ENTRIES}},
}


class Bmc:
    def __init__(self):
        self.subscriptions, self.made, self.asked, self.status, self.knows = {}, 0, 0, 200, lambda body: True
        self.log, self.log_status, self.event_id, self.log_asked = [], 200, 0, 0
        self.service, self.tests, self.on_test = None, [], lambda body: None
        self.listeners = []  # of its event stream: where to write, and what ends it
        outer = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body=None, headers=()):
                data = json.dumps(body).encode() if body is not None else b""
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def refused(self):
                outer.asked += 1
                status = 401 if self.headers["Authorization"] != "Basic cm9vdDpodW50ZXIy" else outer.status
                if status != 200:
                    self.answer(status)
                return status != 200

            def do_GET(self):
                if self.refused():
                    return
                if self.path == STREAM:
                    return self.stream()
                if self.path in PLACES or self.path.startswith(ENTRIES):
                    return self.answer(*outer.logs(self.path))
                if self.path == LIST:
                    return self.answer(200, {"Members": [{"@odata.id": path} for path in outer.subscriptions]})
                found = outer.service if self.path == SERVICE else outer.subscriptions.get(self.path)
                self.answer(200, found) if found else self.answer(404, {"error": {}})

            def stream(self):
                over = threading.Event()
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.flush()
                outer.listeners.append((self.wfile, over))
                over.wait()

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.refused():
                    return
                if self.path == TEST:
                    outer.tests.append(body)
                    outer.on_test(body)
                    return self.answer(204)
                if not outer.knows(body):
                    return self.answer(400, {"error": {"message": "PropertyUnknown"}})
                outer.made += 1
                path = f"{LIST}/{outer.made}"
                outer.subscriptions[path] = {**body, "Status": {"State": "Enabled"}}
                self.answer(201, None, [("Location", f"https://10.9.8.7{path}")])

            def do_DELETE(self):
                if not self.refused():
                    outer.subscriptions.pop(self.path, None)
                    self.answer(204)

        self.server = Server(Handler)
        self.url = self.server.url

    def logs(self, path):
        """Its log, newest first, two entries a page."""
        if path in PLACES:
            return 200, PLACES[path]
        self.log_asked += 1
        if self.log_status != 200:
            return self.log_status, {}
        skip = int(path.partition("=")[2] or 0)
        page = {"Members": self.log[::-1][skip:skip + 2]}
        if skip + 2 < len(self.log):
            page["Members@odata.nextLink"] = f"{ENTRIES}?$skip={skip + 2}"
        return 200, page

    def reboot(self):
        self.subscriptions.clear()
        for _, over in self.listeners:
            over.set()
        self.listeners.clear()
        self.event_id = 0

    def happens(self, daemon, fan, pushed=True):
        """It goes into the log, and to who has subscribed."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        what = {"MessageId": "Environmental.1.0.FanFailed", "MessageArgs": [f"Fan {fan}"], "Message": f"Fan {fan} failed.", "Severity": "Critical"}
        self.event_id += 1
        number = len(self.log) + 1
        self.log.append({"@odata.id": f"{ENTRIES}/{number}", "Id": str(number), "EntryType": "Event", "Created": now, "Links": {"OriginOfCondition": {"@odata.id": f"/fans/{fan}"}}, **what})
        record = {"EventId": str(self.event_id), "EventTimestamp": now, "OriginOfCondition": {"@odata.id": f"/fans/{fan}"}, **what}
        if pushed == "stream":
            for write, _ in self.listeners:
                write.write(f"data: {json.dumps({'Id': str(self.event_id), 'Events': [record]})}\n\n".encode())
                write.flush()
        elif pushed:
            body = {"Id": str(self.event_id), "Context": next(iter(self.subscriptions.values()))["Context"],
                    "Events": [record]}
            status = daemon.request("POST", "/ingest/redfish", json.dumps(body), {"Content-Type": "application/json"})[0]
            assert status == 200, status

    def looked_at(self, times=3):
        goal = self.asked + times
        eventually("it is looked at", lambda: self.asked >= goal)


def keeping(folder, bmc, more="", webhook=None):
    auth = "http_config: {basic_auth: {username: root, password: hunter2}}"
    rules = pathlib.Path(folder) / "fans.yaml"
    rules.write_text("rules: [{alert: FanFailed, match: Environmental.FanFailed, by: subject, resolve_after: 1h}]\n")
    return Daemon(folder, webhook, rules, f"sources: [{{redfish: '{bmc.url}', name: b, destination: 'https://us/ingest/redfish?access_token=t0ken', every: 100ms, {auth}{more}}}]\n")


def a_subscription_is_made_found_and_made_again():
    with temporary() as folder:
        bmc = Bmc()
        daemon = keeping(folder, bmc, ", context: rack-7")
        with daemon:
            eventually("it is made", lambda: len(bmc.subscriptions) == 1)
            made = next(iter(bmc.subscriptions.values()))
            assert made["Destination"] == "https://us/ingest/redfish?access_token=t0ken" and made["Context"] == "rack-7" and made["Protocol"] == "Redfish", made
            bmc.looked_at()
            assert bmc.made == 1
            daemon.shows("alarum_source_connections", 1)
            bmc.subscriptions.clear()  # a reboot
            eventually("it is made again", lambda: bmc.made == 2)
            eventually("the gap is told", lambda: daemon.metric("alarum_source_gaps_total") == 1)
            next(iter(bmc.subscriptions.values()))["Status"]["State"] = "Disabled"  # the BMC gave up on us
            eventually("it is removed and made again", lambda: bmc.made == 3 and len(bmc.subscriptions) == 1)
            bmc.status = 503
            daemon.says("answers 503", "it is not known whether the subscription exists")
            bmc.looked_at(1)
            said = [line for line in daemon.log_text().splitlines() if "it is not known whether the subscription exists" in line]
            assert len(said) == 1, ("the same reason is said once", said)
            eventually("it counts as not kept", lambda: daemon.metric("alarum_source_connections") == 0)
            bmc.status = 200
            eventually("and it is over", lambda: daemon.metric("alarum_source_connections") == 1)
        with daemon:  # a restart finds what it made
            bmc.looked_at()
            assert bmc.made == 3 and len(bmc.subscriptions) == 1
        assert "hunter2" not in daemon.log_text() and "t0ken" not in daemon.log_text()


def all_event_types_are_asked_for_and_a_test_event_shows_whether_they_arrive():
    bmc = Bmc()
    bmc.service = {"EventTypesForSubscription": ["StatusChange", "Alert"], "Actions": {"#EventService.SubmitTestEvent": {"target": TEST}}}
    with temporary() as folder, keeping(folder, bmc) as daemon:
        def sent(body):
            record = {name: body[name] for name in ("EventId", "EventTimestamp", "EventType", "Severity", "Message", "MessageId", "MessageArgs")}
            context = next(iter(bmc.subscriptions.values()))["Context"]
            threading.Thread(target=lambda: daemon.request("POST", "/ingest/redfish", json.dumps({"Id": "1", "Context": context, "Events": [record]}), {"Content-Type": "application/json"})).start()

        bmc.on_test = sent
        bmc.reboot()  # where it has been made already, it is made again
        daemon.says("the BMC's events arrive")
        assert next(iter(bmc.subscriptions.values()))["EventTypes"] == ["StatusChange", "Alert"]
        tests = len(bmc.tests)
        bmc.looked_at()
        assert len(bmc.tests) == tests, "not with every look"


def an_old_bmc_and_a_wrong_password():
    with temporary() as folder:
        bmc = Bmc()
        bmc.knows = lambda body: "DeliveryRetryPolicy" not in body and "EventTypes" in body
        with keeping(folder, bmc) as daemon:
            daemon.says("a subscription was made")
        assert bmc.made == 1
        daemon.config.write_text(daemon.config.read_text().replace("hunter2", "wrong"))
        with daemon:
            daemon.says("answers 401")


def what_was_missed_is_read_from_the_log_once():
    def fans(webhook):
        return sorted(subject for _, _, subject in webhook.changes())

    with temporary() as folder:
        bmc, webhook = Bmc(), Webhook()
        for fan in ("old", "older"):
            bmc.happens(None, fan, pushed=False)  # before our time
        for entry in bmc.log:
            entry["Created"] = "2026-01-01T00:00:00Z"
        daemon = keeping(folder, bmc, webhook=webhook)
        counted = lambda: daemon.metric('alarum_journal_events_total{outcome="accepted"')
        with daemon:
            eventually("it is made", lambda: bmc.made == 1)
            daemon.says("a subscription was made")
            bmc.looked_at()
            for fan in range(3):
                bmc.happens(daemon, fan)
            bmc.happens(daemon, 0)  # the same again, in the same second or the next
            # It reboots, begins its event ids anew, and has something to say before we are back.
            bmc.log_status = 503
            bmc.reboot()
            for fan in (3, 4, 3):
                bmc.happens(daemon, fan, pushed=False)
            eventually("it is made again", lambda: bmc.made == 2)
            daemon.says("its log is read now", "the BMC's log is not read yet")
            bmc.happens(daemon, 5)
            bmc.log_status = 200
            eventually("all is there", lambda: counted() == 8)
            daemon.says("the BMC's log was read")
            assert daemon.metric("alarum_source_gaps_total") == 1
            bmc.status = 503  # nothing reaches it, and nothing us
            daemon.shows("alarum_source_connections", 0)
            bmc.happens(daemon, "unheard", pushed=False)
            bmc.status = 200
            eventually("what it could not tell", lambda: counted() == 9)
        # Nobody is there, and the BMC gives up on us.
        bmc.happens(daemon, 6, pushed=False)
        bmc.happens(daemon, 7, pushed=False)
        bmc.reboot()
        with daemon:
            eventually("what we were away for", lambda: daemon.metric('alarum_source_events_total{source="b",outcome="accepted"') == 2)
            daemon.shows("alarum_source_gaps_total", 1)
            daemon.settled()
            bmc.happens(daemon, 8)
            daemon.kill()
        readings = daemon.log_text().count("the BMC's log was read")
        with daemon:  # nothing was missed: the log has nothing new, and the subscription still stands
            eventually("its log is read", lambda: daemon.log_text().count("the BMC's log was read") > readings)
            daemon.settled()
            assert daemon.metric('alarum_source_events_total{source="b",outcome="accepted"') == 0 and daemon.metric("alarum_source_gaps_total") == 0
            assert fans(webhook) == [f"/fans/{i}" for i in range(9)] + ["/fans/unheard"], fans(webhook)


def a_stream_that_broke_is_made_good_from_the_log():
    with temporary() as folder:
        bmc = Bmc()
        daemon = Daemon(folder, config=f"sources: [{{sse: '{bmc.url}{STREAM}', name: b, format: redfish, log: {ENTRIES.removesuffix('/Entries')}, every: 100ms, http_config: {{basic_auth: {{username: root, password: hunter2}}}}}}]\n")
        counted = lambda: daemon.metric('alarum_source_events_total{source="b",outcome="accepted"')
        with daemon:
            eventually("it listens", lambda: len(bmc.listeners) == 1)
            daemon.shows("alarum_source_connections", 1)
            place = daemon.data / "positions"
            eventually("the place is kept", lambda: list(place.glob("*.log.json")))
            bmc.happens(daemon, 1, "stream")
            bmc.happens(daemon, 1, "stream")
            eventually("both came", lambda: counted() == 2)
            bmc.reboot()
            bmc.happens(daemon, 2, pushed=False)
            eventually("it listens again", lambda: len(bmc.listeners) == 1)
            eventually("what came between is there", lambda: counted() == 3)
            bmc.happens(daemon, 3, "stream")
            eventually("it goes on", lambda: counted() == 4)
        bmc.reboot()
        bmc.happens(daemon, 4, pushed=False)
        with daemon:
            eventually("what we were away for", lambda: counted() == 1)
            daemon.says("the BMC's log was read")
        bmc.reboot()
        readings = daemon.log_text().count("the BMC's log was read")
        with daemon:
            eventually("the log is read", lambda: daemon.log_text().count("the BMC's log was read") > readings)
            eventually("it listens", lambda: len(bmc.listeners) == 1)
            bmc.happens(daemon, 5, "stream")
            eventually("it came", lambda: counted() >= 1)
            assert counted() == 1, "nothing twice"
            accepted = daemon.metric('alarum_journal_events_total{outcome="accepted"')
            assert accepted == 6, accepted


if __name__ == "__main__":
    main([a_subscription_is_made_found_and_made_again, all_event_types_are_asked_for_and_a_test_event_shows_whether_they_arrive,
          an_old_bmc_and_a_wrong_password, what_was_missed_is_read_from_the_log_once, a_stream_that_broke_is_made_good_from_the_log])
