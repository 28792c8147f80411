"""The Debian package, on a machine of its own: installed, started, upgraded, refused, removed, purged.

The machine is this one's file system under an overlay (a mount namespace and root are needed; where that
is not permitted, the test says that it was skipped). No systemd runs there: what the maintainer scripts
ask of it is written down by stand-ins, and the daemon is started as the unit would start it, with a
NOTIFY_SOCKET of the test's own.

package_test.py DEB: the package that scripts/package made."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

INSIDE = "ALARUM_PACKAGE_TEST_ROOT"
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> /var/log/stand-ins
"""


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, **options)
    return done.returncode, done.stdout + done.stderr


def check(condition, text):
    if not condition:
        sys.exit(f"FAILED: {text}")
    print(f"ok: {text.splitlines()[0]}")


def dpkg(*arguments):
    code, said = run("dpkg", *arguments)
    check(code == 0, f"dpkg {' '.join(arguments)}\n{said}")
    return said


def stand_ins():
    """What was asked of systemd since the last call."""
    path = pathlib.Path("/var/log/stand-ins")
    said = path.read_text() if path.exists() else ""
    path.write_text("")
    return said


def make_stand_ins():
    """deb-systemd-invoke and systemctl, on a machine that looks as if systemd ran it."""
    for name in ("deb-systemd-invoke", "systemctl"):
        path = pathlib.Path("/usr/bin") / name
        path.unlink(missing_ok=True)
        path.write_text(STAND_IN)
        path.chmod(0o755)
    pathlib.Path("/run/systemd/system").mkdir(parents=True, exist_ok=True)


class Daemon:
    """Started as the unit does: its user, its command, Type=notify."""

    def __init__(self):
        unit = pathlib.Path("/usr/lib/systemd/system/alarum.service").read_text()
        command = re.search(r"^ExecStart=(.*)$", unit, re.M).group(1).split()
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o777)
        path = self.folder.name + "/notify"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(path)
        os.chmod(path, 0o777)
        self.notify.settimeout(120)
        self.process = subprocess.Popen(
            ["setpriv", "--reuid=alarum", "--regid=alarum", "--clear-groups", *command, "--listen", "127.0.0.1:0"],
            env={"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": path}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        ready = self.heard("READY=1")
        self.url = re.search(r"listening on (\S+)", ready).group(1)

    def heard(self, what):
        while True:
            text = self.notify.recv(1000).decode()
            if what in text:
                return text

    def post(self, kind):
        event = {"specversion": "1.0", "id": kind, "source": "SYS.BMS", "type": kind, "subject": "bms-1"}
        request = urllib.request.Request(self.url + "/v1/events", json.dumps(event).encode(),
                                         {"Content-Type": "application/cloudevents+json"})
        urllib.request.urlopen(request, timeout=60).read()

    def alerts(self):
        with urllib.request.urlopen(self.url + "/api/v2/alerts", timeout=60) as answer:
            return [alert["labels"]["alertname"] for alert in json.load(answer)]

    def shows(self, alertname):
        deadline = time.monotonic() + 120
        while alertname not in self.alerts():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        self.heard("RELOADING=1")
        return self.heard("READY=1")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.heard("STOPPING=1")
        code = self.process.wait(120)
        self.notify.close()
        self.folder.cleanup()
        return code


def repacked(deb, version):
    """The same package as a later version."""
    folder = pathlib.Path(tempfile.mkdtemp())
    run("dpkg-deb", "-R", deb, folder / "root")
    control = folder / "root/DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
    out = folder / "alarum.deb"
    code, said = run("dpkg-deb", "-b", folder / "root", out)
    check(code == 0, f"a package of version {version}\n{said}")
    return str(out)


def mode(path):
    return oct(os.stat(path).st_mode & 0o7777)


def look_at(deb):
    """What is in it, without installing it."""
    _, names = run("dpkg-deb", "-c", deb)
    check("/usr/share/alarum/rules/huawei/npu.yaml" in names, "the shipped rules are in the package")
    check("share/alarum/rules/fleet/fleet.csv" not in names, "a site's servers are not")
    for name in ("prometheus/alarum.rules.yaml", "grafana/alarum.json"):
        check(f"/usr/share/alarum/{name}" in names, f"{name} is in the package")
    for name in ("bash-completion/completions/alarum", "zsh/vendor-completions/_alarum", "fish/vendor_completions.d/alarum.fish"):
        check(f"/usr/share/{name}" in names, f"the completion {name} is there")
    _, field = run("dpkg-deb", "-f", deb, "Depends")
    check("libsqlite3-0" in field and "libstdc++6" in field, "libraries are dependencies")
    with tempfile.TemporaryDirectory() as folder:
        run("dpkg-deb", "-x", deb, folder)
        look_at_pages(pathlib.Path(folder) / "usr")
        look_at_licences(pathlib.Path(folder) / "usr/share/doc/alarum/copyright")
    if shutil.which("lintian"):  # what it has to say is nothing, or explained in packaging/debian/lintian-overrides
        code, said = run("lintian", "--allow-root", "--display-info", "--fail-on", "error,warning,info", deb)
        check(code == 0 and not re.search("^[EWI]:", said, re.M), f"lintian has nothing to say\n{said}")
    else:
        print("skipped: lintian (not installed)")


def look_at_pages(usr):
    """A man page of each command, which man reads without a complaint."""
    _, said = run(str(usr / "bin/alarum"), "--help")
    wanted = {"alarum.1.gz", *(f"alarum-{name}.1.gz" for name in re.findall(r"^  ([a-z]+)  +\S", said, re.M))}
    pages = usr / "share/man/man1"
    there = {path.name for path in pages.iterdir()}
    check(len(wanted) > 25 and there == wanted, f"each command has a man page\n{there ^ wanted}")
    if not shutil.which("man") or not shutil.which("groff"):
        return print("skipped: man (not installed)")
    for name in sorted(there):
        done = subprocess.run(["man", "--warnings", "-l", pages / name], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        if done.returncode or done.stderr:
            check(False, f"man reads {name} without a complaint\n{done.stderr}")
    print("ok: man reads each without a complaint")


def look_at_licences(path):
    """Of the libraries whose code is in the program, and of those of its page."""
    text = path.read_text()
    page = pathlib.Path(__file__).resolve().parents[2] / "web/THIRD-PARTY.txt"
    lines = [line.strip() for line in page.read_text().splitlines() if line.strip()]
    check(all(f" {line}\n" in text for line in lines) and len(lines) > 30, "the licences of the page's libraries are there")
    for name in ("Niels Lohmann", "University of Cincinnati", "Kevin Wojniak"):
        check(name in text, f"the copyright of {name} is there")


def look_at_unit():
    unit = "/usr/lib/systemd/system/alarum.service"
    if not shutil.which("systemd-analyze"):
        return print("skipped: systemd-analyze (not installed)")
    code, said = run("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit)
    check(code == 0, f"the unit's exposure is at most 1.5\n{said}")
    code, said = run("systemd-analyze", "verify", "--man=no", unit)
    check("alarum.service" not in said, f"systemd reads the unit without a complaint\n{said}")


def test(deb):
    make_stand_ins()
    dpkg("-i", "--force-depends", deb)
    said = stand_ins()
    check("deb-systemd-invoke start alarum.service" in said, f"an installation starts it\n{said}")
    check(mode("/var/lib/alarum") == "0o750", "state is closed to others")
    code, said = run("alarum", "check", "/etc/alarum/alarum.yaml")
    check(code == 0, f"the installed config has no faults\n{said}")
    code, said = run("alarum", "check", cwd="/")
    check(code == 0, f"without a config the installed rules are used\n{said}")
    look_at_unit()

    daemon = Daemon()
    daemon.post("linkDown")
    check(daemon.shows("NetworkDown"), "an event sent to the installed daemon fires an alert")
    own = "rules: [{alert: OwnRule, match: myEvent, resolve_after: 1h}, {alert: OtherRule, match: otherEvent, resolve_after: 1h}]\n"
    pathlib.Path("/etc/alarum/rules/own.yaml").write_text(own)
    daemon.reload()
    daemon.post("myEvent")
    check(daemon.shows("OwnRule"), "a rule in /etc/alarum/rules is in force after a reload")
    check(daemon.stop() == 0, "it stops in order")
    check(mode("/var/lib/alarum/history.db" if os.path.exists("/var/lib/alarum/history.db")
               else next(str(p) for p in pathlib.Path("/var/lib/alarum").rglob("*") if p.is_file())) == "0o640",
          "files of the state are closed to others")

    config = pathlib.Path("/etc/alarum/alarum.yaml")
    config.write_text(config.read_text() + "log: {level: info}\n")
    stand_ins()
    dpkg("-i", "--force-depends", repacked(deb, "99.0"))
    said = stand_ins()
    check("deb-systemd-invoke try-restart alarum.service" in said, f"an upgrade restarts it\n{said}")
    check("invoke stop" not in said, f"and does not stop it before\n{said}")
    check("log: {level: info}" in config.read_text(), "an upgrade keeps the edited config")
    daemon = Daemon()
    check("NetworkDown" in daemon.alerts() and "OwnRule" in daemon.alerts(), "an upgrade keeps the state")
    check(daemon.stop() == 0, "it stops in order")

    daemon = Daemon()
    config.write_text(config.read_text() + "no_such_key: 1\n")
    said = dpkg("-i", "--force-depends", repacked(deb, "99.1"))
    check("no_such_key" in said and "the old process goes on" in said, f"a fault of the config is said\n{said}")
    asked = stand_ins()
    check("try-restart" not in asked and "invoke stop" not in asked, f"and nothing is restarted\n{asked}")
    daemon.post("otherEvent")
    check(daemon.shows("OtherRule") and daemon.process.poll() is None, "the old process goes on and takes events")
    check(daemon.stop() == 0, "it stops in order")

    dpkg("-r", "alarum")
    check("deb-systemd-invoke stop alarum.service" in stand_ins(), "a removal stops it")
    check(config.exists() and pathlib.Path("/var/lib/alarum").exists(), "a removal keeps config and state")
    check(not pathlib.Path("/usr/bin/alarum").exists(), "and takes the program")
    own_file = pathlib.Path("/etc/alarum/rules/own.yaml")
    dpkg("-P", "alarum")
    left = [p for p in ("/var/lib/alarum", "/usr/share/alarum", "/usr/share/man/man1/alarum.1.gz") if os.path.exists(p)]
    check(not left, f"a purge takes the state and what was installed: {left}")
    left = [p for p in pathlib.Path("/etc/alarum").rglob("*") if p.is_file()]
    check(left == [own_file], f"and of the config all but files that others made: {left}")
    print("package: all ok")


def enter(deb):
    """Again in a mount namespace of its own, with an overlay for a root."""
    if os.geteuid() != 0:
        print("skipped: installing a package needs root")
        return 0
    work = tempfile.mkdtemp(prefix="alarum-package-")
    script = f"""set -e
mount -t tmpfs tmpfs {work}
mkdir {work}/upper {work}/work {work}/root
mount -t overlay overlay -o lowerdir=/,upperdir={work}/upper,workdir={work}/work {work}/root
mount --rbind /proc {work}/root/proc
mount --rbind /dev {work}/root/dev
mount -t tmpfs tmpfs {work}/root/run
mount -t tmpfs -o mode=1777 tmpfs {work}/root/tmp
cp {deb} {work}/root/tmp/alarum.deb
cp {os.path.abspath(__file__)} {work}/root/tmp/package_test.py
"""
    try:
        code, said = run("unshare", "-m", "sh", "-c", script)
        if code != 0:
            print(f"skipped: no overlay of the file system may be mounted here: {said.strip()}")
            return 0
        inside = f"exec chroot {work}/root env {INSIDE}=1 python3 /tmp/package_test.py /tmp/alarum.deb"
        return subprocess.run(["unshare", "-m", "sh", "-c", script + inside]).returncode
    finally:
        os.rmdir(work)


if __name__ == "__main__":
    package = sys.argv[1]
    if os.environ.get(INSIDE):
        test(package)
    else:
        look_at(package)
        sys.exit(enter(os.path.abspath(package)))
