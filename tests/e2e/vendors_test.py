"""Each kind of receiver as its vendor behaves: what the real daemon sends is recorded and held against the vendor's rules."""
import base64
import hashlib
import hmac
import json
import pathlib
import socket
import select
import socketserver
import ssl
import subprocess
import threading
import urllib.parse

from harness import BINARY, Daemon, QuietHandler, Server, Webhook, certificate, event, eventually, main, temporary

RULE = """rules:
  - alert: Down
    match: {type: linkDown}
    until: linkUp
    by: subject
    severity: critical
    resolve_after: 1h
    summary: "{{subject}} is <b>down</b>"
    runbook: https://wiki.example.org/down
"""


class Vendor:
    """Records requests; `answer(path, number)` -> (status, body, headers) says how it behaves."""

    def __init__(self, answer=lambda path, number: (200, "{}", {}), tls=None):
        self.requests, self.answer, self.lock = [], answer, threading.Lock()
        self.by_body = None  # as answer, of the body alone
        outer = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with outer.lock:
                    status, text, headers = outer.by_body(body) if outer.by_body else outer.answer(self.path, len(outer.requests))
                    outer.requests.append((self.path, dict(self.headers), body))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

        self.server = Server(Handler, tls)
        self.url = self.server.url

    def to(self, path):
        with self.lock:
            return [request for request in self.requests if request[0].startswith(path)]


def daemon_with(folder, receivers, more=""):
    (pathlib.Path(folder) / "rules.yaml").write_text(RULE)
    daemon = Daemon(folder, None, f"{folder}/rules.yaml")
    text = daemon.config.read_text().split("route:")[0]
    daemon.config.write_text(text + "route: {receiver: test}\nreceivers:\n" + receivers + more)
    return daemon


def each_vendor_gets_what_its_documents_say():
    answers = {"/ding": '{"errcode":0}', "/feishu": '{"code":0}', "/wecom": '{"errcode":0}', "/slack": "ok"}
    vendor = Vendor(lambda path, number: (200, next((a for p, a in answers.items() if path.startswith(p)), "{}"), {}))
    receivers = f"""- name: test
  webhook_configs: [{{url: '{vendor.url}/github', signature: github, secret: 's3', http_config: {{bearer_token: tok, headers: {{X-Team: core}}}}}}]
  cloudevents_configs: [{{url: '{vendor.url}/ce', mode: binary}}]
  alertmanager_configs: [{{url: '{vendor.url}/am'}}]
  pagerduty_configs: [{{routing_key: rk, url: '{vendor.url}/pd'}}]
  slack_configs: [{{api_url: '{vendor.url}/slack', rate_limit: {{count: 0}}}}]
  teams_configs: [{{url: '{vendor.url}/teams'}}]
  dingtalk_configs: [{{url: '{vendor.url}/ding?access_token=t', secret: dk, language: zh}}]
  feishu_configs: [{{url: '{vendor.url}/feishu', secret: fk}}]
  wecom_configs: [{{url: '{vendor.url}/wecom?key=k'}}]
  smn_configs: [{{url: '{vendor.url}', project_id: p1, topic_urn: 'urn:smn:r:p1:t', access_key: AK, secret_key: SK}}]
  file_configs: [{{path: '{folder_of(vendor)}'}}]
"""
    with temporary() as folder:
        receivers = receivers.replace(folder_of(vendor), f"{folder}/alerts.ndjson")
        with daemon_with(folder, receivers) as daemon:
            daemon.post(event(1))
            daemon.settled()
            daemon.post(event(2, "linkUp"))
            daemon.settled()
            assert daemon.metric("alarum_outbox_dead_letters") == 0, daemon.log_text()
            log, page = daemon.log_text(), daemon.request("GET", "/metrics")[2] + daemon.request("GET", "/api/v1/status")[2]
        for path in ("/github", "/ce", "/am/api/v2/alerts", "/pd", "/slack", "/teams", "/ding", "/feishu", "/wecom", "/v2/p1/notifications/topics/urn:smn:r:p1:t/publish"):
            assert len(vendor.to(path)) == 2, (path, [request[0] for request in vendor.requests])
        _, headers, body = vendor.to("/github")[0]
        assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(b"s3", body.encode(), hashlib.sha256).hexdigest()
        assert headers["Authorization"] == "Bearer tok" and headers["X-Team"] == "core"
        _, headers, body = vendor.to("/ce")[1]
        assert headers["ce-specversion"] == "1.0" and headers["ce-type"] == "alarum.alert.resolved", headers
        firing, ended = (json.loads(request[2])[0] for request in vendor.to("/am"))
        assert "endsAt" not in firing and ended["endsAt"] and firing["labels"] == ended["labels"]
        trigger, resolve = (json.loads(request[2]) for request in vendor.to("/pd"))
        assert (trigger["event_action"], resolve["event_action"]) == ("trigger", "resolve") and trigger["dedup_key"] == resolve["dedup_key"]
        assert trigger["routing_key"] == "rk"
        assert "&lt;b&gt;down" in json.loads(vendor.to("/slack")[0][2])["text"]
        path, _, body = vendor.to("/ding")[0]
        query = urllib.parse.parse_qs(urllib.parse.urlparse(path).query)
        sign = hmac.new(b"dk", (query["timestamp"][0] + "\ndk").encode(), hashlib.sha256).digest()
        assert query["sign"][0] == base64.b64encode(sign).decode() and query["access_token"] == ["t"], path
        assert "告警 紧急 Down" in json.loads(body)["markdown"]["title"], body
        body = json.loads(vendor.to("/feishu")[0][2])
        assert body["sign"] == base64.b64encode(hmac.new((body["timestamp"] + "\nfk").encode(), b"", hashlib.sha256).digest()).decode()
        _, headers, body = vendor.to("/v2/p1")[0]
        assert headers["Authorization"].startswith("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=") and "X-Sdk-Date" in headers
        assert [json.loads(line)["status"] for line in (pathlib.Path(folder) / "alerts.ndjson").read_text().splitlines()] == ["firing", "resolved"]
        for secret in ("access_token=t", "dk", "s3", "SK", "rk", "Bearer"):
            assert f"{secret}\"" not in log + page and "access_token" not in log + page, secret


def folder_of(vendor):
    return f"FOLDER-{vendor.server.server_port}"


def a_200_with_an_error_is_a_dead_letter_that_dlq_tells_and_sends_again():
    vendor = Vendor(lambda path, number: (200, '{"errcode":310000,"errmsg":"sign not match"}', {}))
    receivers = f"- name: test\n  dingtalk_configs: [{{url: '{vendor.url}/ding?access_token=hidden', rate_limit: {{count: 0}}}}]\n"
    with temporary() as folder:
        with daemon_with(folder, receivers) as daemon:
            daemon.post(event(1, subject="a"))
            daemon.post(event(2, subject="b"))
            eventually("both are dead", lambda: daemon.metric("alarum_outbox_dead_letters") == 2)
            daemon.post(event(3, "linkUp", "b"))
            eventually("its end is dead as well", lambda: daemon.metric("alarum_outbox_dead_letters") == 3)

            def dlq(*arguments):
                return subprocess.run([BINARY, "dlq", *arguments, "--url", daemon.url], check=True, capture_output=True, text=True).stdout
            listed = dlq("ls")
            assert "errcode 310000" in listed and "      3  test/dingtalk/0" in listed and "hidden" not in listed, listed
            letter = json.loads(dlq("ls", "-o", "json"))["letters"][0]["id"]
            shown = dlq("show", letter)
            assert "markdown" in shown and "hidden" not in shown, shown
            assert dlq("redrive", "--all", "--dry-run").count("would be sent again") == 1
            vendor.answer = lambda path, number: (200, '{"errcode":0}', {})
            said = dlq("redrive", "--all", "--rate", "100")
            # a still fires; b does not, and nobody was told that it did.
            assert said.count("redriven") == 1 and said.count("no_longer_true") == 2, said
            eventually("it is told", lambda: len(vendor.requests) == 4)
            daemon.settled()
            assert "Alarum-Replaces" in vendor.requests[-1][1] and "a is" in vendor.requests[-1][2]
            daemon.shows("alarum_outbox_dead_letters", 2)


def one_alert_that_is_not_taken_spoils_no_digest():
    for status in (500, 400):
        vendor = Vendor()
        vendor.by_body = lambda body: (status if "poison" in body else 200, "", {})
        receivers = f"- name: test\n  webhook_configs: [{{url: '{vendor.url}/', rate_limit: {{count: 10, per: 1s}}, concurrency: 1}}]\n"
        with temporary() as folder, daemon_with(folder, receivers) as daemon:
            names = {f"Good{n}" for n in range(40)}
            posted = [{"labels": {"alertname": name}} for name in names] + [{"labels": {"alertname": "Bad", "x": "poison"}, "generatorURL": "http://prom/g"}]
            assert daemon.request("POST", "/api/v2/alerts", json.dumps(sorted(posted, key=str)), {"Content-Type": "application/json"})[0] == 200

            def told():
                return {a["labels"]["alertname"] for _, _, body in list(vendor.requests) if "poison" not in body for a in json.loads(body)["alerts"]}
            eventually(f"all others are told ({status})", lambda: told() == names)
            assert any("http://prom/g" in body for _, _, body in list(vendor.requests)), "an alert keeps its sender's link"
            if status == 400:
                daemon.shows("alarum_outbox_dead_letters", 1)
            else:
                daemon.says("target=test/webhook/0 id=ntf-")


def a_target_that_never_answers_delays_no_other():
    good = Vendor()
    with socket.create_server(("127.0.0.1", 0)) as mute:  # the kernel takes the connections, and nobody reads
        receivers = f"- {{name: test, webhook_configs: [{{url: 'http://127.0.0.1:{mute.getsockname()[1]}', timeout: 5m, first_byte_timeout: 5m}}, {{url: '{good.url}'}}]}}\n"
        with temporary() as folder, daemon_with(folder, receivers) as daemon:
            for n in range(50):
                daemon.post(event(n, subject=f"s{n}"))
            eventually("the other one has all of them", lambda: len(good.requests) == 50)
            assert daemon.metric("alarum_deliver_requests_in_flight") > 0, "the mute one was never asked"
            daemon.shows("alarum_outbox_pending", 50)
            daemon.kill()  # a stop would wait a while for it


def what_is_silenced_is_not_sent_again():
    vendor = Vendor(lambda path, number: (400, "", {}))
    with temporary() as folder, daemon_with(folder, f"- {{name: test, webhook_configs: [{{url: '{vendor.url}'}}]}}\n") as daemon:
        daemon.post(event(1))
        daemon.shows("alarum_outbox_dead_letters", 1)

        def alarum(*words):
            return subprocess.run([BINARY, *words, "--url", daemon.url], capture_output=True, text=True)
        made = alarum("silence", "add", "alertname=~.+", "-d", "1h")
        assert made.returncode == 0, made
        assert "kept_back" in alarum("dlq", "redrive", "--all", "--dry-run").stdout
        said = alarum("dlq", "redrive", "nope")
        assert said.returncode == 1 and "no dead letter" in said.stderr, said
        said = alarum("dlq", "show", "a b")
        assert said.returncode == 1 and "no dead letter" in said.stderr, said
        alarum("silence", "expire", made.stdout.strip())
        vendor.answer = lambda path, number: (200, "", {})
        assert "redriven" in alarum("dlq", "redrive", "--all").stdout
        eventually("it is told", lambda: len(vendor.requests) == 2)
        # A real alert is rendered as it is told.
        id = json.loads(daemon.request("GET", "/api/v2/alerts")[2])[0]["id"]
        shown = alarum("template", "render", "--config", str(daemon.config), "--alert", id)
        key = json.loads(vendor.requests[-1][2])["groupKey"]
        assert json.dumps(key) in shown.stdout and f"/api/v1/history?alert={id}" in shown.stdout, (key, shown)
        # What the link of a text leads to.
        assert daemon.request("GET", "/")[0] == 200


def what_cannot_be_told_goes_to_the_fallback():
    # Refused for good, and not taken for as long as it may wait.
    for status, retry in ((400, "{}"), (503, "{max_age: 5s}")):
        vendor = Vendor(lambda path, number: (status if path == "/main" else 200, "", {}))
        receivers = f"""- {{name: test, webhook_configs: [{{url: '{vendor.url}/main', fallback: second, retry: {retry}}}]}}
- {{name: second, webhook_configs: [{{url: '{vendor.url}/second'}}]}}
"""
        with temporary() as folder, daemon_with(folder, receivers) as daemon:
            daemon.post(event(1))
            eventually("the other is told", lambda: vendor.to("/second"))
            daemon.settled()
            assert vendor.to("/main") and len(vendor.to("/second")) == 1
            assert vendor.to("/second")[0][1]["Alarum-Replaces"] == vendor.to("/main")[0][1]["Webhook-Id"]


VERIFY = """
const {Webhook} = require('standardwebhooks');
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
new Webhook(input.secret).verify(input.body, input.headers);
let refused = false;
try { new Webhook(input.secret).verify(input.body + ' ', input.headers); } catch (fault) { refused = true; }
if (!refused) throw new Error('it verifies anything');
"""


def the_npm_library_verifies_our_signature():
    vendor = Vendor()
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    with temporary() as folder:
        key = pathlib.Path(folder) / "key"
        key.write_text(secret + "\n")
        (pathlib.Path(folder) / "verify.js").write_text(VERIFY)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", folder, "standardwebhooks@1"], check=True)
        with daemon_with(folder, f"- name: test\n  webhook_configs: [{{url: '{vendor.url}/x', signature: standard_webhooks, secret_file: key}}]\n") as daemon:
            daemon.post(event(1))
            eventually("it is told", lambda: vendor.requests)
            _, headers, body = vendor.requests[0]
            given = json.dumps({"secret": secret, "body": body, "headers": {name.lower(): value for name, value in headers.items()}})
            subprocess.run(["node", "verify.js"], check=True, cwd=folder, input=given, text=True)
            # Another secret is read at the next reload.
            other = "whsec_" + base64.b64encode(b"another secret of ours").decode()
            key.write_text(other)
            assert daemon.request("POST", "/-/reload")[0] == 200
            daemon.post(event(2, subject="s2"))
            eventually("it is told", lambda: len(vendor.requests) == 2)
            _, headers, body = vendor.requests[1]
            given = json.dumps({"secret": other, "body": body, "headers": {name.lower(): value for name, value in headers.items()}})
            subprocess.run(["node", "verify.js"], check=True, cwd=folder, input=given, text=True)


def what_waits_for_one_receiver_never_goes_to_another():
    """Integrations are taken out and moved in the config, by reloads and while the daemon is down; what waits for one that is down is its own."""
    down, up = Webhook(), Webhook()
    down.answer = lambda number: 503

    def hooks(*urls):
        return "- name: test\n  webhook_configs: [" + ", ".join(f"{{url: '{url}'}}" for url in urls) + "]\n"

    def fired(subject):
        return ("firing", up.changes()[0][1], subject)

    with temporary() as folder:
        daemon = daemon_with(folder, hooks(down.url, up.url))

        def change(*urls):
            daemon.config.write_text(daemon.config.read_text().split("receivers:")[0] + "receivers:\n" + hooks(*urls))

        with daemon:
            daemon.post(event(1))
            eventually("one is notified, the other is down", lambda: up.changes() and down.ids)
            change(up.url, down.url)
            assert daemon.request("POST", "/-/reload")[0] == 200
            daemon.post(event(2, subject="s2"))
            eventually("of the second, too", lambda: fired("s2") in up.changes())
            change(up.url)
        with daemon:
            dead = eventually("what waited is a dead letter", lambda: json.loads(daemon.request("GET", "/api/v1/dead-letters")[2])["letters"])
            assert {letter["target"] for letter in dead} == {"test/webhook/0"} and {letter["detail"] for letter in dead} == {"target_gone"}, dead
            daemon.post(event(3, subject="s3"))
            eventually("of the third", lambda: fired("s3") in up.changes())
            assert sorted(up.changes()) == [fired("s1"), fired("s2"), fired("s3")] and len(up.bodies) == 3, up.bodies


READ = """
const {HTTP} = require('cloudevents');
for (const {headers, body} of JSON.parse(require('fs').readFileSync(0))) {
  const event = HTTP.toEvent({headers, body});
  event.validate();
  console.log(JSON.stringify({id: event.id, type: event.type, subject: event.subject, alerts: event.data.alerts.map((alert) => alert.labels.subject)}));
}
"""


def the_npm_sdk_reads_every_event_that_we_send():
    vendor = Vendor()
    with temporary() as folder:
        (pathlib.Path(folder) / "read.js").write_text(READ)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", folder, "cloudevents@10"], check=True)
        configs = f"cloudevents_configs: [{{url: '{vendor.url}/structured'}}, {{url: '{vendor.url}/binary', mode: binary}}]"
        with daemon_with(folder, f"- name: test\n  {configs}\n") as daemon:
            daemon.post(event(1, subject="机架 1"))
            daemon.post(event(2, type="linkUp", subject="机架 1"))
            eventually("both ends are told in both modes", lambda: all(len(vendor.to(path)) == 2 for path in ("/structured", "/binary")))
        for path in ("/structured", "/binary"):
            sent = [{"headers": {name.lower(): value for name, value in headers.items()}, "body": body} for _, headers, body in vendor.to(path)]
            lines = subprocess.run(["node", "read.js"], check=True, cwd=folder, input=json.dumps(sent), text=True, capture_output=True).stdout.splitlines()
            read = [json.loads(line) for line in lines]
            assert [one["type"] for one in read] == ["alarum.alert.firing", "alarum.alert.resolved"], (path, read)
            assert [one["alerts"] for one in read] == [["机架 1"]] * 2 and read[0]["id"] != read[1]["id"], (path, read)


def a_template_is_shown_before_anybody_is_told():
    with temporary() as folder:
        config = pathlib.Path(folder) / "c.yaml"
        config.write_text("route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs: [{url: 'https://hidden.example/token', payload: {what: '{{title}}', npu: '{{labels.npu}}'}}]\n")
        shown = subprocess.run([BINARY, "template", "render", "--config", config, "--sample"], check=True, capture_output=True, text=True).stdout
        assert '"what": "FIRING critical NpuLost: bms-1: NPU 3 lost"' in shown and '"npu": "3"' in shown and "RESOLVED" in shown and "hidden" not in shown, shown
        config.write_text("route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs: [{url: 'https://x', payload: {what: '{{ .Alerts }}', who: '{{sumary}}'}}]\n")
        refused = subprocess.run([BINARY, "check", "--config", config], capture_output=True, text=True)
        assert refused.returncode == 1 and "is a Go template" in refused.stdout + refused.stderr and 'did you mean "summary"' in refused.stdout + refused.stderr, refused


def a_heartbeat_and_another_alertmanager_are_told_again_and_again():
    vendor = Vendor()
    receivers = f"- name: test\n  alertmanager_configs: [{{url: '{vendor.url}/am', resend_every: 1s}}]\n"
    with temporary() as folder:
        with daemon_with(folder, receivers, f"heartbeat: {{url: '{vendor.url}/beat', every: 1s}}\n") as daemon:
            eventually("the heart beats", lambda: len(vendor.to("/beat")) >= 2)
            daemon.post(event(1))
            eventually("it is told again", lambda: len(vendor.to("/am")) >= 3)
            daemon.kill()
            daemon.start()
            before = len(vendor.to("/am"))
            eventually("also after a restart", lambda: len(vendor.to("/am")) > before)
            daemon.post(event(2, "linkUp"))
            daemon.settled()
            end = vendor.to("/am")[-1]
            assert json.loads(end[2])[0].get("endsAt"), end
            beats = len(vendor.to("/beat"))
            eventually("two more rounds have passed", lambda: len(vendor.to("/beat")) >= beats + 3)
            assert vendor.to("/am")[-1] == end, "an alert that ended was told again"


def mutual_tls_a_server_name_and_a_proxy():
    plain, secured = Vendor(), Vendor()
    with temporary() as folder:
        for name in ("hook.test", "client.test"):
            certificate(folder, name, f"DNS:{name}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/hook.test.pem", f"{folder}/hook.test.key")
        context.load_verify_locations(f"{folder}/client.test.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        secured.server.socket = context.wrap_socket(secured.server.socket, server_side=True)
        url = secured.url.replace("http:", "https:")
        tls = "ca_file: hook.test.pem, cert_file: client.test.pem, key_file: client.test.key"
        receivers = f"""- name: test
  webhook_configs:
  - {{url: '{url}/good', http_config: {{tls_config: {{{tls}, server_name: hook.test}}}}}}
  - {{url: '{url}/wrong', http_config: {{tls_config: {{{tls}}}}}, retry: {{max_age: 1s}}}}
  - {{url: '{url}/nobody', http_config: {{tls_config: {{ca_file: hook.test.pem, server_name: hook.test}}}}, retry: {{max_age: 1s}}}}
  - {{url: 'http://nobody.invalid/x', http_config: {{proxy_url: '{plain.url}'}}}}
"""
        with daemon_with(folder, receivers) as daemon:
            daemon.post(event(1))
            daemon.settled()
            assert len(secured.requests) == 1 and secured.to("/good"), secured.requests
            assert plain.to("http://nobody.invalid/x"), plain.requests
            daemon.shows("alarum_outbox_dead_letters", 2)
            daemon.post(event(2, subject="s2"))
            eventually("the next goes there as well", lambda: len(secured.to("/good")) == 2)


class Tunnel(socketserver.StreamRequestHandler):
    """A proxy that knows CONNECT (RFC 9110, 9.3.6) and asks for a password."""

    def handle(self):
        head = []
        while (line := self.rfile.readline().strip()):
            head.append(line.decode())
        self.server.heads.append(head)
        if self.server.refuses or f"Proxy-Authorization: Basic {base64.b64encode(b'me:pass word').decode()}" not in head:
            self.wfile.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % (b"502 Bad Gateway" if self.server.refuses else b"407 Proxy Authentication Required"))
            return
        with socket.create_connection(self.server.way[head[0].split(" ")[1]]) as there:
            self.wfile.write(b"HTTP/1.1 200 go on\r\n\r\n")
            ends = {self.connection: there, there: self.connection}
            while all(ends[end].sendall(data) is None and data for end in select.select([*ends], [], [])[0] for data in [end.recv(65536)]):
                pass


def https_goes_through_a_proxy_that_sees_no_secret():
    with temporary() as folder:
        certificate(folder, "hook.test", "DNS:hook.test")
        secured = Vendor(tls=(f"{folder}/hook.test.pem", f"{folder}/hook.test.key"))
        proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel)
        proxy.daemon_threads, proxy.heads, proxy.refuses = True, [], True
        proxy.way = {"hook.test:443": ("127.0.0.1", secured.server.server_port)}  # a name that we cannot resolve: the proxy does
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        place = f"127.0.0.1:{proxy.server_address[1]}"
        common = "tls_config: {ca_file: hook.test.pem}, bearer_token: hidden"
        receivers = f"""- name: test
  webhook_configs:
  - {{url: 'https://hook.test/a?token=hidden', http_config: {{proxy_url: 'http://me:pass%20word@{place}', {common}}}}}
  - {{url: 'https://hook.test/b', http_config: {{proxy_url: 'http://{place}', {common}}}, retry: {{max_age: 1s}}}}
"""
        with daemon_with(folder, receivers) as daemon:
            daemon.post(event(1))
            daemon.shows("alarum_outbox_dead_letters", 1)  # the one without a password
            assert not secured.requests and daemon.metric("alarum_outbox_pending") == 1, "a proxy that is ill is asked again"
            proxy.refuses = False
            daemon.settled()
            assert [path for path, _, _ in secured.requests] == ["/a?token=hidden"] and secured.requests[0][1]["Authorization"] == "Bearer hidden"
            assert all(head[0] == "CONNECT hook.test:443 HTTP/1.1" for head in proxy.heads) and "hidden" not in str(proxy.heads), proxy.heads
            assert "pass" not in daemon.log_text()
        proxy.shutdown()


if __name__ == "__main__":

    main([what_waits_for_one_receiver_never_goes_to_another, each_vendor_gets_what_its_documents_say, a_200_with_an_error_is_a_dead_letter_that_dlq_tells_and_sends_again, one_alert_that_is_not_taken_spoils_no_digest,
          what_is_silenced_is_not_sent_again, a_target_that_never_answers_delays_no_other, what_cannot_be_told_goes_to_the_fallback,
          the_npm_library_verifies_our_signature, the_npm_sdk_reads_every_event_that_we_send, a_template_is_shown_before_anybody_is_told, a_heartbeat_and_another_alertmanager_are_told_again_and_again, mutual_tls_a_server_name_and_a_proxy,
          https_goes_through_a_proxy_that_sees_no_secret])
