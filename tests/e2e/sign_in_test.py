"""Rights and sign-in against the real daemon: reading, changing, cookies, pages of other sites, floods, reloads, and comments on alerts."""
import http.client
import json
import subprocess

from harness import BINARY, PATIENCE, Daemon, event, eventually, main, plain_rules, temporary

CONFIG = """auth:
  admin: [{basic_auth: {username: kim, password: secret}, name: Kim}, {bearer_token: of-admin}]
  view: [{bearer_token: of-view, name: wall}]
"""
JSON = {"Content-Type": "application/json"}
OURS = {**JSON, "Sec-Fetch-Site": "same-origin"}


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def sign_in(daemon, body, headers=JSON):
    """(status, cookie to send, whole Set-Cookie, answer)"""
    status, sent, text = daemon.request("POST", "/api/v1/session", json.dumps(body), headers)
    cookie = sent["Set-Cookie"] or ""
    return status, {"Cookie": cookie.split(";")[0]}, cookie, json.loads(text) if text else None


def who(daemon, headers):
    return json.loads(daemon.request("GET", "/api/v1/session", headers=headers)[2])


def firing(daemon, headers):
    assert daemon.post(event("e1")) == 200
    return eventually("it fires", lambda: json.loads(daemon.request("GET", "/api/v2/alerts", headers=headers)[2]))[0]["id"]


def readers_read_and_change_nothing():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        alert = firing(daemon, bearer("of-view"))
        _, cookie, _, answer = sign_in(daemon, {"token": "of-view"})
        assert answer == {"required": True, "signed_in": True, "by": "session", "name": "wall", "rights": ["view"], "ways": ["password", "token"], "expires": answer["expires"]}
        for headers in (bearer("of-view"), cookie):
            for path in ("/metrics", "/api/v2/alerts", "/api/v1/history", "/api/v1/config", "/api/v1/rules", "/api/v1/events", "/api/v1/status"):
                assert daemon.request("GET", path, headers=headers)[0] == 200, path
            for method, path in (("POST", f"/api/v1/alerts/{alert}/acknowledge"), ("POST", "/api/v2/silences"), ("DELETE", "/api/v2/silence/x"), ("POST", "/-/reload"), ("PUT", "/api/v1/inventory"),
                                 ("POST", "/api/v1/dead-letters/redrive"), ("POST", f"/api/v1/alerts/{alert}/comments"), ("POST", "/api/v2/alerts")):
                status, _, text = daemon.request(method, path, json.dumps({"by": "x"}), {**headers, **OURS})
                assert status == 403 and "may read" in text, (path, status, text)
        for headers in ({}, bearer("wrong"), {"Cookie": "alarum_session=" + "0" * 64}):
            assert daemon.request("GET", "/api/v2/alerts", headers=headers)[0] == 401
        assert "secret" not in daemon.request("GET", "/api/v1/config", headers=bearer("of-view"))[2].replace("<secret>", "")


def a_cookie_is_as_good_as_its_credential_and_names_the_author():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        status, cookie, whole, answer = sign_in(daemon, {"username": "kim", "password": "secret"})
        assert status == 200 and answer["rights"] == ["view", "change"] and answer["name"] == "Kim"
        assert whole.endswith("; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"), whole
        alert = firing(daemon, cookie)
        done = daemon.request("POST", f"/api/v1/alerts/{alert}/acknowledge", json.dumps({"by": "mallory"}), {**cookie, **OURS})
        assert done[0] == 200, done
        shown = json.loads(daemon.request("GET", "/api/v2/alerts", headers=cookie)[2])[0]
        assert shown["acknowledgedBy"] == "Kim"
        _, again, _, _ = sign_in(daemon, {"token": "of-view"}, {**JSON, **cookie})
        assert daemon.request("GET", "/api/v2/alerts", headers=cookie)[0] == 401, "a sign-in ends the session before"
        status, sent, _ = daemon.request("DELETE", "/api/v1/session", headers=again)
        assert status == 204 and "Max-Age=0" in sent["Set-Cookie"]
        status, sent, text = daemon.request("GET", "/api/v2/alerts", headers={**again, "Sec-Fetch-Dest": "empty"})
        assert status == 401 and "Basic" not in str(sent.get_all("WWW-Authenticate")), "no dialog of the browser's own"
        status, _, text = daemon.request("GET", "/api/v1/status", headers=again)
        assert status == 401 and json.loads(text)["error"] == "session_over"
        assert "Basic" in daemon.request("GET", "/api/v1/status")[1]["WWW-Authenticate"]


def what_another_site_sends_with_the_cookie_changes_nothing():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        _, cookie, _, _ = sign_in(daemon, {"token": "of-admin"})
        alert = firing(daemon, cookie)
        path, body = f"/api/v1/alerts/{alert}/resolve", json.dumps({"by": "x"})
        ours = f"http://127.0.0.1:{daemon.port}"
        refused = [{}, JSON, {"Sec-Fetch-Site": "same-origin"}, {**JSON, "Sec-Fetch-Site": "cross-site"}, {**JSON, "Sec-Fetch-Site": "same-site"}, {**JSON, "Sec-Fetch-Site": "none"}, {**JSON, "Origin": "null"},
                   {**JSON, "Origin": "http://evil.example"}, {**JSON, "Origin": "http://127.0.0.1:1"}, {"Origin": ours}, {"Origin": ours, "Content-Type": "text/plain"},
                   {"Origin": ours, "Content-Type": "application/x-www-form-urlencoded"}]
        for headers in refused:
            status, _, text = daemon.request("POST", path, body, {**cookie, **headers})
            assert status == 403 and json.loads(text)["error"] == "other_site", (headers, status, text)
        for method, target in (("DELETE", "/api/v2/silence/x"), ("POST", "/api/v2/silences")):
            assert daemon.request(method, target, "{}", {**cookie, **JSON, "Sec-Fetch-Site": "cross-site"})[0] == 403
        assert json.loads(daemon.request("GET", "/api/v2/alerts", headers=cookie)[2])[0]["status"]["state"] == "active"
        assert daemon.request("POST", path, body, {**cookie, **JSON, "Origin": ours})[0] == 200
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert sign_in(daemon, {"token": "of-view"}, {**JSON, **headers})[0] == 403, "nobody is signed in by another site"
            assert daemon.request("DELETE", "/api/v1/session", headers={**cookie, **headers})[0] == 403
        assert daemon.request("GET", "/api/v2/alerts", headers=cookie)[0] == 200


def guesses_are_slowed_down_and_counted():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        answers = [sign_in(daemon, {"token": f"guess{n}"})[0] for n in range(20)]
        assert answers[:5] == [401] * 5 and answers.count(429) >= 13, answers
        status, headers, text = daemon.request("POST", "/api/v1/session", json.dumps({"token": "guess"}), JSON)
        assert status == 429 and 0 < int(headers["Retry-After"]) <= 12, text
        counted = [line for line in daemon.request("GET", "/metrics", headers=bearer("of-admin"))[2].splitlines() if line.startswith("alarum_http_unauthenticated_total")]
        assert float(counted[0].rsplit(" ", 1)[1]) >= 21, counted
        assert "guess1" not in daemon.log_text() and daemon.request("GET", "/api/v2/alerts", headers=bearer("of-admin"))[0] == 200


def floods_of_sign_ins_and_cookies_cost_nothing():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        _, kim, _, _ = sign_in(daemon, {"username": "kim", "password": "secret"})
        _, first, _, _ = sign_in(daemon, {"token": "of-view"})
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=PATIENCE)
        for _ in range(10_000):
            connection.request("POST", "/api/v1/session", '{"token": "of-view"}', JSON)
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
        assert who(daemon, kim)["signed_in"], "the flood of one credential ends no session of another"
        assert not who(daemon, first)["signed_in"], "its own oldest are gone"
        for cookie in ("; ".join(f"a{n}={n}" for n in range(1000)), ";" * 10_000, "alarum_session=" + "x" * 10_000, "alarum_session", "=;alarum_session=;"):
            assert daemon.request("GET", "/api/v2/alerts", headers={"Cookie": cookie})[0] == 401
        assert daemon.request("GET", "/api/v2/alerts", headers={"Cookie": "a=" + "x" * 17_000})[0] == 431


def a_reload_takes_and_gives_rights():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        _, kim, _, _ = sign_in(daemon, {"username": "kim", "password": "secret"})
        _, token, _, _ = sign_in(daemon, {"token": "of-admin"})
        text = daemon.config.read_text()

        def reload(new):
            daemon.config.write_text(new)
            status, _, said = daemon.request("POST", "/-/reload", headers=bearer("of-admin"))
            return status, said

        assert reload(text.replace("password: secret", "password: other"))[0] == 200
        assert daemon.request("GET", "/api/v2/alerts", headers=kim)[0] == 401 and who(daemon, token)["rights"] == ["view", "change"]
        assert reload(text)[0] == 200
        assert daemon.request("GET", "/api/v2/alerts", headers=kim)[0] == 401, "it does not come back"
        status, said = reload(text.replace("{bearer_token: of-view, name: wall}", "{bearer_token: of-view, name: screen}").replace("admin: [", "admin: [{bearer_token: new}, "))
        assert status == 200, said
        assert who(daemon, token)["rights"] == ["view", "change"]
        status, said = reload(text.replace("admin: [", "ingest: ["))
        assert status == 400 and '"view" needs "admin"' in json.loads(said)["message"], said


def the_cookie_is_secure_where_people_come_by_tls():
    with temporary() as folder:
        config = CONFIG + "external_url: https://alarum.example\n"
        with Daemon(folder, rules=plain_rules(folder), config=config) as daemon:
            assert sign_in(daemon, {"token": "of-view"})[2].endswith("; SameSite=Strict; Secure")


def without_auth_everybody_may_do_everything():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder)) as daemon:
        assert who(daemon, {}) == {"required": False, "signed_in": False, "by": None, "name": "", "rights": ["view", "change"], "ways": []}
        assert sign_in(daemon, {"token": ""})[0] == 401


def comments_are_kept_with_the_history_also_over_a_restart():
    with temporary() as folder, Daemon(folder, rules=plain_rules(folder), config=CONFIG) as daemon:
        alert = firing(daemon, bearer("of-view"))

        def alarum(*words):
            return subprocess.run([BINARY, *words, "--url", daemon.url], capture_output=True, text=True, env={"ALARUM_TOKEN": "of-admin", "USER": "lee", "PATH": "/bin"}, timeout=PATIENCE)

        done = alarum("comment", alert[:6], "card is ordered")
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{alert} has a comment more\n", ""), done
        _, kim, _, _ = sign_in(daemon, {"username": "kim", "password": "secret"})
        path = f"/api/v1/alerts/{alert}/comments"
        assert daemon.request("POST", path, json.dumps({"by": "mallory", "text": "<b>arrives</b> \u4eca\u5929"}), {**kim, **OURS})[0] == 200
        assert daemon.request("POST", f"/api/v1/alerts/{alert}/resolve", json.dumps({"by": "lee"}), {**bearer("of-admin"), **JSON})[0] == 200
        done = alarum("comment", alert, "afterwards: it was the cable")
        assert done.returncode == 0, done.stderr
        done = alarum("comment", "0000", "nobody")
        assert done.returncode == 1 and "0000" in done.stderr, done
        for wrong in ({"text": ""}, {"text": "x" * 4097}, {"text": 5}, {}, [], {"comment": "x"}):
            assert daemon.request("POST", path, json.dumps(wrong), {**kim, **OURS})[0] == 400, wrong
        assert daemon.request("POST", "/api/v1/alerts/x/comments", json.dumps({"text": "x"}), {**kim, **OURS})[0] == 404

        def comments():
            return [(one["by"], one["comment"]) for one in json.loads(daemon.request("GET", f"/api/v1/history?alert={alert}&kind=comment", headers=bearer("of-view"))[2])]

        wanted = [("lee", "afterwards: it was the cable"), ("Kim", "<b>arrives</b> \u4eca\u5929"), ("lee", "card is ordered")]
        assert comments() == wanted
        assert "afterwards: it was the cable" in alarum("history", "--kind", "comment").stdout
        kinds = [one["kind"] for one in json.loads(daemon.request("GET", f"/api/v1/history?alert={alert}", headers=bearer("of-view"))[2])]
        assert kinds[0] == "comment" and "resolved" in kinds and "fired" in kinds, kinds
        page = daemon.request("GET", f"/api/v1/history?alert={alert}&limit=2", headers=bearer("of-view"))
        after = page[1]["Link"].split("after=")[1].split(">")[0]
        rest = json.loads(daemon.request("GET", f"/api/v1/history?alert={alert}&after={after}", headers=bearer("of-view"))[2])
        assert [one["kind"] for one in json.loads(page[2])] + [one["kind"] for one in rest] == kinds, "page by page"
        assert not json.loads(daemon.request("GET", "/api/v1/ledger", headers=bearer("of-view"))[2])["faults"]
        daemon.kill()
        daemon.start()
        assert comments() == wanted
        # The history is made again from the journal.
        daemon.stop()
        for file in daemon.data.glob("book.sqlite*"):
            file.unlink()
        for file in (daemon.data / "checkpoints").iterdir():
            file.unlink()
        daemon.start()
        eventually("the comments are there again", lambda: comments() == wanted)


if __name__ == "__main__":
    main([readers_read_and_change_nothing, a_cookie_is_as_good_as_its_credential_and_names_the_author, what_another_site_sends_with_the_cookie_changes_nothing, guesses_are_slowed_down_and_counted, floods_of_sign_ins_and_cookies_cost_nothing,
          a_reload_takes_and_gives_rights, the_cookie_is_secure_where_people_come_by_tls, without_auth_everybody_may_do_everything, comments_are_kept_with_the_history_also_over_a_restart])
