"""Who takes care of an alert, and what a target that takes nothing says, as the real daemon keeps and shows it."""
import json
import os
import socket
import subprocess
import time

from harness import BINARY, Daemon, QuietHandler, Server, Webhook, eventually, main, temporary

JSON = {"Content-Type": "application/json"}
ESC = "\x1b"


def get(daemon, path, headers=None):
    status, _, text = daemon.request("GET", path, None, headers)
    assert status == 200, (path, status, text)
    return json.loads(text)


def post(daemon, path, body, headers=None):
    status, _, text = daemon.request("POST", path, json.dumps(body), {**JSON, **(headers or {})})
    return status, text


def alarum(*arguments, env=None):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, env={**os.environ, **(env or {})})
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def firing(daemon, name="A"):
    post(daemon, "/api/v2/alerts", [{"labels": {"alertname": name}}])
    return eventually("it fires", lambda: [a for a in get(daemon, "/api/v2/alerts") if a["labels"]["alertname"] == name])[0]["id"]


def care(daemon, id):
    """What the history has of it, oldest first: kind, by, comment."""
    story = get(daemon, f"/api/v1/history?alert={id}&kind=transition")
    return [(e["kind"], e["by"], e["comment"]) for e in reversed(story) if "acknowledged" in e["kind"]]


def an_acknowledgement_says_who_and_why_is_taken_back_and_survives_a_kill():
    with temporary() as folder:
        webhook = Webhook()
        with Daemon(folder, webhook) as daemon:
            id = firing(daemon)
            path = f"/api/v1/alerts/{id}/"
            said = alarum("ack", id, "--url", daemon.url, "--for", "4h", "-a", "kim", "-c", f"card {ESC}[1mordered")
            assert said == f"{id} is acknowledged for 4h\n", said
            assert post(daemon, path + "acknowledge", {"by": "joe", "comment": "mine"})[0] == 200
            shown = get(daemon, "/api/v2/alerts")[0]
            assert shown["acknowledgedBy"] == shown["acknowledged"]["by"] == "joe" and shown["acknowledged"]["comment"] == "mine" and "until" not in shown["acknowledged"], shown
            both = [("acknowledged", "kim", f"card {ESC}[1mordered"), ("acknowledged", "joe", "mine")]
            assert care(daemon, id) == both, care(daemon, id)
            text = alarum("history", "--alert", id, "--url", daemon.url)
            assert "kim: card \\u001b[1mordered, until 20" in text and "joe: mine\n" in text, text
            assert "acknowledged by joe: mine" in alarum("alerts", "--url", daemon.url)
            for wrong in ({"by": "k", "for": "0s"}, {"by": "k", "for": "soon"}, {"by": "k", "for": 7}, {"by": "k" * 201}, {"by": "k", "comment": "x" * 4097}, {"comment": "by nobody"}, []):
                assert post(daemon, path + "acknowledge", wrong)[0] == 400, wrong
            daemon.settled()  # that it was notified is history, too
            before = get(daemon, "/api/v2/alerts"), get(daemon, "/api/v1/history")
            daemon.kill()
            daemon.start()
            assert (get(daemon, "/api/v2/alerts"), get(daemon, "/api/v1/history")) == before
            said = alarum("unack", id, "--url", daemon.url, "-a", "ann", "-c", "wrong rack")
            assert said == f"{id} is not acknowledged any more: reminders of it resume\n", said
            assert care(daemon, id) == both + [("unacknowledged", "ann", "wrong rack")]
            assert "acknowledged" not in get(daemon, "/api/v2/alerts")[0]
            assert post(daemon, path + "unacknowledge", {"by": "ann"})[0] == 409
            story = alarum("explain", id, "--data", daemon.data)
            assert "acknowledged at 20" in story and ", by kim: card" in story and "unacknowledged at 20" in story and ", by ann: wrong rack" in story, story
            assert post(daemon, path + "resolve", {"by": "kim"})[0] == 200
            for verb in ("acknowledge", "unacknowledge"):
                assert post(daemon, path + verb, {"by": "kim"})[0] == 404, "it is over"
            daemon.settled()
            assert webhook.changes() == [("firing", "A", ""), ("resolved", "A", "")], "by itself an acknowledgement sends nothing"


def an_acknowledgement_ends_by_itself_also_over_a_kill():
    with temporary() as folder, Daemon(folder) as daemon:
        id = firing(daemon)
        assert post(daemon, f"/api/v1/alerts/{id}/acknowledge", {"by": "kim", "for": "1s"})[0] == 200
        daemon.kill()
        daemon.start()
        eventually("it ends", lambda: care(daemon, id) == [("acknowledged", "kim", ""), ("unacknowledged", "", "its time is over")])
        assert "acknowledged" not in get(daemon, "/api/v2/alerts")[0]


def whoever_asks_is_notified_of_it_and_a_proven_name_is_whose_word_it_is():
    with temporary() as folder:
        webhook = Webhook()
        config = "auth: {admin: [{bearer_token: t1, name: anna}, {bearer_token: t2}], ingest: []}\n"
        daemon = Daemon(folder, webhook, config=config)
        daemon.config.write_text(daemon.config.read_text().replace(f"url: '{webhook.url}'", f"url: '{webhook.url}', notify_ack: true"))
        anna, other = {"Authorization": "Bearer t1"}, {"Authorization": "Bearer t2"}
        with daemon:
            post(daemon, "/api/v2/alerts", [{"labels": {"alertname": "A"}}], anna)
            eventually("it is notified", lambda: webhook.changes() == [("firing", "A", "")])
            id = get(daemon, "/api/v2/alerts", anna)[0]["id"]
            assert "acknowledged" in alarum("ack", id, "--url", daemon.url, "-a", "mallory", "-c", "on it", env={"ALARUM_TOKEN": "t1"})
            eventually("so is that somebody takes care", lambda: len(webhook.bodies) == 2)
            told = webhook.bodies[1][1]["alerts"][0]
            assert told["status"] == "firing" and told["annotations"]["acknowledged_by"] == "anna" and told["annotations"]["acknowledgement"] == "on it", told
            assert post(daemon, f"/api/v1/alerts/{id}/unacknowledge", {"by": "bob"}, other)[0] == 200
            eventually("and that nobody does any more", lambda: len(webhook.bodies) == 3)
            assert "acknowledged_by" not in webhook.bodies[2][1]["alerts"][0]["annotations"], webhook.bodies[2]
            story = get(daemon, f"/api/v1/history?alert={id}&kind=transition", anna)
            assert [(e["kind"], e.get("by")) for e in reversed(story)] == [("fired", None), ("acknowledged", "anna"), ("unacknowledged", "bob")], story
            soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
            silence = {"matchers": [{"name": "alertname", "value": "B", "isRegex": False}], "startsAt": "2020-01-01T00:00:00Z", "endsAt": soon, "comment": ""}
            assert post(daemon, "/api/v2/silences", {**silence, "createdBy": "mallory"}, anna)[0] == 200
            assert [one["createdBy"] for one in get(daemon, "/api/v2/silences", anna)] == ["anna"]


def a_targets_own_words_are_kept_without_what_is_secret():
    class Refuses(QuietHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = (f'{{"errmsg": "sign not match {ESC}[2J for ' + self.path + '"}').encode() + b" " * 3 + b"\x1b" * (1 << 20)
            self.send_response(401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with temporary() as folder, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and listens to nobody
        port = nobody.getsockname()[1]
        server = Server(Refuses)
        daemon = Daemon(folder)
        hooks = f"[{{name: test, webhook_configs: [{{url: '{server.url}/hook/abcdef0123456789?token=s3cr3t'}}, {{url: 'http://127.0.0.1:{port}/x'}}]}}]"
        daemon.config.write_text(daemon.config.read_text().replace("[{name: test, console_configs: [{}]}]", hooks))
        with daemon:
            id = firing(daemon)
            letters = eventually("it is a dead letter", lambda: get(daemon, "/api/v1/dead-letters")["letters"])
            words = '{"errmsg": "sign not match \\u001b[2J for <secret>"}'
            assert letters[0]["detail"] == "401" and letters[0]["answer"].startswith(words) and len(letters[0]["answer"].encode()) <= 200, letters
            assert get(daemon, "/api/v1/dead-letters")["causes"][0]["answer"] == letters[0]["answer"]
            assert f'401 "{words}' in alarum("dlq", "ls", "--url", daemon.url)
            place = f"(127.0.0.1:{port})"
            eventually("the other fails", lambda: place in alarum("history", "--alert", id, "--url", daemon.url))
            assert f'dead: 401 "{words}' in alarum("history", "--alert", id, "--url", daemon.url)
            story = alarum("explain", id, "--data", daemon.data)
            assert words in story and place in story, story
            daemon.says("sign not match", place)
            for shown in (daemon.log_text(), story, daemon.request("GET", "/api/v1/history")[2]):
                assert "s3cr3t" not in shown and "abcdef0123456789" not in shown and ESC not in shown, shown


if __name__ == "__main__":
    main([an_acknowledgement_says_who_and_why_is_taken_back_and_survives_a_kill, an_acknowledgement_ends_by_itself_also_over_a_kill,
          whoever_asks_is_notified_of_it_and_a_proven_name_is_whose_word_it_is, a_targets_own_words_are_kept_without_what_is_secret])
