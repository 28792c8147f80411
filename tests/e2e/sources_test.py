"""Every sender as it is: the bodies that Alertmanager, the clouds and BMCs post, over HTTP to the real daemon."""
import base64
import concurrent.futures
import gzip
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse

from harness import BINARY, PATIENCE, RULES, Daemon, QuietHandler, Server, Webhook, certificate, eventually, free_port, main, plain_rules, temporary

JSON = {"Content-Type": "application/json"}


def post(daemon, path, body, headers=JSON):
    """(status, the answer's JSON)."""
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    status, _, answer = daemon.request("POST", path, text, headers)
    return status, json.loads(answer) if answer else None


def told(webhook):
    """(status, labels without what every alert has) of every alert told, in order."""
    out = []
    for _, body in webhook.bodies:
        out += [(a["status"], a["labels"]) for a in body["alerts"]]
    return out


def alert(status, ends="0001-01-01T00:00:00Z"):
    labels = {"alertname": "DiskFull", "instance": "h1:9100", "severity": "critical"}
    return {"status": status, "labels": labels, "annotations": {"summary": "97 % used"}, "startsAt": "2026-11-20T10:00:00Z", "endsAt": ends, "generatorURL": "", "fingerprint": "0123456789abcdef"}


def alertmanagers_webhook_fires_and_resolves():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook) as daemon:
            body = {"version": "4", "receiver": "alarum", "status": "firing", "externalURL": "http://am:9093", "alerts": [alert("firing")]}
            assert post(daemon, "/ingest/alertmanager", body) == (200, {"accepted": 1, "duplicate": 0})
            ended = {**body, "alerts": [alert("resolved", "2026-11-20T11:00:00Z")]}
            assert post(daemon, "/ingest/alertmanager", ended) == (200, {"accepted": 1, "duplicate": 0})
            retries = [post(daemon, "/ingest/alertmanager", ended)[1]["duplicate"] for _ in range(2)]
            assert 1 in retries, "a retry, at most one of them in another minute"
            eventually("both are told", lambda: [s for s, _ in told(webhook)] == ["firing", "resolved"])
            assert told(webhook)[0][1] == {"alertname": "RelayedAlert", "name": "DiskFull", "subject": "h1:9100", "fingerprint": "0123456789abcdef", "severity": "critical"}
            assert webhook.bodies[1][1]["alerts"][0]["annotations"]["resolved_reason"] == "recovered"
            status, answer = post(daemon, "/ingest/alertmanager", {"version": "4", "alerts": [{"status": "odd"}]})
            assert status == 400 and answer["rejected"][0]["reason"] == "bad_member", answer
            assert daemon.request("POST", "/ingest/alertmanager", json.dumps(ended), {"Content-Type": "text/plain"})[0] == 200, "the route says what it is"
            daemon.shows('alarum_ingest_events_total{format="alertmanager",outcome="accepted"', 2)


def the_route_says_what_a_body_is_and_what_is_refused_is_kept_and_said():
    """cases/01: BMCs post without a Content-Type, or with another. A web page could have a browser send such a body: not if it is of another site."""
    redfish = json.dumps({"@odata.type": "#Event.v1_3_0.Event", "Id": "1", "Events": [{"EventId": "1", "MessageId": "Base.1.8.PowerSupplyFailed", "Severity": "Critical", "Message": "PSU 1 failed", "OriginOfCondition": {"@odata.id": "/redfish/v1/Chassis/1"}}]})
    cloud = {"specversion": "1.0", "id": "e1", "source": "/s", "type": "t"}
    with temporary() as folder, Daemon(folder, config="json: {any: {type: /kind, subject: /n}}\n") as daemon:
        host = daemon.url.removeprefix("http://")

        def sent(path, body, **headers):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection = http.client.HTTPConnection(host)
            connection.putrequest("POST", path)
            for name, value in {**named, "Content-Length": str(len(body.encode()))}.items():
                connection.putheader(name, value)
            connection.endheaders(body.encode())
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        for kind in ({}, {"Content_Type": "application/octet-stream"}, {"Content_Type": "text/plain; charset=utf-8"}, {"Content_Type": "application/x-www-form-urlencoded"}):
            assert sent("/ingest/redfish", redfish, **kind)[0] == 200, kind
            assert sent("/ingest/json/any", '\ufeff{"kind": "k"}', **kind)[0] == 200, kind
            assert sent("/v1/events", json.dumps(cloud), **kind)[0] == 200 and sent("/v1/events", json.dumps([cloud]), **kind)[0] == 200, kind
        assert sent("/ingest/redfish", redfish, Origin=daemon.url)[0] == 200, "a page of ours"
        assert sent("/ingest/redfish", redfish, Origin="http://evil.example", Sec_Fetch_Site="same-origin")[0] == 200, "the browser says whose it is"
        assert sent("/ingest/redfish", redfish, Origin="eventgrid.azure.net")[0] == 200, "no browser: an origin has a scheme"
        for browser in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site", "Content_Type": "text/plain"}):
            for path in ("/ingest/redfish", "/v1/events", "/V1.0/p/events", "/-/reload", "/api/v2/alerts"):
                status, text = sent(path, "{}", **browser)
                assert status == 403 and "another site" in text, (path, browser, status, text)
        body = '{"Events": 5, "note": "' + "x" * 3000 + '"}'
        for _ in range(9):
            assert sent("/ingest/redfish", body)[0] == 400
        assert [one["body"] for one in daemon.rejects(9)] == [body] * 9, "whole"
        said = lambda: [line for line in daemon.log_text().splitlines() if "refused; a copy" in line and "format=redfish" in line and "other_site" not in line]
        says = eventually("the log says it", said)
        assert all("sender=127.0.0.1" in line and "reason=" in line for line in says) and 1 <= len(says) <= 4, says


def the_real_alertmanager_sends_to_us():
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if not program:
        print("      skipped: no Alertmanager here (Debian: prometheus-alertmanager)")
        return
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook) as daemon:
            port, config = free_port(), daemon.folder / "am.yml"
            config.write_text(f"route: {{receiver: us, group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}\nreceivers: [{{name: us, webhook_configs: [{{url: '{daemon.url}/ingest/alertmanager'}}]}}]\n")
            log = open(daemon.folder / "am.log", "wb")
            running = subprocess.Popen([program, f"--config.file={config}", f"--storage.path={folder}/am", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], stdout=log, stderr=log)
            try:
                def say(*more):
                    return subprocess.run(["curl", "-sf", "-H", "Content-Type: application/json", f"http://127.0.0.1:{port}/api/v2/alerts", "-d", json.dumps([{"labels": {"alertname": "Real", "severity": "warning"}, **dict(more)}])]).returncode == 0
                eventually("Alertmanager takes an alert", lambda: say(("startsAt", "2026-11-20T10:00:00Z")))
                eventually("it is told", lambda: [s for s, _ in told(webhook)] == ["firing"])
                assert say(("startsAt", "2026-11-20T10:00:00Z"), ("endsAt", "2026-11-20T11:00:00Z"))
                eventually("its end is told", lambda: [s for s, _ in told(webhook)] == ["firing", "resolved"])
                assert told(webhook)[1][1]["name"] == "Real"
            finally:
                running.terminate()
                running.wait()


MAPPING = """json:
  grafana: {items: /alerts, id: /id, source: {body: /server}, type: /rule, subject: /labels/host, time: /at, severity: /level, severity_words: {P1: critical}, status: /state, status_words: {broken: firing, fine: resolved}}
  hook: {id: {header: X-Delivery}, type: {header: X-Event}}
"""


def any_json_by_a_mapping_and_a_reload_of_it():
    with temporary() as folder:
        webhook = Webhook()
        own = Daemon(folder, webhook, config=MAPPING)
        (own.folder / "own.yaml").write_text("rules: [{alert: Own, match: {format: json, type: cpu}, by: subject, severity: '{{severity}}', resolve_after: 1h, summary: hot}]\n")
        own.config.write_text(own.config.read_text().replace(str(RULES), f"{RULES}, {own.folder}/own.yaml"))
        with own as daemon:
            item = {"id": 1, "rule": "cpu", "labels": {"host": "h1"}, "level": "p1", "state": "broken"}
            body = {"server": "g1", "alerts": [item, {**item, "id": 2, "state": "fine"}, {"id": 3}]}
            status, answer = post(daemon, "/ingest/json/grafana", body)
            assert status == 200 and answer["accepted"] == 2 and "/rule" in answer["rejected"][0]["message"], answer
            eventually("both are told", lambda: told(webhook) == [(s, {"alertname": "Own", "subject": "h1", "severity": "critical"}) for s in ("firing", "resolved")])
            assert post(daemon, "/ingest/json/grafana", body)[1]["duplicate"] == 2
            assert post(daemon, "/ingest/json/hook", {"a": 1}, {**JSON, "X-Event": "push", "X-Delivery": "d1"})[1]["accepted"] == 1
            status, answer = post(daemon, "/ingest/json/new", {})
            assert status == 404 and answer["error"] == "unknown_source", answer
            daemon.config.write_text(daemon.config.read_text() + "  new: {}\n")
            assert daemon.request("POST", "/-/reload")[0] == 200
            assert post(daemon, "/ingest/json/new", {}) == (200, {"accepted": 1, "duplicate": 0})


AUTH = """json: {ci: {}, std: {id: {header: webhook-id}}}
auth:
  ingest: [{bearer_token: old}, {bearer_token_file: %s}, {query_token: q1}]
  admin: [{basic_auth: {username: kim, password: pw}}, {bearer_token: adm}]
  routes: {/ingest/json/ci: [{github_secret: hush}], /ingest/json/std: [{standard_webhooks_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}],
           /ingest/redfish: [{basic_auth: {username: bmc, password: b}}, {header: {name: X-Key, value: k}}]}
"""
KEY = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def senders_prove_who_they_are():
    with temporary() as folder:
        token = os.path.join(folder, "token")
        with open(token, "w") as file:
            file.write("new\n")
        with Daemon(folder, config=AUTH % token) as daemon:
            path, body = "/ingest/alertmanager", json.dumps({"alerts": [alert("firing")]})
            for headers, query, wanted in (({}, "", 401), ({"Authorization": "Bearer old"}, "", 200), ({"Authorization": "Bearer new"}, "", 200), ({"Authorization": "Bearer adm"}, "", 401), ({}, "?access_token=q1", 200), ({}, "?access_token=q2", 401)):
                status, answered, _ = daemon.request("POST", path + query, body, {**JSON, **headers})
                assert status == wanted, (headers, query, status)
                assert status == 200 or answered["WWW-Authenticate"].startswith("Bearer"), answered
                assert not query or status != 200 or answered["Cache-Control"] == "private", answered
            # What is signed is what goes over the wire, packed or not.
            for sent in (body.encode(), gzip.compress(body.encode())):
                packed = {"Content-Encoding": "gzip"} if sent != body.encode() else {}
                sign = "sha256=" + hmac.new(b"hush", sent, hashlib.sha256).hexdigest()
                assert post(daemon, "/ingest/json/ci", sent, {**JSON, **packed, "X-Hub-Signature-256": sign})[0] == 200
                broken = bytearray(sent)
                broken[5] ^= 1
                assert post(daemon, "/ingest/json/ci", bytes(broken), {**JSON, **packed, "X-Hub-Signature-256": sign})[0] == 401
            assert post(daemon, "/ingest/json/ci", body, {**JSON, "Authorization": "Bearer old"})[0] == 401, "the route's own credentials stand in place of ingest's"
            for age, wanted in ((0, 200), (3600, 401)):
                at = str(int(time.time()) - age)
                sign = "v1," + base64.b64encode(hmac.new(KEY, f"m1.{at}.{body}".encode(), hashlib.sha256).digest()).decode()
                headers = {**JSON, "webhook-id": "m1", "webhook-timestamp": at, "webhook-signature": sign}
                status, answer = post(daemon, "/ingest/json/std", body, headers)
                assert status == wanted and (status == 200 or answer["error"] == "stale_signature"), answer
                if wanted == 200:
                    assert post(daemon, "/ingest/json/std", body, headers) == (200, {"accepted": 0, "duplicate": 1}), "a replay"
                    for tampered, more in ((body.replace("97", "96"), {}), (body, {"webhook-id": "m2"}), (body, {"webhook-timestamp": str(int(at) + 1)})):
                        assert post(daemon, "/ingest/json/std", tampered, {**headers, **more})[0] == 401, more
            assert daemon.request("GET", "/-/ready")[0] == 200
            assert daemon.request("GET", "/api/v2/alerts")[0] == 401
            assert daemon.request("GET", "/api/v2/alerts", headers={"Authorization": "Bearer old"})[0] == 401
            basic = {"Authorization": "Basic " + base64.b64encode(b"kim:pw").decode()}
            assert daemon.request("GET", "/api/v2/alerts", headers=basic)[0] == 200
            assert daemon.request("POST", "/api/v2/alerts", '[{"labels": {"a": "b"}}]', {**JSON, "Authorization": "Bearer old"})[0] == 200, "Prometheus sends with a sender's token"
            page = daemon.request("GET", "/metrics", headers=basic)[2]
            refused = [line for line in page.splitlines() if line.startswith("alarum_http_unauthenticated_total")]
            assert float(refused[0].split()[1]) == 12, refused
            daemon.says("reason=unauthenticated")
            assert "old" not in daemon.log_text(), daemon.log_text()
            record, pair = {"Events": [{"MessageId": "M"}]}, lambda text: {"Authorization": "Basic " + base64.b64encode(text).decode()}
            for headers, wanted in (({}, 401), (pair(b"bmc:b"), 200), (pair(b"bmc:c"), 401), ({"X-Key": "k"}, 200), ({"x-key": "j"}, 401), ({"X-Key": "k", **pair(b"bmc:c")}, 200), ({"Authorization": "Bearer old"}, 401)):
                status, answered, _ = daemon.request("POST", "/ingest/redfish", json.dumps(record), {**JSON, **headers})
                assert status == wanted, (headers, status)
                assert status == 200 or answered["WWW-Authenticate"].startswith("Basic"), answered
            # The command line has its token in the environment; a reload takes another key from the file.
            command = [BINARY, "alerts", "--url", daemon.url]
            assert subprocess.run(command, capture_output=True).returncode != 0
            assert subprocess.run(command, capture_output=True, env={**os.environ, "ALARUM_TOKEN": "adm"}).returncode == 0
            with open(token, "w") as file:
                file.write("newer\n")
            assert daemon.request("POST", "/-/reload", headers=basic)[0] == 200
            assert [daemon.request("POST", path, body, {**JSON, "Authorization": f"Bearer {key}"})[0] for key in ("new", "newer")] == [401, 200]


def the_sender_is_whom_our_proxy_names_and_github_may_send_a_form():
    config = """json: {ci: {id: {header: X-GitHub-Delivery}, type: /action}}
auth:
  proxies: {networks: [127.0.0.1]}
  routes: {/ingest/redfish: [{networks: [10.20.0.0/16]}], /ingest/json/ci: [{github_secret: hush, networks: [10.20.0.0/16, 192.0.2.7]}]}
"""
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=config) as daemon:
        record = {"Events": [{"MessageId": "Environmental.1.0.FanFailed", "EventTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "MessageSeverity": "Critical", "OriginOfCondition": {"@odata.id": "/fans/1"}}]}
        for header, wanted in (({}, 401), ({"X-Forwarded-For": "10.20.0.9"}, 200), ({"X-Forwarded-For": "10.20.0.9, 10.21.0.1"}, 401), ({"X-Forwarded-For": "10.21.0.1, 10.20.0.10"}, 200), ({"Forwarded": "for=10.20.0.9"}, 401)):
            status, answer = post(daemon, "/ingest/redfish", record, {**JSON, **header})
            assert status == wanted, (header, status, answer)
        assert answer["error"] == "bad_credential" and "127.0.0.1 is in none of the networks" in answer["message"], answer
        alerts = lambda: sorted(one["labels"]["source"] for one in json.loads(daemon.request("GET", "/api/v2/alerts")[2]))
        eventually("each BMC has its alert", lambda: alerts() == ["10.20.0.10", "10.20.0.9"])

        def hook(body, kind="application/x-www-form-urlencoded", secret=b"hush", sender="192.0.2.7", **more):
            sign = "sha256=" + hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()
            return post(daemon, "/ingest/json/ci", body, {"Content-Type": kind, "X-Hub-Signature-256": sign, "X-Forwarded-For": sender, **more})

        github = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "d1"}
        form = "a=b&payload=" + urllib.parse.quote_plus(json.dumps({"action": "opened", "title": "5 % & more + ü"}))
        assert hook(form, **github) == (200, {"accepted": 1, "duplicate": 0})
        assert hook(form, **github)[1] == {"accepted": 0, "duplicate": 1}
        assert hook(form, secret=b"other", **github)[0] == 401 and hook(form, sender="192.0.2.8", **github)[0] == 401
        assert hook(form)[0] == 400, "a form of another sender is no JSON"
        assert hook(json.dumps({"action": "opened"}))[0] == 200, "whatever curl says that it is"
        for broken in ("a=b", "payload=%7", "payload=%zz", "payload="):
            status, answer = hook(broken, **github)
            assert status == 400 and answer["error"] in ("no_payload", "bad_json"), answer


def nobody_listens_to_other_machines_without_auth():
    with temporary() as folder:
        daemon = Daemon(folder)
        daemon.config.write_text(daemon.config.read_text().replace("listen: 127.0.0.1:0", "listen: 0.0.0.0:0"))
        done = subprocess.run([BINARY, "serve", "--config", str(daemon.config)], capture_output=True, text=True)
        assert done.returncode == 1 and 'auth has no "ingest"' in done.stdout + done.stderr, done


class Cloud:
    """A vendor's endpoint with our own key pair: serves its certificate over https and counts what is asked for."""

    def __init__(self, folder):
        self.folder, self.asked, self.down = pathlib.Path(folder), [], False
        self.key = "sign.key"
        self.page = None  # what it says in place of its certificate
        self.over = threading.Event()  # until then what has "hang" in its path is not answered

        certificate(folder, "tls")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "sign.key", "-out", "sign.pem", "-days", "2", "-subj", "/CN=sign"], check=True, capture_output=True, cwd=folder)
        outer = self

        class Handler(QuietHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                if "hang" in self.path:
                    outer.over.wait(PATIENCE)
                self.send_response(500 if outer.down else 302 if "moved" in self.path else 200)
                if "moved" in self.path:
                    self.send_header("Location", "/smn/SMN_cert.pem")
                self.end_headers()
                self.wfile.write(outer.page or (outer.folder / "sign.pem").read_bytes())

        self.server = Server(Handler, (self.folder / "tls.pem", self.folder / "tls.key"))
        self.place = f"localhost:{self.server.server_port}"

    def sign(self, text, digest="sha256"):
        done = subprocess.run(["openssl", "dgst", f"-{digest}", "-sign", self.key], input=text.encode(), check=True, capture_output=True, cwd=self.folder)
        return base64.b64encode(done.stdout).decode()


TOPIC = "urn:smn:cn-north-4:0123456789abcdef:alarms"


def smn(cloud, type="Notification", at=None, cert="cert", **more):
    """A message as SMN sends it, signed."""
    message = {"type": type, "topic_urn": TOPIC, "message_id": "m1", "signature_version": "v1", "signing_cert_url": f"https://{cloud.place}/smn/SMN_{cert}.pem", "message": "hello",
               "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at or time.time())), **more}
    names = ["message", "message_id", *(["subject"] if type == "Notification" and message.get("subject") else []), *([] if type == "Notification" else ["subscribe_url"]), "timestamp", "topic_urn", "type"]
    message["signature"] = cloud.sign("".join(f"{name}\n{message[name]}\n" for name in names))
    return message


def ces_alarm(status):
    return json.dumps({"message_type": "alarm", "alarm_id": "al1", "alarm_name": "shop", "alarm_status": status, "time": int(time.time() * 1000), "namespace": "AGT.ECS", "metric_name": "cpu_usage",
                       "dimension": "instance_id:i-1", "comparison_operator": ">=", "template_variable": {"AlarmLevel": "Critical", "ResourceId": "i-1", "ResourceName": "web"}}, indent=1).replace(">", "\\u003e")


def smn_subscribes_fires_resolves_and_believes_no_stranger():
    with temporary() as folder:
        cloud, webhook = Cloud(folder), Webhook()
        config = f"smn: {{topics: ['{TOPIC}'], hosts: ['{cloud.place}'], ca_file: {folder}/tls.pem}}\n"
        # The environment's proxies are not asked (nobody is there): only one that the config names.
        with Daemon(folder, webhook, config=config, env={"https_proxy": "http://127.0.0.1:9"}) as daemon:
            def send(message, headers={"Content-Type": "application/json", "X-SMN-MESSAGE-TYPE": "Notification"}):
                status, answer = post(daemon, "/ingest/smn", message, headers)
                return status, answer.get("error")

            # The subscription is confirmed, once it proves to be the service's.
            confirm = smn(cloud, "SubscriptionConfirmation", subscribe_url=f"https://{cloud.place}/smn/confirm?token=1")
            assert send({**confirm, "subscribe_url": f"https://{cloud.place}/smn/other"}) == (403, "bad_signature")
            assert send(confirm) == (200, None)
            assert post(daemon, "/ingest/smn", confirm)[1] == {"confirmed": TOPIC}, "again, and not asked again"
            assert cloud.asked == ["/smn/SMN_cert.pem", "/smn/confirm?token=1"], cloud.asked
            # An alarm fires, its ok resolves; the same message again is known.
            fired = smn(cloud, message_id="m2", message=ces_alarm("alarm"), subject="[Critical Alarm]From Cloud Eye: web")
            assert send(fired) == (200, None)
            assert post(daemon, "/ingest/smn", fired) == (200, {"accepted": 0, "duplicate": 1})
            assert send(smn(cloud, message_id="m3", message=ces_alarm("ok"))) == (200, None)
            eventually("both are told", lambda: [s for s, _ in told(webhook)] == ["firing", "resolved"])
            assert told(webhook)[0][1] == {"alertname": "CloudEyeAlarm", "source": "AGT.ECS", "metric": "cpu_usage", "subject": "i-1", "dimension": "instance_id:i-1", "alarm": "al1", "severity": "critical"}, told(webhook)
            assert cloud.asked.count("/smn/SMN_cert.pem") == 1, "the certificate is fetched once"
            # What is not to be believed is refused for good, what cannot be judged now is asked for again.
            changed = {**fired, "message": fired["message"].replace("i-1", "i-9")}
            assert send(changed) == (403, "bad_signature")
            assert send(smn(cloud, at=time.time() - 7200)) == (403, "stale_message")
            assert send({**fired, "signing_cert_url": "https://evil.example/smn/SMN_cert.pem"}) == (403, "bad_certificate_url")
            assert send({**fired, "signing_cert_url": f"http://{cloud.place}/smn/SMN_cert.pem"}) == (403, "bad_certificate_url")
            assert send({**fired, "topic_urn": TOPIC + "2"}) == (403, "unknown_topic")
            assert send({**confirm, "subscribe_url": "https://console.example/smn/x"}) == (403, "bad_subscribe_url")
            assert send(smn(cloud, cert="moved")) == (503, "fetch_failed"), "redirects are not followed"
            cloud.down = True
            assert send(smn(cloud, message_id="m4", cert="later")) == (503, "fetch_failed")
            cloud.down = False
            cloud.page = b"<html>maintenance</html>"
            assert send(smn(cloud, message_id="m4", cert="page")) == (503, "fetch_failed"), "no certificate, though 200"
            cloud.page = None
            assert send("{}") == (400, "missing_member")
            assert send("[") == (400, "bad_json")
            # The end of the subscription is told, and not undone.
            asked = len(cloud.asked)
            assert send(smn(cloud, "UnsubscribeConfirmation", message_id="m5", subscribe_url="https://elsewhere.example/smn/confirm?token=2")) == (200, None)
            daemon.says("a subscription has ended")
            assert len(cloud.asked) == asked
            # The log names the first refusals of each kind, and then ever fewer.
            def refusals(reason):
                daemon.log_is_written()
                return [line for line in daemon.log_text().splitlines() if "message refused" in line and f"reason={reason} " in line]

            assert len(refusals("bad_signature")) == 2
            for _ in range(5):
                assert send(changed) == (403, "bad_signature")
            assert len(refusals("bad_signature")) == 3, refusals("bad_signature")
            for reason, host in (("fetch_failed", cloud.place), ("bad_certificate_url", "evil.example"), ("bad_subscribe_url", "console.example"), ("stale_message", cloud.place)):
                assert "level=warn" in refusals(reason)[0] and host in refusals(reason)[0] and TOPIC in refusals(reason)[0], refusals(reason)
            daemon.shows('alarum_ingest_rejected_total{format="smn",reason="bad_signature"', 7)
            daemon.shows('alarum_ingest_events_total{format="smn",outcome="failed"', 3)


def smn_waits_for_a_certificate_once_and_not_for_long():
    with temporary() as folder:
        cloud = Cloud(folder)
        config = f"smn: {{topics: ['{TOPIC}'], hosts: ['{cloud.place}'], ca_file: {folder}/tls.pem}}\n"
        with Daemon(folder, config=config) as daemon:
            send = lambda message: (lambda status, answer: (status, answer.get("error")))(*post(daemon, "/ingest/smn", message))
            confirm = smn(cloud, "SubscriptionConfirmation", subscribe_url=f"https://{cloud.place}/smn/hang?token=1")
            waiting = [smn(cloud, message_id=f"h{n}", cert="hang") for n in range(6)] + [confirm, confirm]
            with concurrent.futures.ThreadPoolExecutor(len(waiting)) as senders:
                answers = senders.map(send, waiting)
                eventually("both are asked", lambda: {"/smn/SMN_hang.pem", "/smn/hang?token=1"} <= set(cloud.asked))
                assert send(smn(cloud, message_id="m1", cert="healthy")) == (200, None)
                assert set(answers) == {(503, "fetch_failed")}
            # On a machine that is slow a message may come when the first has given up, and asks anew.
            assert cloud.asked.count("/smn/SMN_hang.pem") < len(waiting) - 2 and cloud.asked.count("/smn/SMN_cert.pem") == 1, cloud.asked
            cloud.over.set()
            assert send(confirm) == (200, None), "a confirmation is tried again when it comes again"
            daemon.config.write_text(daemon.config.read_text().replace("ca_file", "proxy_url: 'http://127.0.0.1:9', ca_file"))
            assert daemon.request("POST", "/-/reload")[0] == 200
            assert send(smn(cloud, message_id="m2")) == (200, None), "what was fetched is kept"
            assert send(smn(cloud, message_id="m2", cert="more")) == (503, "fetch_failed"), "nobody is there"


class Issuer:
    """A root, an authority between, and certificates that it signs, each of which says where the one between is published."""

    def __init__(self, folder):
        self.folder, self.asked = pathlib.Path(folder), []
        outer = self

        class Handler(QuietHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write((outer.folder / "between.der").read_bytes())

        self.server = Server(Handler)
        self.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "2", "-subj", "/CN=root")
        self.sign("between", "/CN=between", "root", "basicConstraints=critical,CA:TRUE")
        self.run("x509", "-in", "between.pem", "-outform", "DER", "-out", "between.der")

    def certificate(self, name, host):
        self.sign(name, f"/CN={host}", "between", f"subjectAltName=DNS:{host}\nauthorityInfoAccess=caIssuers;URI:{self.server.url}/between.der")

    def sign(self, name, subject, by, extensions):
        (self.folder / "extensions").write_text(extensions + "\n")
        self.run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
        self.run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions", "-out", f"{name}.pem")

    def run(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)


ARN = "arn:aws:sns:us-east-1:123456789012:alarms"


def sns(cloud, id, message, version="2", **more):
    """A notification as SNS sends it, signed with either version."""
    out = {"Type": "Notification", "MessageId": id, "TopicArn": ARN, "Subject": "S", "Message": message, "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime()), "SignatureVersion": version,
           "SigningCertURL": f"https://{cloud.place}/SimpleNotificationService-cert.pem", "UnsubscribeURL": "https://x", **more}
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] if out["Type"] == "Notification" else ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    out["Signature"] = cloud.sign("".join(f"{name}\n{out[name]}\n" for name in names), "sha1" if version == "1" else "sha256")
    return out


def sns_asks_who_vouches_for_the_signing_certificate():
    """A vendor's certificate comes alone and says where its issuer's is to be had; an authority of ours stands at the end."""
    with temporary() as folder:
        cloud = Cloud(folder)
        issued = Issuer(folder)
        issued.certificate("right", "sns.test.example")
        issued.certificate("other", "www.test.example")
        config = f"sns: {{topics: ['{ARN}'], hosts: ['{cloud.place}'], certificate_names: [sns.test.example], ca_file: {folder}/trusted.pem}}\n"
        (pathlib.Path(folder) / "trusted.pem").write_bytes((pathlib.Path(folder) / "tls.pem").read_bytes() + (pathlib.Path(folder) / "root.pem").read_bytes())
        with Daemon(folder, config=config) as daemon:
            def send(name, id):
                cloud.key, cloud.page = f"{name}.key", (pathlib.Path(folder) / f"{name}.pem").read_bytes()
                status, answer = post(daemon, "/ingest/sns", sns(cloud, id, "x", SigningCertURL=f"https://{cloud.place}/SimpleNotificationService-{id}.pem"), {"Content-Type": "text/plain"})
                return status, answer.get("error")

            assert send("right", "a1") == (200, None)
            assert issued.asked == ["/between.der"], issued.asked
            assert send("right", "a1") == (200, None) and len(issued.asked) == 1, "what was found is kept"
            assert send("sign", "b1") == (503, "untrusted_certificate"), "its own authority, and nobody's"
            assert send("other", "c1") == (503, "untrusted_certificate"), "issued to somebody else"
            daemon.says("certificate_names", "no authority that we trust vouches for the certificate")


def sns_of_both_versions_raw_and_eventbridge():
    with temporary() as folder:
        cloud, webhook = Cloud(folder), Webhook()
        config = f"sns: {{topics: ['{ARN}'], hosts: ['{cloud.place}'], ca_file: {folder}/tls.pem, verify_chain: false, certificate_names: [sign], raw: true}}\nauth: {{routes: {{/ingest/sns: [{{query_token: q}}]}}}}\n"
        with Daemon(folder, webhook, config=config) as daemon:
            def send(message, headers={"Content-Type": "text/plain; charset=UTF-8"}, query="?access_token=q"):
                status, answer = post(daemon, "/ingest/sns" + query, message, headers)
                return status, answer.get("error")

            def cloudwatch(state):
                return json.dumps({"AlarmName": "web", "NewStateValue": state, "NewStateReason": "r", "StateChangeTime": time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime()), "AWSAccountId": "1", "Region": "R", "Trigger": {"MetricName": "CPU", "Namespace": "AWS/EC2"}})

            assert send(sns(cloud, "s0", "confirm", Type="SubscriptionConfirmation", Token="t", SubscribeURL=f"https://{cloud.place}/?Action=ConfirmSubscription")) == (200, None)
            assert cloud.asked == ["/SimpleNotificationService-cert.pem", "/?Action=ConfirmSubscription"], cloud.asked
            assert send(sns(cloud, "s1", cloudwatch("ALARM"), "1")) == (200, None)
            assert send(sns(cloud, "s2", cloudwatch("OK"), "2")) == (200, None)
            eventually("both are told", lambda: [s for s, _ in told(webhook)] == ["firing", "resolved"])
            assert told(webhook)[0][1]["subject"] == "web", told(webhook)
            wrong = sns(cloud, "s3", "x", "1")
            assert send({**wrong, "SignatureVersion": "2"}) == (403, "bad_signature")
            assert send({**wrong, "Message": "y"}) == (403, "bad_signature")
            assert send({**wrong, "SigningCertURL": "https://sns.us-east-1.amazonaws.com.example/SimpleNotificationService-cert.pem"}) == (403, "bad_certificate_url")
            assert send({**wrong, "SigningCertURL": f"http://{cloud.place}/SimpleNotificationService-cert.pem"}) == (403, "bad_certificate_url")
            assert send(sns(cloud, "s4", "x", Timestamp=time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(time.time() - 7200)))) == (403, "stale_message")
            assert send(sns(cloud, "s5", "x", TopicArn=ARN + "2")) == (403, "unknown_topic")
            once = sns(cloud, "s6", "x")
            for wanted in ({"accepted": 1, "duplicate": 0}, {"accepted": 0, "duplicate": 1}):
                assert post(daemon, "/ingest/sns?access_token=q", once, {"Content-Type": "text/plain"}) == (200, wanted), "a replay is known"
            assert send(sns(cloud, "s3", "x"), query="") == (401, "unauthenticated")
            asked = len(cloud.asked)
            ended = sns(cloud, "s7", "bye", Type="UnsubscribeConfirmation", Token="t", SubscribeURL=f"https://{cloud.place}/?Action=ConfirmSubscription&again")
            assert send({**ended, "Token": "u"}) == (403, "bad_signature")
            assert send(ended) == (200, None)
            daemon.says("a subscription has ended")
            assert len(cloud.asked) == asked, "the end of a subscription is not undone"
            raw = {"x-amz-sns-rawdelivery": "true", "x-amz-sns-message-id": "r1", "x-amz-sns-topic-arn": ARN, "Content-Type": "text/plain"}
            event = json.dumps({"id": "e1", "source": "aws.ec2", "detail-type": "State", "resources": [], "detail": {}})
            assert send(event, raw) == (200, None)
            assert post(daemon, "/ingest/sns?access_token=q", event, raw)[1]["duplicate"] == 1
            assert send("x", {**raw, "x-amz-sns-topic-arn": ARN + "2"}) == (403, "unknown_topic")
            assert post(daemon, "/ingest/eventbridge", json.loads(event)) == (200, {"accepted": 0, "duplicate": 1}), "the same event by the other way"
            status, answer = post(daemon, "/ingest/eventbridge", {"transformed": True})
            assert status == 400 and answer["rejected"][0]["reason"] == "not_an_event", answer


def a_bmc_that_begins_its_event_ids_anew_loses_nothing():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook, plain_rules(folder)) as daemon:
            def payload(key, at, **more):
                record = {"EventType": "Alert", "EventId": "1", "MemberId": "0", "MessageId": f"StorageDevice.1.2.{key}", "EventTimestamp": at, "OriginOfCondition": {"@odata.id": "/redfish/v1/Systems/1/Storage/1/Drives/2"}, **more}
                return {"@odata.type": "#Event.v1_7_0.Event", "Id": "1", "Name": "Events", "Context": "rack-7-u12", "Events": [record]}

            now = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime())
            assert post(daemon, "/ingest/redfish", payload("DriveFailure", now)) == (200, {"accepted": 1, "duplicate": 0})
            assert post(daemon, "/ingest/redfish", payload("DriveFailure", now)) == (200, {"accepted": 0, "duplicate": 1}), "a retry"
            # After its restart: the same ids, other events.
            assert post(daemon, "/ingest/redfish", payload("DriveOK", now)) == (200, {"accepted": 1, "duplicate": 0})
            assert post(daemon, "/ingest/redfish", payload("DriveFailure", "1970-01-01T00:00:30Z")) == (200, {"accepted": 1, "duplicate": 0})
            eventually("all are told", lambda: [s for s, _ in told(webhook)] == ["firing", "resolved", "firing"])
            assert told(webhook)[0][1] == {"alertname": "DriveFailure", "source": "127.0.0.1", "context": "rack-7-u12", "subject": "/redfish/v1/Systems/1/Storage/1/Drives/2", "severity": "critical"}, told(webhook)
            report = {"@odata.type": "#MetricReport.v1_5_2.MetricReport", "Id": "Power", "MetricValues": [{"MetricId": "Watts", "MetricValue": str(v)} for v in (94, 100)]}
            assert post(daemon, "/ingest/redfish", report)[1]["accepted"] == 2
            assert post(daemon, "/ingest/redfish", {"Name": "neither"})[1]["error"] == "not_redfish"
            samples = sorted((pathlib.Path(os.environ.get("ALARUM_CONFORMANCE", "/nowhere")) / "redfish").glob("*"))
            for sample in samples:
                if '"Events"' in (text := sample.read_text()) or '"MetricValues"' in text:
                    assert post(daemon, "/ingest/redfish", text)[0] == 200, sample


def eventgrid_shakes_hands_both_ways():
    with temporary() as folder, Daemon(folder, config="auth: {routes: {/ingest/eventgrid: [{query_token: q}]}}\n") as daemon:
        path = "/ingest/eventgrid?access_token=q"
        question = [{"id": "1", "topic": "t", "subject": "", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "eventTime": "2026-01-02T03:04:05Z", "data": {"validationCode": "512d38b6", "validationUrl": "https://x"}}]
        assert post(daemon, path, question, {**JSON, "aeg-event-type": "SubscriptionValidation"}) == (200, {"validationResponse": "512d38b6"})
        assert post(daemon, "/ingest/eventgrid", question)[0] == 401
        status, headers, _ = daemon.request("OPTIONS", path, headers={"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120"})
        assert (status, headers["WebHook-Allowed-Origin"], headers["WebHook-Allowed-Rate"]) == (200, "eventgrid.azure.net", "*")
        assert daemon.metric('alarum_ingest_events_total{format="eventgrid",outcome="accepted"') == 0, "a question is no event"
        azure = [{**question[0], "id": "2", "eventType": "Microsoft.Resources.ResourceWriteFailure", "data": {}}]
        assert post(daemon, path, azure, {**JSON, "aeg-event-type": "Notification"}) == (200, {"accepted": 1, "duplicate": 0})
        cloud = {"specversion": "1.0", "id": "3", "source": "HC.OBS", "type": "object:put"}
        assert post(daemon, path, cloud, {"Content-Type": "application/cloudevents+json"}) == (200, {"accepted": 1, "duplicate": 0})
        assert post(daemon, path, {"events": [cloud]})[1] == {"accepted": 0, "duplicate": 1}
        binary = {"ce-specversion": "1.0", "ce-id": "4", "ce-source": "/s", "ce-type": "t", "Content-Type": "text/plain"}
        assert post(daemon, path, "it burns", binary) == (200, {"accepted": 1, "duplicate": 0})
        assert post(daemon, path, {"specversion": "1.0", "id": "4", "source": "/s", "type": "t"}, {"Content-Type": "application/cloudevents+json"})[1]["duplicate"] == 1, "the same in the other mode"
        assert post(daemon, path, "it burns", {name: value for name, value in binary.items() if name != "ce-id"})[0] == 400
        assert post(daemon, path, "x", {"Content-Type": "text/plain"})[0] == 400


def tls_asks_for_certificates_and_takes_new_ones():
    with temporary() as folder:
        certificate(folder, "one")
        certificate(folder, "two")
        certificate(folder, "client")
        here = pathlib.Path(folder)
        (here / "now.pem").write_text((here / "one.pem").read_text())
        (here / "now.key").write_text((here / "one.key").read_text())
        daemon = Daemon(folder, config=f"tls: {{cert_file: {folder}/now.pem, key_file: {folder}/now.key, client_ca_file: {folder}/client.pem}}\n")
        with daemon:
            base, mine = f"https://127.0.0.1:{daemon.port}", ["--cert", f"{folder}/client.pem", "--key", f"{folder}/client.key"]

            def curl(path, *arguments, trusting="one"):
                done = subprocess.run(["curl", "-sS", "-m", str(PATIENCE), "--cacert", f"{folder}/{trusting}.pem", base + path, *arguments], capture_output=True, text=True)
                return done.stdout if done.returncode == 0 else done.stderr

            body = json.dumps({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": "x" * 300_000})
            (here / "body").write_text(body)
            send = ["-H", "Content-Type: application/cloudevents+json", "--data-binary", f"@{folder}/body"]
            assert json.loads(curl("/v1/events", *mine, *send)) == {"accepted": 1, "duplicate": 0}
            two_at_once = curl("/-/healthy", base + "/-/ready", *mine)
            assert "ready" in two_at_once.lower() or len(two_at_once) > 4, two_at_once
            assert "certificate required" in curl("/-/healthy") or "alert" in curl("/-/healthy"), "none without a certificate"
            other = ["--cert", f"{folder}/two.pem", "--key", f"{folder}/two.key"]
            assert "alert" in curl("/-/healthy", *other), "none with a stranger's"
            assert "version" in curl("/-/healthy", *mine, "--tls-max", "1.1"), "none with an old protocol"
            with socket.create_connection(("127.0.0.1", daemon.port)) as plain:
                plain.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert b"200" not in plain.recv(1000), "none without TLS"
            # A bad pair changes nothing, a good one is shown from the next connection on.
            (here / "now.pem").write_text((here / "two.pem").read_text())
            said = curl("/-/reload", "-X", "POST", *mine)
            assert "now.key" in said and "bad" in said, said
            assert "OK" in curl("/-/healthy", *mine, "-w", "OK")
            (here / "now.key").write_text((here / "two.key").read_text())
            curl("/-/reload", "-X", "POST", *mine)
            assert "OK" in curl("/-/healthy", *mine, "-w", "OK", trusting="two")
            assert "certificate" in curl("/-/healthy", *mine, trusting="one")


def certificates_of_senders_stand_beside_other_credentials():
    with temporary() as folder:
        for name in ("server", "ours", "stranger"):
            certificate(folder, name)
        sign = ["openssl", "x509", "-req", "-CA", "ours.pem", "-CAkey", "ours.key", "-CAcreateserial", "-days", "2"]
        for name, names in (("collector", "DNS:Collector.example.org,DNS:c2"), ("kim", "")):
            request = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key", "-subj", f"/O=x/CN={name}", "-out", f"{name}.csr"]
            subprocess.run(request, check=True, capture_output=True, cwd=folder)
            pathlib.Path(folder, "names").write_text(f"subjectAltName={names}" if names else "")
            subprocess.run([*sign, "-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "names"], check=True, capture_output=True, cwd=folder)
        config = f"""tls: {{cert_file: {folder}/server.pem, key_file: {folder}/server.key, client_ca_file: {folder}/ours.pem, client_auth_type: VerifyClientCertIfGiven}}
auth:
  ingest: [{{client_certificate: {{names: [collector.example.org]}}}}, {{bearer_token: t}}]
  admin: [{{client_certificate: {{names: [Kim]}}}}]
  routes: {{/ingest/redfish: [{{client_certificate: {{}}}}]}}
"""
        with Daemon(folder, config=config) as daemon:
            def asks(who, path, *more):
                shown = ["--cert", f"{folder}/{who}.pem", "--key", f"{folder}/{who}.key"] if who else []
                return subprocess.run(["curl", "-sS", "-m", str(PATIENCE), "--cacert", f"{folder}/server.pem", *shown, *more, "-o", "/dev/null", "-w", "%{http_code}", f"https://127.0.0.1:{daemon.port}{path}"], capture_output=True, text=True).stdout

            events = ["-H", "Content-Type: application/cloudevents+json", "-d", json.dumps({"specversion": "1.0", "id": "1", "source": "s", "type": "t"})]
            record = ["-H", "Content-Type: application/json", "-d", '{"Events": [{"MessageId": "M"}]}']
            wanted = [("collector", "/v1/events", events, "200"), ("kim", "/v1/events", events, "401"), (None, "/v1/events", events, "401"), (None, "/v1/events", [*events, "-H", "Authorization: Bearer t"], "200"),
                      ("kim", "/v1/events", [*events, "-H", "Authorization: Bearer t"], "200"), ("stranger", "/v1/events", [*events, "-H", "Authorization: Bearer t"], "000"),
                      ("kim", "/api/v2/alerts", [], "200"), ("collector", "/api/v2/alerts", [], "401"), (None, "/api/v2/alerts", [], "401"), ("kim", "/ingest/redfish", record, "200"), ("collector", "/ingest/redfish", record, "200"), (None, "/ingest/redfish", record, "401"),
                      (None, "/ingest/smn", record, "400")]  # which proves itself otherwise
            got = [(who, path, more, asks(who, path, *more)) for who, path, more, _ in wanted]
            assert got == wanted, [pair for pair in zip(got, wanted) if pair[0] != pair[1]]


def keys_that_do_not_load_are_told_before_the_start():
    with temporary() as folder:
        for name in ("one", "two"):
            certificate(folder, name)
        subprocess.run(["openssl", "pkey", "-in", "one.key", "-aes256", "-passout", "pass:hush", "-out", "locked.key"], check=True, capture_output=True, cwd=folder)
        daemon = Daemon(folder)
        plain = daemon.config.read_text()
        pair = "tls: {{cert_file: {0}.pem, key_file: {1}.key}}\n".format
        cases = [(pair("one", "one"), ()), (pair("one", "two"), ("one.pem", "two.key", "is not that of")), (pair("one", "locked"), ("locked.key", "is encrypted")), (pair("one", "none"), ("none.key", "No such file")),
                 ("sources: [{tcp: '127.0.0.1:0', name: t, " + pair("two", "one").strip() + "}]\n", ("source t", "is not that of")),
                 ("smn: {topics: [], ca_file: none.pem}\n", ("smn: ca_file", "none.pem", "No such file")), ("sns: {topics: [], ca_file: one.key}\n", ("sns: ca_file", "one.key"))]
        for config, wanted in cases:
            daemon.config.write_text(plain + config)
            for command in ("check", "serve") if wanted else ("check",):
                done = subprocess.run([BINARY, command, "--config", str(daemon.config)], capture_output=True, text=True, stdin=subprocess.DEVNULL, start_new_session=True, timeout=PATIENCE)
                said = done.stdout + done.stderr
                assert done.returncode == (1 if wanted else 0) and all(word in said for word in wanted), (command, config, said)


def a_proxy_on_this_machine_may_pass_our_name_on():
    with temporary() as folder, Daemon(folder, config="external_url: https://Alarum.example/x\nauth: {ingest: [{bearer_token: t}], admin: [{bearer_token: a}]}\n") as daemon:
        def status(host):
            return daemon.request("GET", "/-/healthy", headers={"Host": host})[0]

        assert [status(host) for host in ("alarum.example", "ALARUM.example:443", "localhost", "Localhost:80", "127.0.0.1:1")] == [200] * 5
        for _ in range(3):
            code, _, answer = daemon.request("GET", "/-/healthy", headers={"Host": "other.example"})
            assert code == 421 and "external_url" in answer, answer
        refused = lambda: [line for line in daemon.log_text().splitlines() if "the Host header names another host" in line]
        refusals = eventually("the first two are in the log", lambda: len(refused()) >= 2 and refused())
        assert len(refusals) == 2 and "host=other.example" in refusals[0] and "external_url" in refusals[0], refusals
        assert status("x.alarum.example") == status("alarum.example.evil") == 421
        daemon.config.write_text(daemon.config.read_text().replace("Alarum.example", "new.example"))
        assert daemon.request("POST", "/-/reload", headers={"Authorization": "Bearer a"})[0] == 200
        assert [status("new.example"), status("alarum.example"), status("localhost")] == [200, 421, 200]


def nobody_is_believed_while_no_topic_is_allowed():
    with temporary() as folder, Daemon(folder) as daemon:
        message = {"type": "Notification", "topic_urn": TOPIC, "message_id": "m1", "signature_version": "v1", "signing_cert_url": "https://smn.cn-north-4.myhuaweicloud.com/a.pem", "message": "x", "timestamp": "2026-01-01T00:00:00Z", "signature": "AAAA"}
        status, answer = post(daemon, "/ingest/smn", message)
        assert (status, answer["error"]) == (403, "unknown_topic"), answer
        status, answer = post(daemon, "/ingest/sns", "{}", {"x-amz-sns-rawdelivery": "true", "x-amz-sns-message-id": "r1", "x-amz-sns-topic-arn": ARN})
        assert (status, answer["error"]) == (403, "raw_refused"), answer
        daemon.says("reason=raw_refused")


if __name__ == "__main__":
    main([the_route_says_what_a_body_is_and_what_is_refused_is_kept_and_said, alertmanagers_webhook_fires_and_resolves, the_real_alertmanager_sends_to_us, any_json_by_a_mapping_and_a_reload_of_it, senders_prove_who_they_are,
          the_sender_is_whom_our_proxy_names_and_github_may_send_a_form, nobody_listens_to_other_machines_without_auth, smn_subscribes_fires_resolves_and_believes_no_stranger, smn_waits_for_a_certificate_once_and_not_for_long,
          sns_of_both_versions_raw_and_eventbridge, sns_asks_who_vouches_for_the_signing_certificate,
          a_bmc_that_begins_its_event_ids_anew_loses_nothing, eventgrid_shakes_hands_both_ways, tls_asks_for_certificates_and_takes_new_ones,
          certificates_of_senders_stand_beside_other_credentials, keys_that_do_not_load_are_told_before_the_start, a_proxy_on_this_machine_may_pass_our_name_on,
          nobody_is_believed_while_no_topic_is_allowed])
