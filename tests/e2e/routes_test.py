"""Every route of the daemon, as the daemon itself lists them, against every form of its target, every method and every credential: none is reached without
what it asks for. A route that is added tomorrow is in the list, and so in these tests."""
import json
import re
import socket

from harness import PATIENCE, ROOT, Daemon, event, eventually, main, temporary

CONFIG = """auth:
  ingest: [{bearer_token: of-ingest}]
  admin: [{bearer_token: of-admin}]
  routes: {/ingest/smn: [{bearer_token: of-smn}], /ingest/json/ci: [{bearer_token: of-ci}]}
json: {ci: {id: /id, type: {value: t}, source: {value: s}}}
"""
# Which keys open a route, by what it says of itself, or by its path where the config names that.
KEYS = {"ingest": {"of-ingest"}, "admin": {"of-admin"}, "view": {"of-admin"}, "either": {"of-ingest", "of-admin"}, "open": None, "message": None}
OWN = {"/ingest/smn": {"of-smn"}, "/ingest/json/ci": {"of-ci"}}
ALL = [None, "wrong", "of-ingest", "of-admin", "of-smn", "of-ci"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "FOO"]


def ask(daemon, method, target, key=None, host="localhost"):
    """(status, headers) of one request whose target stands there byte by byte."""
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE) as stream:
        proof = f"Authorization: Bearer {key}\r\n" if key else ""
        stream.sendall(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{proof}Content-Length: 0\r\nConnection: close\r\n\r\n".encode("latin-1"))
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := stream.recv(65536)):  # a stream has no end
            answer += piece
        head = answer.split(b"\r\n\r\n", 1)[0].decode("latin-1")
        return int(head.split(" ", 2)[1]), dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])


def table(daemon):
    text = daemon.request("GET", "/api/v1/routes", headers={"Authorization": "Bearer of-admin"})[2]
    return json.loads(text)


def filled(path):
    return path.replace("{name}", "ci").replace("{project_id}", "p1").replace("{id}", "x1").replace("{alert}", "x1").replace("{silenceID}", "x1")


def keys(route):
    return OWN.get(filled(route["path"]), KEYS[route["access"]])


def same_targets(path):
    """Other ways to write that path: the same request."""
    escaped = path[:-1] + f"%{ord(path[-1]):02x}" if path[-1] != "/" else path
    query = {"/api/v1/events/stream": "from=1", "/api/v1/rule-files": "file="}.get(path, "limit=1")  # one that it knows
    return [path, f"{path}?{query}", f"http://localhost{path}", f"HTTPS://LOCALHOST{path}?", escaped]


def no_targets(path):
    """What is no target, or one that two readers take for different paths."""
    return ["x" + path, path[1:] or "x", "/" + path, "//localhost" + path, "/." + path, "/.." + path, "/%2e" + path, "/x/.." + path, path + "/..", path + "//", path + "#", path + "%00", path + "%2F", path + "%5c", path + "%zz", path + "%",
            path + "\\", path + "\xe9", path + "%ff", f"http://localhost/{path}", f"http://a@localhost{path}", f"ftp://localhost{path}", f"http:{path}", f"http://{path}", "*", "localhost:80", "?" + path, "%2F" + path[1:]]


def every_route_asks_for_its_credential_whatever_the_target_looks_like():
    with temporary() as folder, Daemon(folder, config=CONFIG) as daemon:
        routes, wrong, asked = table(daemon), [], 0
        for route in routes:
            for key in ALL:
                for target in same_targets(filled(route["path"])):
                    status, asked = ask(daemon, route["method"], target, key)[0], asked + 1
                    if (status == 401) != (keys(route) is not None and key not in keys(route)) or status in (400, 405, 421) and status != ask(daemon, route["method"], filled(route["path"]), key)[0]:
                        wrong.append((route, target, key, status))
            for target in no_targets(filled(route["path"])):
                for key in (None, *sorted(keys(route) or [])[:1]):
                    status, asked = ask(daemon, route["method"], target, key)[0], asked + 1
                    if status != 400:
                        wrong.append((route, target, key, status))
        print(f"      {len(routes)} routes, {asked} requests")
        assert len(routes) > 25 and not wrong, "\n".join(map(str, wrong[:40]))


def every_other_method_is_405_with_what_is_allowed():
    with temporary() as folder, Daemon(folder, config=CONFIG) as daemon:
        routes, wrong = table(daemon), []
        for path in sorted({route["path"] for route in routes}):
            # The path of one route may be one that a parameter of another takes.
            known = {route["method"]: route for route in routes if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route["path"]), filled(path))}
            allowed = set(known) | ({"HEAD"} if "GET" in known else set())
            for method in METHODS:
                for key in (None, "wrong", "of-admin", "of-ingest"):
                    status, headers = ask(daemon, method, filled(path), key)
                    route = known.get("GET" if method == "HEAD" else method)
                    refused = route and keys(route) is not None and key not in keys(route)
                    if (status == 405) != (method not in allowed) or (status == 401) != bool(refused) or status == 405 and set(headers["allow"].upper().split(", ")) != allowed:
                        wrong.append((method, path, key, status, headers.get("allow")))
        assert not wrong, "\n".join(map(str, wrong[:40]))


def a_target_or_host_of_another_is_not_answered():
    with temporary() as folder, Daemon(folder, config=CONFIG) as daemon:
        assert ask(daemon, "GET", "http://evil.example/-/healthy", host="evil.example")[0] == 421
        assert ask(daemon, "GET", "http://evil.example/-/healthy")[0] == 400, "the target names one host, Host another"
        assert ask(daemon, "GET", "http://localhost/-/healthy", host="evil.example")[0] == 400
        assert ask(daemon, "GET", f"http://localhost:{daemon.port}/-/healthy", host=f"LOCALHOST:{daemon.port}")[0] == 200
        for host in ("localhost:80@evil.example", "localhost evil", "evil.example/localhost", "localhost:x"):
            assert ask(daemon, "GET", "/-/healthy", host=host)[0] == 400, host
        assert "http://evil.example" not in daemon.log_text()


def the_documents_list_every_route():
    text = (ROOT / "docs/http.md").read_text()
    listed = re.sub(r"`", " ", text)
    with temporary() as folder, Daemon(folder, config=CONFIG) as daemon:
        missing = []
        for route in table(daemon):
            path = route["path"].replace("/ingest/json/{name}", "/ingest/json/NAME")
            if not path.startswith("/api/v2/") and f" {path} " not in re.sub(r"[,;|]", " ", listed):
                missing.append(route)
        assert not missing, missing


def the_documents_list_every_metric_with_its_type():
    listed = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", (ROOT / "docs/metrics.md").read_text(), re.M))
    with temporary() as folder, Daemon(folder, config="sources: [{unix: " + folder + "/s}]\n") as daemon:
        assert daemon.post(event("m1")) == 200 and daemon.post(event("m2", "nothing knows this")) == 200 and daemon.post({}) == 400
        assert daemon.request("GET", "/api/v1/ledger")[0] == 200, "it is counted now, not in a minute"
        eventually("the ledger was counted", lambda: daemon.metric("alarum_ledger_events") > 0)
        shown = dict(re.findall(r"^# TYPE (\w+) (\w+)", daemon.request("GET", "/metrics")[2], re.M))
        # What is still to happen here: nobody was suppressed, nothing annulled, sent or reloaded, and the source was sent nothing. tests/e2e/metrics_test.py has most of it.
        later = set(listed) - set(shown) - {"alarum_ledger_suppressed", "alarum_ledger_transitions", "alarum_rule_annulled_total", "alarum_rule_keys",
                                            "alarum_target_failed_requests_total", "alarum_target_last_success_timestamp_seconds", "alarum_target_last_failure_timestamp_seconds",
                                            "alarum_source_last_heard_timestamp_seconds", "alarum_source_rejected_events_total", "alarum_config_last_reload_duration_seconds",
                                            "alarum_checkpoint_last_success_timestamp_seconds", "alarum_checkpoint_last_size_bytes", "alarum_checkpoint_last_duration_seconds"}
        assert not later and shown.items() <= listed.items(), f"listed and not shown: {later}; shown, and not so in docs/metrics.md: {shown.items() - listed.items()}"


if __name__ == "__main__":
    main([every_route_asks_for_its_credential_whatever_the_target_looks_like, every_other_method_is_405_with_what_is_allowed, a_target_or_host_of_another_is_not_answered, the_documents_list_every_route,
          the_documents_list_every_metric_with_its_type])
