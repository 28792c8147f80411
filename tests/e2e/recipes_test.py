"""docs/recipes/ and README.md, end to end: the real daemon with each page's own configuration, the page's commands typed as they stand,
scripted vendors where the page has real ones. What comes must be what the page says, but for times and ids. `recipes_test.py --write`
puts what came into the pages."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

from bmc_test import Bmc
from harness import BINARY, PATIENCE, ROOT, QuietHandler, Server, Webhook, eventually, free_port, main, temporary
from poll_test import CloudEye, authorization
from sessions_test import commands_of, masked as without_ids
from sources_test import Cloud, smn

RECIPES = ROOT / "docs/recipes"
ASKS = "send|alerts|history|silence|ack|unack|resolve|dlq"  # of `alarum`: these ask the daemon


def masked(text):
    """Without what differs from run to run. An alert that others gather is suppressed, or waits for them, as long as it does."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", text)
    return re.sub(r"^(firing|suppressed) +", "STATE ", without_ids(re.sub(r'"ev[0-9a-f]{22}"', '"EVENT"', text)), flags=re.M)


class Page:
    """A page whose named blocks are files of a folder, and whose console blocks are typed there, one after the other. `places`: what stands
    in the page, and what a test has in its place (a port, a vendor's address)."""

    def __init__(self, path, folder, **places):
        self.path, self.folder, self.programs = path, pathlib.Path(folder), []
        self.ports = {str(port): str(free_port()) for port in re.findall(r"(?:127\.0\.0\.1|0\.0\.0\.0):(\d{4,5})\b", path.read_text())}
        self.url = f"http://127.0.0.1:{self.ports.get('9797', '0')}"
        ports = {f"127.0.0.1{mark}{page}": f"127.0.0.1{mark}{mine}" for mark in ":/" for page, mine in self.ports.items()}
        self.places = {**places, "/usr/share/alarum/rules": str(ROOT / "rules"), "0.0.0.0:": "127.0.0.1:", **ports}
        self.lines = path.read_text().splitlines()
        self.blocks = [i for i, line in enumerate(self.lines) if line == "```console"]
        self.shell = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        self.write()

    def here(self, text):
        for page, mine in self.places.items():
            text = text.replace(page, mine)
        return text

    def there(self, text):
        for page, mine in reversed(self.places.items()):
            if page != "0.0.0.0:":
                text = text.replace(mine, page)
        return text

    def write(self):
        (self.folder / "bin").mkdir()
        tool = self.folder / "bin/alarum"
        tool.write_text(f'#!/bin/bash\ncase "$1" in {ASKS}) exec {BINARY} "$@" --url {self.url};; esac\nexec {BINARY} "$@"\n')
        tool.chmod(0o755)
        for found in re.finditer(r"^```\w+ (\S+)\n(.*?)^```", self.path.read_text(), re.M | re.S):
            path = self.folder / found[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.here(found[2]))

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        try:
            for name, program in self.programs:
                if kind:
                    print(f"      {name} said:\n{self.said(name)[-4000:]}", flush=True)
                if program.poll() is None:
                    program.send_signal(signal.SIGTERM)
                    ended = program.wait(PATIENCE)
                    assert kind or name != "alarum" or ended == 0, (name, ended, self.said(name))
        finally:
            for _, program in self.programs:
                if program.poll() is None:
                    program.kill()
                    program.wait()
        assert kind or not self.blocks, f"{len(self.blocks)} blocks of {self.path.name} were not typed"
        if "--write" in sys.argv and not kind:
            self.path.write_text("\n".join(self.lines) + "\n")

    def said(self, name):
        return (self.folder / f"bin/{name}.log").read_text(errors="replace")

    def begin(self, command):
        """`PROGRAM … &`: runs until the test ends, what it says in bin/PROGRAM.log. Waits until it says that it listens."""
        words = self.here(command).removesuffix("&").split()
        if words[:2] == ["alarum", "serve"]:  # also where a page leaves it at the default
            words += ["--listen", self.url.removeprefix("http://")]
        name = pathlib.Path(words[1] if words[0].startswith("python") else words[0]).stem
        log = open(self.folder / f"bin/{name}.log", "ab")
        began = log.seek(0, 2)
        self.programs.append((name, subprocess.Popen(words, cwd=self.folder, env=self.shell, stdout=log, stderr=subprocess.STDOUT)))
        program = self.programs[-1][1]

        def ready():
            assert program.poll() is None, f"{command} ended with {program.returncode}: {self.said(name)}"
            return re.search(r"\blisten=|Listening on", self.said(name)[began:])
        eventually(f"{command} listens", ready)
        return program

    def stop(self):
        """Ctrl-C of what was begun last."""
        name, program = self.programs[-1]
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE) == 0, self.said(name)

    def run(self, command):
        done = subprocess.run(["bash", "-c", self.here(command)], cwd=self.folder, env=self.shell, capture_output=True, text=True, timeout=PATIENCE)
        wanted = re.search(r"# exit (\d)", command)
        assert done.returncode == (int(wanted[1]) if wanted else 0), f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return self.there(done.stdout + done.stderr).splitlines()

    def says(self, command, expected):
        """What the command says. A question is asked again until the answer is the page's: what led to it may be under way."""
        came = []

        def same():
            came[:] = self.run(command)
            return masked("\n".join(came)) == masked("\n".join(expected))
        if not same() and re.match(r"alarum (alerts|history|dlq)|cat |grep |curl .*/metrics", command):
            patience = time.monotonic() + (25 if "--write" in sys.argv else PATIENCE)
            while not same() and time.monotonic() < patience:
                time.sleep(0.05)
        return came

    def type(self):
        """The next console block."""
        begin = self.blocks.pop(0) + 1
        end = self.lines.index("```", begin)
        after = []
        for command, typed, expected in commands_of(self.lines[begin:end]):
            came = []
            if command.endswith(" &"):
                self.begin(command)
            elif found := re.fullmatch(r"export (\w+)=(\S+)", command):
                self.shell[found[1]] = self.here(found[2])
            else:
                came = self.says(command, expected)
            same = masked("\n".join(came)) == masked("\n".join(expected))
            assert same or "--write" in sys.argv, f"{self.path.name}: {command}\n- " + "\n- ".join(expected) + "\n+ " + "\n+ ".join(came)
            after += typed + (expected if same else came)
        self.lines[begin:end] = after
        self.blocks = [i + len(after) - (end - begin) for i in self.blocks]

    def get(self, path):
        token = {"Authorization": f"Bearer {(self.folder / self.shell['ALARUM_TOKEN_FILE']).read_text().strip()}"} if "ALARUM_TOKEN_FILE" in self.shell else {}
        return urllib.request.urlopen(urllib.request.Request(self.url + path, headers=token), timeout=PATIENCE).read().decode()

    def alerts(self):
        """(alertname, its labels) of what fires."""
        return {one["labels"]["alertname"]: one["labels"] for one in json.loads(self.get("/api/v2/alerts"))}

    def post(self, path, body, headers=()):
        """(status, answer)."""
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data, {"Content-Type": "application/json", **dict(headers)}), timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as fault:
            return fault.code, fault.read().decode()


def the_readme():
    with temporary() as folder, Page(ROOT / "README.md", folder) as page:
        text = page.path.read_text()
        # scripts/run is `alarum serve` behind a build; both scripts are what the page says.
        for name in ("run", "test"):
            assert f"\nscripts/{name} " in text and os.access(ROOT / "scripts" / name, os.X_OK), name
        assert 'exec "$alarum" serve "${args[@]}"' in (ROOT / "scripts/run").read_text() and "--demo" in (ROOT / "scripts/run").read_text()
        page.begin("alarum serve --rules /usr/share/alarum/rules &")  # the shipped ones, wherever the binary lies
        page.type()
        page.type()
        page.stop()
        page.begin("alarum serve --config alarum.yaml &")
        page.type()
        assert page.post("/-/reload", "")[0] == 200
        missing = [name for name in re.findall(r"\b(?:docs/[\w./-]*\w|CONTRIBUTING.md)", text) if not (ROOT / name).exists()]
        assert not missing, missing


def every_alarm_has_its_answer_and_every_question_one():
    """docs/running.md has a section for each alert about Alarum, and a row for each reason of a part; what it asks the daemon, the daemon answers."""
    text, known = (ROOT / "docs/running.md").read_text(), (ROOT / "docs/self-monitoring.md").read_text()
    alerts = set(re.findall(r"^\| `(Alarum\w+)` \|", known, re.M))
    sections = set(re.findall(r"^### (Alarum\w+)$", text, re.M))
    assert len(alerts) >= 6 and alerts == sections, alerts ^ sections
    reasons = set(re.findall(r"`([a-z_]+)`", known[known.index("| part | "):])) - set(re.findall(r"^\| `([a-z]+)` \|", known, re.M))
    rows = set(re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"^\| (`[a-z_`, ]+`) \|", text[text.index("### AlarumDegraded"):], re.M))))
    assert len(reasons) >= 14 and reasons <= rows, reasons - rows
    with temporary() as folder, Page(ROOT / "docs/running.md", folder) as page:
        page.blocks.clear()  # sessions_test types these
        page.begin("alarum serve --config alarum.yaml &")
        asked = re.findall(r"^    ((?:curl|alarum) .*)$", text, re.M)
        said = [page.run(one.replace("curl -sS", "curl -sSf")) for one in asked]
        assert len(said) == 4 and any(line.startswith("[+]journal") for line in said[0]) and said[1][-1] == "it balances", said


def an_npu_fleet_on_huawei_cloud():
    cloud = CloudEye("05f0example")
    cloud.keys = ("AK", "SK")
    with temporary() as folder:
        signer = Cloud(folder)
        topic = "urn:smn:cn-north-4:05f0example:npu"
        with Page(RECIPES / "huawei-npu.md", folder, **{"https://ces.cn-north-4.myhuaweicloud.com": cloud.url}) as page:
            # The vendor's own hosts and authority are the only things that the test says and the page does not.
            config = page.folder / "alarum.yaml"
            config.write_text(config.read_text().replace("smn: {", f"smn: {{hosts: ['{signer.place}'], ca_file: tls.pem, ").replace("name: cloud-eye", "name: cloud-eye\n    every: 1s"))
            page.type()
            page.type()
            page.type()  # what people get
            confirm = smn(signer, "SubscriptionConfirmation", topic_urn=topic, subscribe_url=f"https://{signer.place}/smn/confirm?token=1")
            assert page.post("/ingest/smn", confirm)[0] == 200 and "/smn/confirm?token=1" in signer.asked, signer.asked
            alarm = {"message_type": "alarm", "alarm_id": "al1", "alarm_name": "links", "alarm_status": "alarm", "time": int(time.time() * 1000), "namespace": "SYS.BMS", "metric_name": "linkDown", "dimension": "instance_id:r-2",
                     "template_variable": {"AlarmLevel": "Major", "ResourceId": "r-2", "ResourceName": "bms-2"}}
            fired = smn(signer, topic_urn=topic, message_id="m2", message=json.dumps(alarm), subject="[Major Alarm]From Cloud Eye: bms-2")
            assert page.post("/ingest/smn", {**fired, "message": fired["message"].replace("r-2", "r-3")})[0] == 403, "a stranger is not believed"
            assert page.post("/ingest/smn", fired)[0] == 200
            page.type()
            cloud.add([3], "TemperatureOverUpperLimit")
            cloud.events[-1]["detail"]["resource_id"] = "r-3"
            page.type()
            assert cloud.faults == [], "every request is signed"


class ModelArts:
    """Training jobs as the vendor's API v2 has them: signed calls, a stop that takes a while, a new run that waits for its turn. `cut`: calls
    (method and the end of the path) that do what they should, and whose answer is lost, once each."""

    def __init__(self):
        self.jobs, self.calls, self.cut, self.lock, self.strangers = {}, [], [], threading.Lock(), 0
        self.stuck = False  # a new run waits
        self.add("llama-7b", "6f1d2e0c-0001", "Running")
        outer = self

        class Handler(QuietHandler):
            def do_GET(self):
                self.answered(b"")

            def do_POST(self):
                self.answered(self.rfile.read(int(self.headers["Content-Length"])))

            def answered(self, body):
                with outer.lock:
                    status, answer = outer.judge(self, body)
                    call = f"{self.command} {self.path.rsplit('/', 1)[1]}"
                    cut = call in outer.cut and status < 300
                    if cut:
                        outer.cut.remove(call)
                if cut:
                    return self.connection.close()
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.url = Server(Handler).url

    def add(self, name, id, phase, **body):
        """The details say more than the call that creates a job takes."""
        obs = {"obs": {"obs_url": "/bucket/llama-7b/checkpoints/"}}
        self.jobs[id] = {"kind": "job", "metadata": {"workspace_id": "0", "description": "", **body.get("metadata", {}), "id": id, "name": name, "create_time": 1795000000000},
                         "status": {"phase": phase, "secondary_phase": phase},
                         "algorithm": body.get("algorithm") or {"code_dir": "/bucket/llama-7b/code/", "boot_file": "/bucket/llama-7b/code/train.py", "engine": {"engine_id": "mindspore_2.3"},
                                                                "parameters": [{"name": "steps", "value": "100000"}], "outputs": [{"name": "checkpoints", "local_dir": "/cache/checkpoints", "remote": obs}], "environments": {"HCCL_BUFFSIZE": "120"}},
                         "spec": body.get("spec") or {"resource": {"flavor_id": "modelarts.pool.visual.8xlarge", "node_count": 2, "pool_id": "pool-1", "flavor_detail": {"flavor_type": "NPU"}}}}

    def judge(self, request, body):
        wanted = authorization(request.command, request.headers["Host"], request.path, [], request.headers["X-Sdk-Date"], body, "AK", "SK")
        if request.headers["Authorization"] != wanted:
            self.strangers += 1
            return 401, {"error_code": "ModelArts.6201", "error_msg": "Verify Failed"}
        path, asked = request.path.removeprefix("/v2/05f0example/"), json.loads(body or "null")
        if path == "training-job-searches":
            found = [job for job in self.jobs.values() if asked["filters"][0]["value"][0] in job["metadata"]["name"]]
            return 200, {"total": len(found), "items": found}
        if path == "training-jobs":
            self.calls.append(("create", asked))
            self.add(asked["metadata"]["name"], f"6f1d2e0c-{len(self.jobs) + 1:04}", "Pending", **asked)
            return 201, list(self.jobs.values())[-1]
        id = path.split("/")[1]
        if id not in self.jobs:
            return 404, {"error_code": "ModelArts.0102", "error_msg": "no such job"}
        job = self.jobs[id]
        if path.endswith("/actions"):
            assert asked == {"action_type": "terminate"}, asked
            if job["status"]["phase"] not in ("Creating", "Pending", "Running"):
                return 400, {"error_code": "ModelArts.2763", "error_msg": "cannot be stopped"}
            self.calls.append(("stop", id))
            job["status"]["phase"] = "Terminating"
            return 202, job
        answer = json.loads(json.dumps(job))
        after = {"Terminating": "Terminated", "Pending": "Pending" if self.stuck else "Running"}
        job["status"]["phase"] = after.get(job["status"]["phase"], job["status"]["phase"])
        return 200, answer


class Restarts:
    """The page of the recipe with a scripted ModelArts; looks at jobs more often than the page does."""

    def __init__(self, folder):
        self.cloud = ModelArts()
        self.page = Page(RECIPES / "resume-training.md", folder, **{"https://modelarts.cn-north-4.myhuaweicloud.com": self.cloud.url, '"poll_seconds": 10': '"poll_seconds": 0.1'})
        shutil.copy(RECIPES / "restarter/restarter.py", folder)

    def steps(self):
        """(job, step, id of the new run) of each restart, in order."""
        said = self.page.run("""python3 -c 'import sqlite3, json; print(json.dumps(sqlite3.connect("restarter.db").execute("SELECT job, step, new_id FROM restarts ORDER BY at").fetchall()))'""")
        return [tuple(one) for one in json.loads(said[0])]

    def fault(self, npu=3, code="8C204E00", server="r-1"):
        content = json.dumps({"npu": npu, "error_code": code})
        status, _ = self.page.post("/V1.0/05f0example/events", [{"event_name": "NPUErrorCodeWarning", "event_source": "SYS.BMS", "time": int(time.time() * 1000), "detail": {"resource_id": server, "content": content}}])
        assert status == 201

    def done(self, count):
        eventually(f"{count} are done", lambda: [step for _, step, _ in self.steps()] == ["done"] * count)
        eventually("the alert is over", lambda: "TrainingJobFault" not in self.page.alerts())

    def only_once(self, count):
        kinds = [kind for kind, _ in self.cloud.calls]
        assert kinds == ["stop", "create"] * count, self.cloud.calls


def a_training_job_is_resumed_once():
    with temporary() as folder:
        run = Restarts(folder)
        page, cloud = run.page, run.cloud
        with page:
            page.type()
            page.type()  # --show
            assert cloud.calls == []
            page.type()
            cloud.stuck = True
            page.type()
            eventually("it waits for its turn", lambda: run.steps() == [("llama-7b", "starting", "6f1d2e0c-0002")])
            run.fault(5, server="r-2")  # the job's other server says it too
            assert "TrainingJobFault" in page.alerts(), "the job does not run yet"
            cloud.stuck = False
            run.done(1)
            run.only_once(1)
            page.type()
            page.type()
            body = cloud.calls[1][1]
            assert body["algorithm"]["environments"] == {"HCCL_BUFFSIZE": "120", "RESUME_FROM": "/bucket/llama-7b/checkpoints/"}, body
            assert body["spec"]["resource"] == {"flavor_id": "modelarts.pool.visual.8xlarge", "node_count": 2, "pool_id": "pool-1"} and "status" not in body and "id" not in body["metadata"], body
            # A later fault is of the run that is current now.
            run.fault()
            run.done(2)
            run.only_once(2)
            assert cloud.calls[2] == ("stop", "6f1d2e0c-0002") and cloud.strangers == 0, cloud.calls
            # What needs no restart, and a server without a job.
            run.fault(code="80E21007")
            run.fault(server="r-3")
            run.fault()
            run.done(3)
            # The fourth of a day is for people.
            run.fault()
            eventually("people are notified", lambda: "TrainingJobNotResumed" in page.alerts())
            eventually("with the reason", lambda: "restarted too often" in (page.folder / "messages.ndjson").read_text())
            run.only_once(3)


def the_restarter_goes_on_where_it_was():
    """Answers that are lost, and a kill: one stop, one new run all the same."""
    with temporary() as folder:
        run = Restarts(folder)
        page, cloud = run.page, run.cloud
        page.blocks = page.blocks[:1]
        with page:
            page.type()
            restarter = page.begin("python3 restarter.py restarter.json &")
            page.begin("alarum serve --config alarum.yaml &")
            cloud.cut = ["POST actions", "POST training-jobs"]
            cloud.stuck = True
            run.fault()
            eventually("the answers were lost", lambda: not cloud.cut)
            eventually("and it went on", lambda: [step for _, step, _ in run.steps()] == ["starting"])
            restarter.kill()
            restarter.wait()
            cloud.stuck = False
            page.begin("python3 restarter.py restarter.json &")
            run.done(1)
            run.only_once(1)


def the_restarter_believes_no_stranger_and_leaves_alone_what_was_stopped():
    import base64
    import hashlib
    import hmac
    with temporary() as folder:
        run = Restarts(folder)
        page, cloud = run.page, run.cloud
        page.blocks = page.blocks[:1]
        url = f"http://127.0.0.1:{page.ports['9100']}/"
        alert = {"status": "firing", "labels": {"alertname": "TrainingJobFault", "job": "llama-7b"}, "fingerprint": "0123456789abcdef", "startsAt": "2026-11-30T00:00:00Z"}

        def sent(id, alerts, age=0, spoil=False, text=None):
            body = (text or json.dumps({"alerts": alerts})).encode()
            stamp = str(int(time.time()) - age)
            key = base64.b64decode((page.folder / "secrets/webhook").read_text())
            sign = base64.b64encode(hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()).decode()
            headers = {"Webhook-Id": id, "Webhook-Timestamp": stamp, "Webhook-Signature": f"v1,{sign}"}
            try:
                return urllib.request.urlopen(urllib.request.Request(url, body + (b" " if spoil else b""), headers), timeout=PATIENCE).status
            except urllib.error.HTTPError as fault:
                return fault.code

        with page:
            page.type()
            page.begin("python3 restarter.py restarter.json &")
            page.begin("alarum serve --config alarum.yaml &")
            assert [sent("n1", [alert], spoil=True), sent("n1", [alert], age=600), sent("n1", [], text="{}")] == [401, 401, 400]
            assert run.steps() == []
            cloud.jobs["6f1d2e0c-0001"]["status"]["phase"] = "Terminated"  # by somebody
            assert sent("n1", [alert]) == 200
            eventually("it is left alone", lambda: [step for _, step, _ in run.steps()] == ["left"])
            cloud.jobs["6f1d2e0c-0001"]["status"]["phase"] = "Failed"
            later = {**alert, "startsAt": "2026-11-30T01:00:00Z"}
            # The same notification, and a reminder of the same alert, are no second restart.
            assert [sent("n2", [later]), sent("n2", [later]), sent("n3", [later]), sent("n4", [{**later, "status": "resolved"}])] == [200] * 4
            eventually("it is done", lambda: [step for _, step, _ in run.steps()] == ["left", "done"])
            assert [kind for kind, _ in cloud.calls] == ["create"], "what has failed needs no stop"
            # A job that nobody knows.
            assert sent("n5", [{**alert, "fingerprint": "f2", "labels": {"job": "other"}}]) == 200
            eventually("people are notified", lambda: page.alerts().get("TrainingJobNotResumed", {}).get("job") == "other")


def xid_lines_of_gpus():
    with temporary() as folder, Page(RECIPES / "gpu-xid.md", folder) as page:
        if shutil.which("rsyslogd"):
            read = subprocess.run(["rsyslogd", "-N1", "-f", "rsyslog.conf"], cwd=folder, capture_output=True, text=True)
            assert read.returncode == 0 and "error" not in read.stderr, read
        page.type()
        page.type()


def bmcs_by_redfish():
    bmc = Bmc()
    with temporary() as folder, Page(RECIPES / "redfish-bmc.md", folder, **{"https://bmc-1": bmc.url, "username: alarum": "username: root", "PASSWORD": "hunter2"}) as page:
        config = page.folder / "alarum.yaml"
        config.write_text(config.read_text().replace("name: bmc-1", "name: bmc-1\n    every: 100ms"))
        drive = {"MessageId": "StorageDevice.1.1.DriveFailure", "Severity": "Critical", "Message": "Drive 3 failed.", "OriginOfCondition": {"@odata.id": "/redfish/v1/Chassis/1/Drives/3"}}

        def pushed(number, **record):
            """As the BMC posts to who has subscribed, at the destination that it was given."""
            made = next(iter(bmc.subscriptions.values()))
            url = urllib.parse.urlsplit(made["Destination"])
            assert url.netloc == "alarum.example", made
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            body = {"Id": number, "Context": made["Context"], "Events": [{"EventId": number, "EventTimestamp": now, **record}]}
            assert page.post(url.path, body)[0] == 401, "without the token"
            assert page.post(f"{url.path}?{url.query}", body)[0] == 200

        page.type()
        eventually("it has subscribed", lambda: bmc.subscriptions)
        pushed("1", **drive)
        page.type()
        bmc.status = 503
        bmc.reboot()
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        bmc.log.append({"@odata.id": "/redfish/v1/Systems/1/LogServices/EventLog/Entries/1", "Id": "1", "EntryType": "Event", "Created": now, "MessageId": "Environmental.1.0.FanFailed", "MessageArgs": ["Fan 2"], "Message": "Fan 2 failed.",
                        "Severity": "Critical", "Links": {"OriginOfCondition": {"@odata.id": "/redfish/v1/Chassis/1/ThermalSubsystem/Fans/2"}}})
        bmc.status = 200
        page.type()
        eventually("it has subscribed again", lambda: bmc.subscriptions)
        pushed("2", **{**drive, "MessageId": "StorageDevice.1.1.DriveOK", "Severity": "OK", "Message": "Drive 3 is well."})
        page.type()


def from_alertmanager_and_in_its_place():
    webhook = Webhook()
    with temporary() as folder, Page(RECIPES / "alertmanager.md", folder, **{"http://127.0.0.1:9100/hook": webhook.url}) as page:
        page.shell["HOME"] = str(page.folder)  # amtool reads a file of its user's
        page.type()
        page.type()
        if not shutil.which("prometheus-alertmanager"):
            print("      skipped: no Alertmanager here (Debian: prometheus-alertmanager)")
            page.blocks.clear()
            return
        page.type()
        eventually("the webhook gets Alertmanager's body", lambda: any(body["version"] == "4" and body["alerts"][0]["labels"]["alertname"] == "DiskFull" for _, body in list(webhook.bodies)))


def from_eventbridge():
    with temporary() as folder, Page(RECIPES / "eventbridge.md", folder) as page:
        page.type()
        assert page.post("/ingest/eventbridge", {"id": "x"}, {"X-Api-Key": "guess"})[0] == 401
        page.type()


def on_kubernetes():
    with temporary() as folder:
        files = {"/etc/alarum/secrets": f"{folder}/secrets", "/etc/alarum/config": folder, "/var/lib/alarum": f"{folder}/var", "/etc/alarum/rules": f"{folder}/rules"}
        with Page(RECIPES / "kubernetes.md", folder, **files) as page:
            yaml.safe_load((page.folder / "event-exporter.yaml").read_text())
            page.type()
            page.type()
            objects = ROOT / "packaging/kubernetes/alarum.yaml"
            if not objects.exists():
                print("      skipped: no packaging/kubernetes here")
                return
            # The objects' own configuration loads, and has the paths that the page's has.
            shipped = {one["kind"]: one for one in yaml.safe_load_all(objects.read_text()) if one}
            (page.folder / "rules").mkdir()
            (page.folder / "rules/own.yaml").write_text("rules: []\n")
            for name, text in shipped["ConfigMap"]["data"].items():
                (page.folder / name).write_text(page.here(text))
            page.run("alarum check alarum.yaml")
            ours = yaml.safe_load(re.search(r"^```yaml alarum.yaml\n(.*?)^```", page.path.read_text(), re.M | re.S)[1])
            theirs = yaml.safe_load(shipped["ConfigMap"]["data"]["alarum.yaml"])
            assert {key: theirs[key] for key in ("listen", "data", "auth")} == {key: ours[key] for key in ("listen", "data", "auth")}, theirs


if __name__ == "__main__":
    main([the_readme, every_alarm_has_its_answer_and_every_question_one, an_npu_fleet_on_huawei_cloud, a_training_job_is_resumed_once, the_restarter_goes_on_where_it_was, the_restarter_believes_no_stranger_and_leaves_alone_what_was_stopped, xid_lines_of_gpus, bmcs_by_redfish,
          from_alertmanager_and_in_its_place, from_eventbridge, on_kubernetes])
