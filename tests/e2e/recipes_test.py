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
from harness import BINARY, PATIENCE, ROOT, QuietHandler, Server, eventually, free_port, main, temporary
from poll_test import CloudEye, authorization
from sessions_test import commands_of, masked as without_ids
from sources_test import Cloud, smn

RECIPES = ROOT / "docs/recipes"
CHANGES = "serve|check|test|explain|ledger|backtest|rules|match|template"  # of `alarum`: these ask no daemon


def masked(text):
    """Without what differs from run to run. An alert that others gather is suppressed, or waits for them, as long as it does."""
    return re.sub(r"^(firing|suppressed) +", "STATE ", without_ids(re.sub(r'"ev[0-9a-f]{22}"', '"EVENT"', text)), flags=re.M)


class Page:
    """A page whose named blocks are files of a folder, and whose console blocks are typed there, one after the other. `places`: what stands
    in the page, and what a test has in its place (a port, a vendor's address)."""

    def __init__(self, path, folder, **places):
        self.path, self.folder, self.programs = path, pathlib.Path(folder), []
        self.ports = {str(port): str(free_port()) for port in re.findall(r"(?:127\.0\.0\.1|0\.0\.0\.0):(\d{4,5})\b", path.read_text())}
        self.url = f"http://127.0.0.1:{self.ports.get('9797', '0')}"
        self.places = {"/usr/share/alarum/rules": str(ROOT / "rules"), "0.0.0.0:": "127.0.0.1:", **{f"127.0.0.1:{page}": f"127.0.0.1:{mine}" for page, mine in self.ports.items()}, **places}
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
        tool.write_text(f'#!/bin/bash\ncase "$1" in {CHANGES}) exec {BINARY} "$@";; esac\nexec {BINARY} "$@" --url {self.url}\n')
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
        name = pathlib.Path(words[1] if words[0].startswith("python") else words[0]).stem
        log = open(self.folder / f"bin/{name}.log", "ab")
        began = log.seek(0, 2)
        self.programs.append((name, subprocess.Popen(words, cwd=self.folder, env=self.shell, stdout=log, stderr=subprocess.STDOUT)))
        program = self.programs[-1][1]

        def ready():
            assert program.poll() is None, f"{command} ended with {program.returncode}: {self.said(name)}"
            return re.search(r"\blisten=", self.said(name)[began:])
        eventually(f"{command} listens", ready)
        return program

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
        if not same() and re.match(r"alarum (alerts|history|dlq)|cat ", command):
            patience = time.monotonic() + 40
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


if __name__ == "__main__":
    main([an_npu_fleet_on_huawei_cloud])
