#!/usr/bin/env python3
"""Stops a training job of ModelArts and submits it again from its last checkpoint, when Alarum says
that an NPU fault wants it. docs/recipes/resume-training.md shows how the two work together.

    restarter.py restarter.json              takes webhooks until it is killed
    restarter.py restarter.json --show JOB   prints what would be submitted, and does nothing

A notification is stored before it is answered, and every step before it is made. So neither a
notification that comes twice, nor a crash at any point, submits a job twice.
"""
import base64
import contextlib
import datetime
import hashlib
import hmac
import http.client
import http.server
import json
import pathlib
import sqlite3
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

TOLERANCE = 300  # seconds that a webhook's timestamp may be from our clock (standardwebhooks.com)
MAX_BODY = 8 << 20
DAY = 86400

RUNS = {"Creating", "Pending", "Running"}  # phases in which ModelArts can stop a job
BROKEN = {"Failed", "Abnormal"}

# What the API to create a job takes, of all that the details of a job say.
REQUEST = {
    "kind": True,
    "metadata": {"description": True, "workspace_id": True, "annotations": True},
    "algorithm": dict.fromkeys(
        ["id", "subscription_id", "item_version_id", "code_dir", "boot_file", "command", "engine",
         "parameters", "inputs", "outputs", "environments", "local_code_dir", "working_dir"], True),
    "spec": {"resource": dict.fromkeys(["policy", "flavor_id", "node_count", "pool_id"], True),
             "volumes": True, "log_export_path": True, "schedule_policy": True},
}

SCHEMA = """
CREATE TABLE IF NOT EXISTS notifications (id TEXT PRIMARY KEY, at REAL);
CREATE TABLE IF NOT EXISTS restarts (
  alert TEXT PRIMARY KEY,  -- fingerprint and beginning: reminders of an alert are no second restart
  job TEXT, name TEXT, step TEXT, at REAL, old_id TEXT, new_id TEXT, reason TEXT);
CREATE TABLE IF NOT EXISTS jobs (job TEXT PRIMARY KEY, id TEXT);  -- the run that is current
"""


class Refused(Exception):
    """The vendor said no for good: trying again would not help."""


def read(path):
    return pathlib.Path(path).read_text().strip()


def log(text, **more):
    print(text, *(f"{name}={value}" for name, value in more.items()), flush=True)


def signature_is_right(secret, headers, body, now):
    """Standard Webhooks: HMAC-SHA256 over ID.TIMESTAMP.BODY (docs/webhook.md)."""
    sent, stamp = headers.get("Webhook-Signature", ""), headers.get("Webhook-Timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers.get('Webhook-Id', '')}.{stamp}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in sent.split(" "))


def picked(value, keys):
    """The members of `value` that `keys` names, to any depth."""
    if keys is True:
        return value
    return {key: picked(value[key], below) for key, below in keys.items() if value.get(key)}


def resubmission(details, name, output):
    """The body that creates the job of these details again. RESUME_FROM names the checkpoints."""
    body = picked(details, REQUEST)
    body.setdefault("metadata", {})["name"] = name
    outputs = body["algorithm"].get("outputs", [])
    urls = [one["remote"]["obs"]["obs_url"] for one in outputs if one["name"] == output]
    if not urls:
        raise Refused(f'the job has no output "{output}", so there is no checkpoint')
    environment = body["algorithm"].get("environments") or {}
    body["algorithm"]["environments"] = {**environment, "RESUME_FROM": urls[0]}
    return body


def asked(request):
    """The JSON of the answer. 4xx but for 408 and 429 is final; the rest raises OSError."""
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as fault:
        if fault.code < 500 and fault.code not in (408, 429):
            said = fault.read(500).decode(errors="replace")
            raise Refused(f"{request.full_url} answers {fault.code}: {said}") from None
        raise


class ModelArts:
    """Training jobs by the API v2 of ModelArts, signed with SDK-HMAC-SHA256."""

    def __init__(self, config):
        self.config = config
        self.base = f"/v2/{config['project_id']}"

    def call(self, method, path, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        url = urllib.parse.urlsplit(self.config["endpoint"])
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"X-Sdk-Date": date, "Content-Type": "application/json",
                   "Authorization": self.authorization(method, url.netloc, path, date, data)}
        request = urllib.request.Request(self.config["endpoint"] + path, data or None, headers,
                                         method=method)
        return asked(request)

    def authorization(self, method, host, path, date, data):
        path = path.rstrip("/") + "/"
        canonical = (f"{method}\n{path}\n\nhost:{host}\nx-sdk-date:{date}\n\nhost;x-sdk-date\n"
                     f"{hashlib.sha256(data).hexdigest()}")
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"SDK-HMAC-SHA256\n{date}\n{hashed}".encode()
        key = read(self.config["secret_key_file"]).encode()
        return (f"SDK-HMAC-SHA256 Access={self.config['access_key']}, "
                f"SignedHeaders=host;x-sdk-date, "
                f"Signature={hmac.new(key, text, hashlib.sha256).hexdigest()}")

    def details(self, job_id):
        return self.call("GET", f"{self.base}/training-jobs/{job_id}")

    def stop(self, job_id):
        self.call("POST", f"{self.base}/training-jobs/{job_id}/actions",
                  {"action_type": "terminate"})

    def create(self, body):
        return self.call("POST", f"{self.base}/training-jobs", body)["metadata"]["id"]

    def named(self, name):
        """The id of the job of that name; None if there is none."""
        query = {"offset": 0, "limit": 50,
                 "filters": [{"key": "name", "operator": "like", "value": [name]}]}
        items = self.call("POST", f"{self.base}/training-job-searches", query)["items"] or []
        return next((one["metadata"]["id"] for one in items if one["metadata"]["name"] == name),
                    None)


class Store:
    """What was taken and how far each restart is, in SQLite. Used by all threads."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.database.row_factory = sqlite3.Row
        self.database.executescript("PRAGMA synchronous=FULL;" + SCHEMA)

    def run(self, statement, *values):
        with self.lock, self.database:
            return self.database.execute(statement, values).fetchall()

    def take(self, ids, restarts, now):
        """Stores a notification with its restarts, all or nothing. False if it was known."""
        with self.lock, contextlib.closing(self.database.cursor()) as cursor, self.database:
            cursor.execute("INSERT OR IGNORE INTO notifications VALUES (?, ?)", (ids[0], now))
            new = cursor.rowcount == 1
            if new:
                cursor.executemany("INSERT OR IGNORE INTO notifications VALUES (?, ?)",
                                   [(one, now) for one in ids[1:]])
                cursor.executemany("INSERT OR IGNORE INTO restarts (alert, job, name, step, at)"
                                   " VALUES (?, ?, ?, 'taken', ?)", restarts)
            return new

    def unfinished(self):
        return self.run("SELECT * FROM restarts WHERE step NOT IN ('done', 'failed', 'left')"
                        " ORDER BY at")

    def update(self, restart, **columns):
        columns = {key: value for key, value in columns.items() if value is not None}
        names = ", ".join(f"{name} = ?" for name in columns)
        self.run(f"UPDATE restarts SET {names} WHERE alert = ?", *columns.values(),
                 restart["alert"])
        log("restart", job=restart["job"], **columns)


class Restarter:
    """Brings each restart from step to step:
    taken → stopping → submitting → starting → telling → done, or failing → failed, or left."""

    def __init__(self, config):
        self.config = config
        self.cloud = ModelArts(config["modelarts"])
        self.store = Store(config["database"])
        self.news = threading.Event()

    def take(self, headers, body):
        """The status to answer to a webhook."""
        now = time.time()
        secret = read(self.config["webhook_secret_file"])
        if not signature_is_right(secret, headers, body, now):
            return 401
        replaced = headers.get("Alarum-Replaces", "").replace(",", " ").split()
        restarts = []
        for alert in json.loads(body)["alerts"]:
            if alert["status"] == "firing" and "job" in alert["labels"]:
                key, job = f"{alert['fingerprint']} {alert['startsAt']}", alert["labels"]["job"]
                name = f"{job[:54]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
                restarts.append((key, job, name, now))
        new = self.store.take([headers["Webhook-Id"], *replaced], restarts, now)
        log("notification", id=headers["Webhook-Id"], new=new, alerts=len(restarts))
        self.news.set()
        return 200

    def current(self, job):
        """The id of the job's current run: the one that we started, else the config's."""
        known = self.store.run("SELECT id FROM jobs WHERE job = ?", job)
        found = known[0]["id"] if known else self.config["jobs"].get(job)
        if not found:
            raise Refused(f'"jobs" does not name "{job}"')
        return found

    def too_often(self, restart):
        limit = self.config.get("max_restarts_a_day", 3)
        count = self.store.run("SELECT count(*) AS n FROM restarts WHERE job = ? AND at > ?"
                               " AND new_id IS NOT NULL", restart["job"], time.time() - DAY)
        return count[0]["n"] >= limit

    # The steps. Each returns the columns to store; an empty one waits for another look.

    def taken(self, restart):
        if self.too_often(restart):
            raise Refused("it was restarted too often in the last 24 hours")
        old = self.current(restart["job"])
        phase = self.cloud.details(old)["status"]["phase"]
        if phase in RUNS or phase in BROKEN:
            return {"step": "stopping", "old_id": old}
        return {"step": "left", "reason": f"the job is {phase}: somebody stopped it, or it is done"}

    def stopping(self, restart):
        phase = self.cloud.details(restart["old_id"])["status"]["phase"]
        if phase in RUNS:
            self.cloud.stop(restart["old_id"])
        return {} if phase in RUNS or phase == "Terminating" else {"step": "submitting"}

    def submitting(self, restart):
        new = self.cloud.named(restart["name"])  # we may have crashed after it was created
        if not new:
            details = self.cloud.details(restart["old_id"])
            output = self.config["checkpoint_output"]
            new = self.cloud.create(resubmission(details, restart["name"], output))
        self.store.run("INSERT OR REPLACE INTO jobs VALUES (?, ?)", restart["job"], new)
        return {"step": "starting", "new_id": new}

    def starting(self, restart):
        phase = self.cloud.details(restart["new_id"])["status"]["phase"]
        if phase in ("Creating", "Pending"):
            return {}
        if phase in ("Running", "Completed"):
            return {"step": "telling"}
        raise Refused(f"the new run is {phase}")

    def telling(self, restart):
        self.tell(restart, "trainingJobResumed", {"old": restart["old_id"],
                                                  "new": restart["new_id"]})
        return {"step": "done"}

    def failing(self, restart):
        self.tell(restart, "trainingJobNotResumed", {"reason": restart["reason"]})
        return {"step": "failed"}

    def tell(self, restart, kind, data):
        """An event for Alarum. The id is always the same, so a repetition is a duplicate."""
        alert = hashlib.sha256(restart["alert"].encode()).hexdigest()[:16]
        event = {"specversion": "1.0", "id": f"{kind}-{alert}", "source": "restarter",
                 "type": kind, "subject": restart["job"], "job": restart["job"], "data": data}
        alarum = self.config["alarum"]
        headers = {"Content-Type": "application/cloudevents+json"}
        if "token_file" in alarum:
            headers["Authorization"] = f"Bearer {read(alarum['token_file'])}"
        asked(urllib.request.Request(alarum["url"] + "/v1/events", json.dumps(event).encode(),
                                     headers, method="POST"))

    def step(self, restart):
        """One step. What fails for now is tried again at the next look."""
        try:
            columns = getattr(self, restart["step"])(restart)
        except Refused as fault:
            if restart["step"] in ("telling", "failing"):
                log("Alarum does not take it", job=restart["job"], fault=fault)
                return False
            columns = {"step": "failing", "reason": str(fault)}
        except (KeyError, TypeError) as fault:
            columns = {"step": "failing", "reason": f"an answer of another form: {fault!r}"}
        except (OSError, ValueError, http.client.HTTPException) as fault:  # 5xx, no JSON, cut off
            log("it will be tried again", job=restart["job"], step=restart["step"], fault=fault)
            return False
        if columns:
            self.store.update(restart, **columns)
        return bool(columns)

    def work(self):
        while True:
            self.news.clear()
            moved = [self.step(restart) for restart in self.store.unfinished()]
            if not any(moved):
                self.news.wait(self.config.get("poll_seconds", 10))


def serve(restarter):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("Content-Length", 0))
            try:
                status = 413 if length > MAX_BODY else restarter.take(self.headers,
                                                                      self.rfile.read(length))
            except (ValueError, KeyError, TypeError) as fault:  # signed, and no body of Alarum's
                log("a body that is no notification", fault=repr(fault))
                status = 400
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    host, port = restarter.config["listen"].rsplit(":", 1)
    server = http.server.ThreadingHTTPServer((host, int(port)), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    log("ready", listen=restarter.config["listen"])
    restarter.work()  # here, so that its fault ends the program, and whoever runs it starts it again


def main(arguments):
    if len(arguments) not in (1, 3) or arguments[1:2] not in ([], ["--show"]):
        sys.exit(__doc__)
    restarter = Restarter(json.loads(pathlib.Path(arguments[0]).read_text()))
    if len(arguments) == 1:
        return serve(restarter)
    job = arguments[2]
    details = restarter.cloud.details(restarter.current(job))
    body = resubmission(details, f"{job}-00000000", restarter.config["checkpoint_output"])
    print(json.dumps(body, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
