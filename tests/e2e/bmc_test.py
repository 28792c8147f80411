"""A scripted BMC whose subscription the real daemon keeps alive: made, found again, lost at a reboot, refused, switched off."""
import json

from harness import Daemon, QuietHandler, Server, eventually, main, temporary

LIST = "/redfish/v1/EventService/Subscriptions"


class Bmc:
    def __init__(self):
        self.subscriptions, self.made, self.asked, self.status, self.knows = {}, 0, 0, 200, lambda body: True
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
                if self.path == LIST:
                    return self.answer(200, {"Members": [{"@odata.id": path} for path in outer.subscriptions]})
                found = outer.subscriptions.get(self.path)
                self.answer(200, found) if found else self.answer(404, {"error": {}})

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.refused():
                    return
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

    def looked_at(self, times=3):
        goal = self.asked + times
        eventually("it is looked at", lambda: self.asked >= goal)


def keeping(folder, bmc, more=""):
    auth = "http_config: {basic_auth: {username: root, password: hunter2}}"
    return Daemon(folder, config=f"sources: [{{redfish: '{bmc.url}', name: b, destination: 'https://us/ingest/redfish?access_token=t0ken', every: 100ms, {auth}{more}}}]\n")


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
            daemon.says("answers 503")
            eventually("it counts as not kept", lambda: daemon.metric("alarum_source_connections") == 0)
            bmc.status = 200
            eventually("and it is over", lambda: daemon.metric("alarum_source_connections") == 1)
        with daemon:  # a restart finds what it made
            bmc.looked_at()
            assert bmc.made == 3 and len(bmc.subscriptions) == 1
        assert "hunter2" not in daemon.log_text() and "t0ken" not in daemon.log_text()


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


if __name__ == "__main__":
    main([a_subscription_is_made_found_and_made_again, an_old_bmc_and_a_wrong_password])
