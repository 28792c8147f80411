"""A scripted Cloud Eye: accounts without a push are asked for their events, signed, through outages, restarts and changed keys."""
import hashlib
import hmac
import json
import os
import pathlib
import re
import threading
import time
import urllib.parse

from harness import ROOT, Daemon, QuietHandler, Server, Webhook, eventually, main, plain_rules, temporary

SAMPLES = pathlib.Path(os.environ.get("ALARUM_SAMPLES", str((ROOT / os.environ.get("ALARUM_CONFORMANCE", "../shared/conformance")).parent / "samples")))


def authorization(method, host, path, query, date, body, access, secret):
    """SDK-HMAC-SHA256 as the vendor describes it; `path` decoded, `query` pairs."""
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")
    canonical = "/".join(quote(part) for part in path.split("/"))
    canonical += "" if canonical.endswith("/") else "/"
    pairs = "&".join(f"{quote(k)}={quote(v)}" for k, v in sorted(query))
    request = f"{method}\n{canonical}\n{pairs}\nhost:{host}\nx-sdk-date:{date}\n\nhost;x-sdk-date\n{hashlib.sha256(body).hexdigest()}"
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return f"SDK-HMAC-SHA256 Access={access}, SignedHeaders=host;x-sdk-date, Signature={hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"


class CloudEye:
    def __init__(self, project="p1"):
        self.events, self.lock, self.asked, self.answer = [], threading.Lock(), 0, None
        self.keys, self.faults, self.ahead = ("AccessKey", "SecretKey"), [], 0
        outer = self

        class Handler(QuietHandler):
            protocol_version = "HTTP/1.1"

            def date_time_string(self, timestamp=None):
                return super().date_time_string(time.time() + outer.ahead)

            def do_GET(self):
                with outer.lock:
                    outer.asked += 1
                    status, body = outer.answer or outer.judge(self, project)
                text = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.url = Server(Handler).url

    def judge(self, request, project):
        url = urllib.parse.urlsplit(request.path)
        path, query = urllib.parse.unquote(url.path), urllib.parse.parse_qsl(url.query, keep_blank_values=True)
        date = request.headers["X-Sdk-Date"]
        wanted = authorization("GET", request.headers["Host"], path, query, date, b"", *self.keys)
        off = abs(time.mktime(time.strptime(date, "%Y%m%dT%H%M%SZ")) - time.timezone - time.time() - self.ahead)
        if request.headers["Authorization"] != wanted or off > 900:
            self.faults.append((request.path, off))
            return 401, {"http_code": 401, "message": {"code": "ces.0015", "details": "verify ak sk signature fail"}}
        return 200, self.look(path, dict(query), project)

    def look(self, path, query, project):
        first, last, start, limit = (int(query[k]) for k in ("from", "to", "start", "limit"))
        found = [e for e in sorted(self.events, key=lambda e: -e["time"]) if first <= e["time"] <= last]
        if path == f"/V1.0/{project}/events":
            rows = {}
            for one in found:
                row = rows.setdefault(one["event_name"], {"event_name": one["event_name"], "event_type": "EVENT.SYS", "event_count": 0, "latest_occur_time": one["time"], "latest_event_source": one["event_source"]})
                row["event_count"] += 1
            return {"events": list(rows.values())[start:start + limit], "meta_data": {"total": len(rows)}}
        name = re.fullmatch(f"/V1.0/{project}/event/(.*)", path)[1]
        assert query["event_type"] == "EVENT.SYS"
        found = [e for e in found if e["event_name"] == name]
        return {"event_name": name, "event_type": "EVENT.SYS", "event_users": [""], "event_sources": ["SYS.BMS"], "event_info": found[start:start + limit], "meta_data": {"total": len(found)}}

    def add(self, numbers, name="linkDown"):
        with self.lock:
            for i in numbers:
                self.events.append({"event_id": f"ev{name}{i}", "event_name": name, "event_source": "SYS.BMS", "time": int(time.time() * 1000) - 1000,
                                    "detail": {"content": "{}", "group_id": "", "resource_id": f"r{i}", "resource_name": "n", "event_state": "normal", "event_level": "Major", "event_user": "", "event_type": "EVENT.SYS"}})


def asking(folder, cloud, webhook=None, **more):
    for name, key in zip(("ak", "sk"), cloud.keys):
        (pathlib.Path(folder) / name).write_text(key + "\n")
    return Daemon(folder, webhook, plain_rules(folder), f"sources: [{{cloud_eye: '{cloud.url}', name: ces, project_id: p1, access_key_file: ak, secret_key_file: sk, every: 1s}}]\n")


def the_verifier_agrees_with_the_vendors_vectors():
    path = SAMPLES / "aksk-signing-vectors.json"
    if not path.exists():
        print(f"      skipped: no {path}")
        return
    sample = json.loads(path.read_text())
    for one in sample["vectors"]:
        got = authorization(one["method"], one["host"], one["path"], one["query"], one["x_sdk_date"], one["body"].encode(), sample["access_key"], sample["secret_key"])
        assert got == one["authorization"], (got, one)


def alerts_are_the_same_through_outages_crashes_and_restarts():
    cloud = CloudEye()
    with temporary() as folder, temporary() as other:
        webhook, quiet = Webhook(), Webhook()
        cloud.add(range(0, 250))
        daemon = asking(folder, cloud, webhook).start()
        eventually("the first are told", lambda: len(webhook.changes()) == 250)
        daemon.kill()
        cloud.add(range(250, 300))
        daemon.start()
        eventually("those of the absence too", lambda: len(webhook.changes()) == 300)
        cloud.answer = (503, "busy")
        eventually("it notices", lambda: daemon.metric('alarum_source_connections{source="ces"') == 0)
        cloud.add(range(300, 330))
        cloud.add(range(0, 20), "diskError")
        daemon.stop()
        cloud.answer = (429, "{}")
        daemon.start()
        eventually("it is told to wait", lambda: "answered 429" in daemon.log_text())
        cloud.answer = None
        eventually("all are told", lambda: len(webhook.changes()) == 350)
        daemon.settled()
        asked = cloud.asked
        eventually("it goes on asking", lambda: cloud.asked > asked + 2)
        assert daemon.metric('alarum_source_gaps_total{source="ces"') == 0
        daemon.stop()
        with asking(other, cloud, quiet) as undisturbed:
            eventually("an undisturbed one tells the same", lambda: len(quiet.changes()) == 350)
            undisturbed.settled()
        assert sorted(webhook.changes()) == sorted(quiet.changes()), "the same alerts"
        assert len(set(webhook.changes())) == 350, "none twice"
        assert cloud.faults == [], cloud.faults[:3]


def keys_are_read_again_and_a_wrong_clock_is_minded():
    cloud = CloudEye()
    cloud.ahead = 3600
    with temporary() as folder:
        with asking(folder, cloud) as daemon:
            eventually("it goes by their clock", lambda: "our clock is 3" in daemon.log_text() and daemon.metric('alarum_source_connections{source="ces"') == 1)
            assert len(cloud.faults) == 1, "once more at once, with the right time"
            cloud.keys = ("Another", "Secret")
            eventually("the old key is refused", lambda: "answered 401: ces.0015: verify ak sk signature fail" in daemon.log_text())
            assert "SecretKey" not in daemon.log_text()
            for name, key in zip(("ak", "sk"), cloud.keys):
                (pathlib.Path(folder) / name).write_text(key)
            assert daemon.request("POST", "/-/reload")[0] == 200
            cloud.add([1])
            cloud.events[-1]["time"] += 3_600_000
            eventually("the new one is used", lambda: daemon.metric('alarum_source_events_total{source="ces",outcome="accepted"') == 1)


def a_config_that_cannot_be_is_named():
    with temporary() as folder:
        daemon = Daemon(folder, config="dedup: {window: 5m}\nsources: [{cloud_eye: 'https://x/?a=b', project_id: 'a/b', access_key: k, every: 1ms}]\n")
        try:
            daemon.start()
            raise LookupError("it started")
        except AssertionError as fault:
            text = str(fault)
        for what in ("without a query", '"project_id" must be', 'has no "secret_key"', '"every" must be', '"overlap" must not be more than "dedup.window"'):
            assert what in text, (what, text)


if __name__ == "__main__":
    main([the_verifier_agrees_with_the_vendors_vectors, alerts_are_the_same_through_outages_crashes_and_restarts, keys_are_read_again_and_a_wrong_clock_is_minded, a_config_that_cannot_be_is_named])
