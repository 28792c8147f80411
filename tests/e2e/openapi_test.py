"""docs/openapi.yaml against a real daemon: each route that it describes is asked and its answers are held against the schemas, and each route of /api/v1 that the daemon has is described."""
import json
import re
import time

import jsonschema
import yaml

from harness import ROOT, Daemon, Webhook, event, eventually, main, plain_rules, temporary

SPEC = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
METHODS = ("get", "put", "post", "delete", "patch")
CONFIG = """auth:
  admin: [{bearer_token: of-admin, name: Kim}, {basic_auth: {username: lee, password: secret}}]
  view: [{bearer_token: of-view}]
"""
ENDLESS = {"/api/v1/stream", "/api/v1/events/stream"}


def validator(schema):
    resolver = jsonschema.RefResolver("", SPEC)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def resolved(node):
    while isinstance(node, dict) and "$ref" in node:
        path = node["$ref"].removeprefix("#/").split("/")
        node = SPEC
        for part in path:
            node = node[part]
    return node


def described():
    return {(method.upper(), path): operation for path, item in SPEC["paths"].items() for method, operation in item.items() if method in METHODS}


class Asker:
    """Asks the daemon, holds the answer against the file, and remembers what was seen."""

    def __init__(self, daemon, key="of-admin"):
        self.daemon, self.key, self.seen = daemon, key, set()

    def __call__(self, method, template, status=200, body=None, headers=None, query="", key=None, **parameters):
        operation = described()[method, template]
        path = template
        for name, value in parameters.items():
            path = path.replace("{" + name + "}", value)
        assert "{" not in path, path
        known = {p["name"] for p in map(resolved, operation.get("parameters", []))}
        assert set(re.findall(r"(\w+)=", query)) <= known, (template, query)
        sent = dict(headers or {})
        key = self.key if key is None else key
        if key:
            sent["Authorization"] = f"Bearer {key}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            content = resolved(operation["requestBody"])["content"]
            if sent["Content-Type"] == "application/json" and status == 200:
                validator(content["application/json"]["schema"]).validate(body)
            body = json.dumps(body) if sent["Content-Type"] == "application/json" else body
        got, answered, text = self.daemon.request(method, path + (f"?{query}" if query else ""), body, sent)
        assert got == status, (method, path, got, text)
        assert str(got) in operation["responses"], f"{method} {template} answers {got}, which the file does not have"
        response = resolved(operation["responses"][str(got)])
        content = response.get("content")
        self.seen.add((method, template, got))
        if not content:
            assert not text, (template, text)
            return None
        kind = answered["Content-Type"].split(";")[0]
        assert kind in content, (template, kind)
        if kind != "application/json":
            return text
        value = json.loads(text)
        if "schema" in content[kind]:
            validator(content[kind]["schema"]).validate(value)
        return value


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def the_file_is_openapi_and_its_schemas_are_schemas():
    assert SPEC["openapi"].startswith("3.1.")
    for (method, path), operation in described().items():
        assert operation["summary"] and operation["responses"], (method, path)
        named = set(re.findall(r"\{(\w+)\}", path))
        given = {p["name"] for p in map(resolved, SPEC["paths"][path].get("parameters", [])) if p["in"] == "path"}
        assert named == given, (path, named, given)
        for status, response in operation["responses"].items():
            for kind, content in resolved(response).get("content", {}).items():
                jsonschema.Draft202012Validator.check_schema(content.get("schema", {}))


def the_file_has_every_route_of_the_daemon_and_no_other():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        table = Asker(daemon)("GET", "/api/v1/routes")
        shape = lambda path: re.sub(r"\{\w+\}", "{}", path)
        there = {(one["method"], shape(one["path"])) for one in table}
        listed = {(method, shape(path)) for method, path in described()}
        missing = {one for one in there if one[1].startswith("/api/v1/")} - listed
        assert not missing, f"routes that docs/openapi.yaml does not have: {sorted(missing)}"
        assert not listed - there, f"docs/openapi.yaml has what is no route: {sorted(listed - there)}"
        # Routes that need no credential: the file says the same as the daemon.
        open_routes = {(one["method"], shape(one["path"])) for one in table if one["access"] == "open"}
        for (method, path), operation in described().items():
            assert ((method, shape(path)) in open_routes) == (operation.get("security") == [{}]), (method, path)
        served = daemon.request("GET", "/api/v1/openapi.yaml")
        assert served[0] == 200 and served[2] == (ROOT / "docs/openapi.yaml").read_text()


def answers_are_as_the_file_says():
    with temporary() as folder:
        hook = Webhook()
        hook.answer = lambda number: 400  # dead letters
        with Daemon(folder, hook, rules=plain_rules(folder), config=CONFIG) as daemon:
            ask = Asker(daemon)
            assert daemon.post(event("e1", subject="s1", time="2026-11-30T10:00:00Z", data={"x": [1]})) == 200
            assert daemon.post(event("e2", "nobody")) == 200 and daemon.post({}) == 400
            alert = eventually("it fires", lambda: ask("GET", "/api/v2/alerts"))[0]["id"]
            said = {"by": "x", "comment": "c"}
            ask("POST", "/api/v1/alerts/{id}/acknowledge", body={**said, "for": "4h"}, id=alert)
            assert ask("GET", "/api/v2/alerts")[0]["acknowledged"]["by"] == "Kim"
            ask("POST", "/api/v1/alerts/{id}/unacknowledge", body=said, id=alert)
            ask("POST", "/api/v1/alerts/{id}/unacknowledge", 409, body=said, id=alert)
            ask("POST", "/api/v1/alerts/{id}/comments", body={"text": "card ordered"}, id=alert)
            for verb in ("acknowledge", "unacknowledge", "resolve", "comments"):
                path = "/api/v1/alerts/{id}/" + verb
                ask("POST", path, 404, body={"by": "x", "text": "c"}, id="0000000000000000")
                ask("POST", path, 400, body={"text": 5, "by": 5}, id=alert)
                ask("POST", path, 415, body="x", headers={"Content-Type": "text/plain"}, id=alert)
            silence = {"matchers": [{"name": "alertname", "value": "LinkDown", "isRegex": False}], "startsAt": stamp(-1), "endsAt": stamp(60), "createdBy": "x", "comment": "c"}
            assert ask("POST", "/api/v1/silences/check", body=silence)["matches"][0]["id"] == alert
            ask("POST", "/api/v1/silences/check", 400, body={})
            id = ask("POST", "/api/v2/silences", body=silence)["silenceID"]
            ask("POST", "/api/v2/silences", 400, body={})
            assert ask("GET", "/api/v2/silences")[0]["id"] == id and ask("GET", "/api/v2/silence/{id}", id=id)["createdBy"] == "Kim"
            ask("DELETE", "/api/v2/silence/{id}", id=id)
            for method in ("GET", "DELETE"):
                ask(method, "/api/v2/silence/{id}", 404, id="x")
            assert daemon.post(event("e3", subject="s2")) == 200
            letters = eventually("a dead letter", lambda: ask("GET", "/api/v1/dead-letters")["letters"])
            ask("GET", "/api/v1/dead-letters/{id}", id=letters[0]["id"])
            ask("GET", "/api/v1/dead-letters/{id}", 404, id="x")
            ask("GET", "/api/v1/dead-letters", 400, query="limit=x")
            ask("POST", "/api/v1/dead-letters/redrive", body={"ids": [letters[0]["id"]], "dry_run": True})
            ask("POST", "/api/v1/dead-letters/redrive", body={"ids": [letters[0]["id"], "x"]})
            ask("POST", "/api/v1/dead-letters/redrive", 400, body=[])
            ask("POST", "/api/v1/alerts/{id}/resolve", body=said, id=alert)
            kinds = {one["kind"] for one in ask("GET", "/api/v1/history")}
            assert {"fired", "acknowledged", "unacknowledged", "resolved", "comment", "notification"} <= kinds, kinds
            assert [one["comment"] for one in ask("GET", "/api/v1/history", query=f"kind=comment&alert={alert}")] == ["card ordered"]
            ask("GET", "/api/v1/history", 400, query="kind=x")
            assert [one["kind"] for one in ask("GET", "/api/v1/lifecycle")] == ["reloaded", "started"]
            ask("GET", "/api/v1/lifecycle", 400, query="since=x")
            assert ask("GET", "/api/v2/alerts", query="resolved=true&id=" + alert)[0]["status"]["state"] == "resolved"
            ask("GET", "/api/v2/alerts", 400, query="filter=%3D")
            assert len(ask("GET", "/api/v1/events")["events"]) == 3 and ask("GET", "/api/v1/rejected")
            ask("GET", "/api/v1/events", 400, query="limit=x")
            ask("GET", "/api/v1/rejected", 400, query="limit=x")
            for path in ("status", "targets", "alerts/summary", "config", "rules", "rules/plan", "ledger", "processing-errors", "parked", "inventory", "routes", "openapi.yaml"):
                ask("GET", "/api/v1/" + path)
            ask("GET", "/api/v1/rules/{alert}", alert="LinkDown")
            ask("GET", "/api/v1/rules/{alert}", 404, alert="x")
            for one in ("e1", alert):
                ask("GET", "/api/v1/explain", query="id=" + one)
            ask("GET", "/api/v1/explain", 404, query="id=nothing")
            ask("GET", "/api/v1/explain", 400)
            assert ask("POST", "/api/v1/receivers/{name}/test", name="test")[0]["detail"] == "400"
            ask("POST", "/api/v1/receivers/{name}/test", 404, name="x")
            trials_answer(ask)
            ask("PUT", "/api/v1/inventory", 400, body="a\n", headers={"Content-Type": "text/csv"})
            for method in ("PUT", "DELETE"):
                ask(method, "/api/v1/inventory", 403, headers={"Origin": "http://x", "Content-Type": "text/csv"}, **({"body": "a"} if method == "PUT" else {}))
            ask("DELETE", "/api/v1/inventory")
            session_answers(ask)
            streams_answer(daemon, ask)
            left = {(method, path) for method, path in described()} - {(method, path) for method, path, status in ask.seen if status < 300}
            assert left <= {("PUT", "/api/v1/inventory")}, f"described, and no good answer was seen: {sorted(left)}"


def trials_answer(ask):
    files = ask("GET", "/api/v1/rule-files")
    changed = [{"file": files[-1]["file"], "text": ask("GET", "/api/v1/rule-files", query="file=" + files[-1]["file"])["text"]}]
    ask("GET", "/api/v1/rule-files", 404, query="file=x")
    pasted = {"event": json.dumps(event("e9", subject="s9")), "rules": changed}
    assert ask("POST", "/api/v1/playground", body=pasted)["events"][0]["rules"]
    assert ask("POST", "/api/v1/playground", body={"rules": [{"file": "x.yaml", "text": "rules: ["}]})["faults"]
    ask("POST", "/api/v1/playground", 400, body={"rulez": []})
    ask("POST", "/api/v1/playground", 415, body="x", headers={"Content-Type": "text/plain"})
    assert ask("POST", "/api/v1/rules/plan", body={"rules": changed})["ends"] == 0
    ask("POST", "/api/v1/rules/plan", 400, body={"rules": []})
    ask("POST", "/api/v1/rules/plan", 415, body="x", headers={"Content-Type": "text/plain"})
    ask("POST", "/api/v1/backtest", 400, body={"rules": [{"file": "x.yaml", "text": "rules: ["}]})
    job = ask("POST", "/api/v1/backtest", 202, body={"rules": changed})["id"]
    eventually("it ends", lambda: ask("GET", "/api/v1/backtest/{id}", id=job)["state"] == "done")
    assert ask("GET", "/api/v1/backtest")[-1]["result"]["events"] >= 3
    ask("DELETE", "/api/v1/backtest/{id}", id=job)
    ask("GET", "/api/v1/backtest/{id}", 404, id="x")


def session_answers(ask):
    assert ask("GET", "/api/v1/session")["by"] == "request"
    assert ask("GET", "/api/v1/session", key="")["rights"] == []
    ask("POST", "/api/v1/session", key="", body={"username": "lee", "password": "secret"})
    ask("POST", "/api/v1/session", key="", body={"token": "of-view"})
    ask("POST", "/api/v1/session", 400, key="", body={})
    ask("POST", "/api/v1/session", 415, key="", body="x", headers={"Content-Type": "text/plain"})
    ask("POST", "/api/v1/session", 403, key="", body={"token": "of-view"}, headers={"Origin": "http://evil.example"})
    ask("DELETE", "/api/v1/session", 204, key="")
    ask("DELETE", "/api/v1/session", 403, key="", headers={"Origin": "http://evil.example"})
    for _ in range(5):
        ask("POST", "/api/v1/session", 401, key="", body={"token": "wrong"})
    ask("POST", "/api/v1/session", 429, key="", body={"token": "wrong"})


def streams_answer(daemon, ask):
    import http.client
    for path in ENDLESS:
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
        connection.request("GET", path, headers={"Authorization": "Bearer of-view"})
        answer = connection.getresponse()
        response = resolved(described()["GET", path]["responses"][str(answer.status)])
        assert answer.headers["Content-Type"] in response["content"], path
        ask.seen.add(("GET", path, answer.status))
        connection.close()
    ask("GET", "/api/v1/events/stream", 400, query="from=x")


if __name__ == "__main__":
    main([the_file_is_openapi_and_its_schemas_are_schemas, the_file_has_every_route_of_the_daemon_and_no_other, answers_are_as_the_file_says])
