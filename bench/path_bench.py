#!/usr/bin/env python3
"""The whole path around the matcher, beside what others need for the same: one command.

    cmake --preset release && cmake --build --preset release --target alarum path-load
    python3 bench/path_bench.py [--only ROW,…] [--json] [--short]

Rows: ingest single webhooks latency alerts start ids. Beside them simdjson's DOM parser and
fdatasync (both in build/release/path-load, which also makes the load and takes the webhooks), and
from Debian nginx, syslog-ng and Alertmanager:

    apt-get install nginx-light syslog-ng-core syslog-ng-mod-http prometheus-alertmanager

What is missing is named, and only what is measured beside it is left out. Each row says what was
measured, its ratio to what stands beside it, and what it is to reach and aims at; CPU time is
that of all threads, and below the table of each thread. Two machines differ, and so do two hours
of one: compare ratios. Where other work wanted the processors meanwhile, that is said.

The events are those of ../shared/bench/gen_events.py; what repeats would be a duplicate and cost
less, so none is sent twice. --journal N: the start is measured with so many events in the journal
(50,000,000 are about 10 GiB; few by default, and then the line through two sizes is drawn on to
50,000,000). --short: a few events of each row, under 20 seconds, judges nothing.
"""
import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared/bench"
TICK = os.sysconf("SC_CLK_TCK")
BATCHES = "application/cloudevents-batch+json"
EVERY = 50_000_000  # events of 10 GiB of journal
MARK = 0xFEEDFACE  # over the first 8 characters of an id: the events of "start" that alert
EACH = """rules:
  - alert: Each
    pattern: {datacontenttype: [application/json]%s}
    by: id
    severity: major
    resolve_after: 24h
    summary: "{{subject}}: {{type}}"
"""


@dataclasses.dataclass
class Sizes:
    """How many of each."""

    ingest: int = 200_000
    single: int = 100_000
    nginx: int = 300_000
    webhooks: int = 20_000
    seconds: int = 10  # of each rate
    alerts: int = 100_000
    open: int = 10_000  # alerts at a start
    journal: int = 200_000  # events at a start
    ids: int = 4_000_000
    syncs: int = 2_000


SHORT = Sizes(4_000, 2_000, 4_000, 500, 1, 2_000, 500, 4_000, 100_000, 200)


# What is reported ---------------------------------------------------------------------------------

@dataclasses.dataclass
class Line:
    """One judged figure. `at_most`: the ratio is to be so small, else so large. `unit` where the
    figure is no ratio."""

    work: str
    alarum: str
    beside: str = ""
    ratio: float | None = None
    reach: float | None = None
    aim: float | None = None
    at_most: bool = True
    unit: str = ""

    def verdict(self):
        def good(bound):
            return self.ratio <= bound if self.at_most else self.ratio >= bound
        if self.ratio is None or self.reach is None:
            return ""
        return "aim" if good(self.aim) else "reach" if good(self.reach) else "no"

    def cells(self, judged):
        def figure(value):
            return "" if value is None else f"{value:.3g}{self.unit or ' ×'}"
        sign = "≤ " if self.at_most else "≥ "
        bounds = [sign + figure(one) if one is not None else "" for one in (self.reach, self.aim)]
        return [self.work, self.alarum, self.beside, figure(self.ratio), *bounds,
                self.verdict() if judged else ""]


HEAD = ["work", "alarum", "beside it", "ratio", "reach", "aim", "met"]


def table(lines, judged):
    rows = [HEAD] + [line.cells(judged) for line in lines]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in rows)


# CPU time -----------------------------------------------------------------------------------------

def stat(path):
    """(name, parent, CPU seconds, nice) of a process or thread; None: it is gone."""
    try:
        text = pathlib.Path(path, "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    name, rest = text[text.index("(") + 1:].rsplit(")", 1)
    fields = rest.split()
    return name, int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK, int(fields[16])


def family(process):
    """The process and those that it began."""
    found = {process}
    for path in pathlib.Path("/proc").iterdir():
        if path.name.isdigit() and (one := stat(path)) and one[1] == process:
            found.add(int(path.name))
    return found


def cpu_of(process):
    return sum(one[2] for pid in family(process) if (one := stat(f"/proc/{pid}")))


def by_thread(process):
    """CPU seconds of each name of a thread; a thread that yields to others has its nice beside it,
    so that the sealer is found in binaries whose threads had no names."""
    nice = stat(f"/proc/{process}")[3]
    out = {}
    for pid in family(process):
        with contextlib.suppress(FileNotFoundError):
            for path in pathlib.Path(f"/proc/{pid}/task").iterdir():
                if one := stat(path):
                    name = one[0] + (f" (nice {one[3] - nice})" if one[3] > nice else "")
                    out[name] = out.get(name, 0) + one[2]
    return out


def rss(process):
    pages = pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def all_processors():
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    return (sum(map(int, fields)) - int(fields[3]) - int(fields[4])) / TICK


class Watch:
    """CPU time of a process while something is done with it: `cpu`, `threads`, `clock`, and
    `others`, the processors that work which is not ours had."""

    def __init__(self, bench, what, process):
        self.bench, self.what, self.process = bench, what, process

    def __enter__(self):
        self.cpu, self.threads = cpu_of(self.process), by_thread(self.process)
        self.own, self.all, self.clock = time.process_time(), all_processors(), time.monotonic()
        self.load = 0.0  # CPU of the load generator: who runs it says it
        return self

    def __exit__(self, *fault):
        self.clock = time.monotonic() - self.clock
        self.cpu = cpu_of(self.process) - self.cpu
        self.threads = {name: used - self.threads.get(name, 0)
                        for name, used in by_thread(self.process).items()}
        ours = self.cpu + self.load + time.process_time() - self.own
        self.others = max(0.0, (all_processors() - self.all - ours) / self.clock)
        self.bench.watched.append(self)

    def sealing(self):
        return sum(used for name, used in self.threads.items()
                   if "sealer" in name or "nice" in name)


def quiet(process, most=60):
    """Waits until the process has nothing left to do."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        before = cpu_of(process)
        time.sleep(0.3)
        if cpu_of(process) - before <= 0.02:
            return


# Who is measured ----------------------------------------------------------------------------------

class Missing(Exception):
    """What the row is measured beside is not installed."""


def program(name, package):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        raise Missing(f"{name} missing: apt-get install {package}")
    return path


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def running(command, port, log):
    """A program that listens, until it is no longer needed."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    end = time.monotonic() + 30
    try:
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{command[0]} did not start:\n{pathlib.Path(log).read_text()}")
            time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


NGINX = """daemon off;
{user}
worker_processes auto;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{{"accepted":1}}'; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(folder):
    path, port = program("nginx", "nginx-light"), free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    conf = pathlib.Path(folder, "nginx.conf")
    conf.write_text(NGINX.format(folder=folder, port=port, user=user))
    with running([path, "-c", str(conf), "-p", folder], port, f"{folder}/out") as process:
        yield port, process


SYSLOG = """@version: 3.38
options {{ stats-freq(0); threaded(yes); }};
source lines {{
  network(ip("127.0.0.1") port({port}) transport("tcp") flags(no-parse) log-iw-size(10000));
}};
destination hook {{
  http(url("http://127.0.0.1:{sink}/") method("POST") body("${{MSG}}") workers(4)
       headers("Content-Type: application/json") log-fifo-size(20000) persist-name("hook")
       disk-buffer(reliable(yes) disk-buf-size(1073741824) mem-buf-size(67108864)
                   dir("{folder}")));
}};
log {{ source(lines); destination(hook); flags(flow-control); }};
"""


@contextlib.contextmanager
def syslog_ng(folder, sink):
    path, port = program("syslog-ng", "syslog-ng-core syslog-ng-mod-http"), free_port()
    modules = list(pathlib.Path("/usr/lib/syslog-ng").glob("*/libhttp.so"))
    if not modules:
        raise Missing("syslog-ng's HTTP destination missing: apt-get install syslog-ng-mod-http")
    conf = pathlib.Path(folder, "syslog-ng.conf")
    conf.write_text(SYSLOG.format(folder=folder, port=port, sink=sink))
    command = [path, "-F", "--no-caps", "-f", str(conf), "-R", f"{folder}/persist",
               "-p", f"{folder}/pid", "-c", f"{folder}/ctl"]
    with running(command, port, f"{folder}/out") as process:
        yield port, process


@contextlib.contextmanager
def alertmanager(folder):
    path, port = program("prometheus-alertmanager", "prometheus-alertmanager"), free_port()
    conf = pathlib.Path(folder, "am.yml")
    conf.write_text("route: {receiver: n, group_by: [alertname]}\nreceivers: [{name: n}]\n")
    command = [path, f"--config.file={conf}", f"--storage.path={folder}/data",
               f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with running(command, port, f"{folder}/out") as process:
        yield port, process


class Bench:
    def __init__(self, options):
        self.binary, self.load = options.binary, options.load
        self.sizes = SHORT if options.short else Sizes()
        if options.journal:
            self.sizes.journal = options.journal
        self.folder = pathlib.Path(options.events)
        self.events = self.folder / "events.ndjson"
        self.watched, self.lines, self.notes = [], [], []
        self.disk = options.disk

    def generate(self):
        """The events, if they are not there yet; the generator makes rules as well."""
        if self.events.exists():
            return
        source = SHARED / "gen_events.py"
        if not source.exists():
            sys.exit(f"no events: {self.events} and {source} are not there")
        many = max(Sizes.ingest if self.sizes is not SHORT else 10_000, self.sizes.ingest)
        subprocess.run([sys.executable, source, self.folder, str(many)], check=True)

    # The load generator.

    def measure(self, command, **options):
        arguments = [f"--{name}={value}" if value is not True else f"--{name}"
                     for name, value in options.items()]
        done = subprocess.run([self.load, command, *arguments], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"path-load {command}: {done.stderr}")
        return json.loads(done.stdout)

    def post(self, watch, port, **options):
        done = self.measure("post", port=port, **({"file": self.events} | options))
        watch.load += done["cpu"]
        if done["cpu"] > 0.9 * done["seconds"] * int(options.get("threads", 1)):
            self.notes.append(f"{watch.what}: the load generator had no time left; what it drove "
                              "could have done more")
        if done["refused"]:
            self.notes.append(f"{watch.what}: {done['refused']} requests were refused for now and "
                              "sent again")
        return done

    def syncs(self):
        return self.measure("sync", file=self.disk, count=self.sizes.syncs)

    # The daemon.

    def temporary(self):
        return tempfile.TemporaryDirectory(prefix="alarum-path-", dir=self.disk)

    def daemon(self, folder, rules, sink=None):
        from harness import Daemon
        path = pathlib.Path(folder, "rules.yaml")
        path.write_text(rules)
        receiver = f"{{name: r, webhook_configs: [{{url: 'http://127.0.0.1:{sink}/'}}]}}"
        daemon = Daemon(folder)
        daemon.config.write_text(
            f"listen: 127.0.0.1:0\ndata: {folder}/var\nrules: [{path}]\nroute: {{receiver: r}}\n"
            f"receivers: [{receiver if sink else '{name: r}'}]\n")
        return daemon

    def ten_rules(self):
        patterns = [json.loads(line) for line in open(self.folder / "rules-10.ndjson")]
        return "rules:\n" + "".join(
            f"  - {{alert: {one['name'].upper()}, pattern: {json.dumps(one['pattern'])}, "
            "severity: minor, by: subject, resolve_after: 1h}\n" for one in patterns)

    # The rows. Each adds its lines.

    def ingest(self):
        count = self.sizes.ingest
        parse = self.measure("parse", file=self.events, count=count)
        with self.temporary() as folder, self.daemon(folder, self.ten_rules()) as daemon:
            idle = rss(daemon.process.pid)
            with Watch(self, "ingest", daemon.process.pid) as watch:
                done = self.post(watch, daemon.port, batch=200, connections=4, count=count,
                                 type=BATCHES)
                daemon.settled()
                quiet(daemon.process.pid)
            memory = rss(daemon.process.pid)
        sealing = watch.sealing() / count * 1e6
        each = watch.cpu / count * 1e6 - sealing
        self.lines += [
            Line("batches of 200: CPU an event, without sealing", f"{each:.1f} µs",
                 f"DOM parse {parse['us']:.2f} µs", each / parse["us"], 8, 5),
            Line("  its sealing, of what was sealed meanwhile", f"{sealing:.1f} µs",
                 f"DOM parse {parse['us']:.2f} µs", sealing / parse["us"]),
            Line("  accepted and durable", f"{count / done['seconds']:,.0f}/s"),
            Line("  memory: idle, after it", f"{idle:.0f}, {memory:.0f} MiB")]

    def single(self):
        count = self.sizes.single
        options = {"connections": 64, "threads": 1}
        with self.temporary() as folder, self.daemon(folder, self.ten_rules()) as daemon:
            with Watch(self, "single", daemon.process.pid) as watch:
                ours = self.post(watch, daemon.port, count=count, **options)
                daemon.settled()
            disk = self.syncs()
            with Watch(self, "single: one connection", daemon.process.pid) as alone:
                one = self.post(alone, daemon.port, count=self.sizes.syncs, skip=count)
        rate, each = count / ours["seconds"], watch.cpu / count * 1e6
        first = Line("single POST, 64 connections", f"{rate:,.0f}/s", reach=0.45, aim=0.55,
                     at_most=False)
        second = Line("  CPU a request", f"{each:.1f} µs")
        self.lines += [first, second] + [
            Line(f"  one connection: {name}", f"{one[key]:.2f} ms",
                 f"fdatasync {disk[key]:.2f} ms", one[key] / disk[key])
            for name, key in (("p50", "p50_ms"), ("p99", "p99_ms"))]
        try:
            with self.temporary() as folder, nginx(folder) as (port, process):
                with Watch(self, "single: nginx", process) as watch:
                    theirs = self.post(watch, port, count=self.sizes.nginx, wrap=True, **options)
        except Missing as what:
            first.beside = str(what)
            return
        there, there_each = self.sizes.nginx / theirs["seconds"], watch.cpu / self.sizes.nginx * 1e6
        first.beside, first.ratio = f"nginx {there:,.0f}/s", rate / there
        second.beside, second.ratio = f"nginx {there_each:.1f} µs", each / there_each

    def hooks(self, what, process, port, sink, phases, **options):
        """Runs phases (rate, count) and gives each one's figures and its Watch."""
        arguments = [f"--{name}={value}" if value is not True else f"--{name}" for name, value in
                     {"file": self.events, "port": port, "sink": sink, **options}.items()]
        load = subprocess.Popen([self.load, "hooks", *arguments], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        with load:
            load.stdout.readline()
            load.stdin.write("0 100\n")  # the connections
            load.stdin.flush()
            load.stdout.readline()
            for rate, count in phases:
                with Watch(self, f"{what} {rate}/s" if rate else what, process) as watch:
                    load.stdin.write(f"{rate} {count}\n")
                    load.stdin.flush()
                    line = load.stdout.readline()
                    if not line:
                        sys.exit("path-load hooks ended")
                    told = json.loads(line)
                    watch.load += told["cpu"]
                    quiet(process, 5)
                if told["told"] < count:
                    self.notes.append(f"{watch.what}: {count - told['told']} were never told")
                yield told, watch
            load.stdin.close()

    def ours(self, phases, **options):
        sink = free_port()
        with self.temporary() as folder, self.daemon(folder, EACH % "", sink) as daemon:
            yield from self.hooks("webhooks", daemon.process.pid, daemon.port, sink, phases,
                                  **options)

    def theirs(self, phases):
        sink = free_port()
        with self.temporary() as folder, syslog_ng(folder, sink) as (port, process):
            yield from self.hooks("webhooks: syslog-ng", process, port, sink, phases, lines=True)

    def webhooks(self):
        count = self.sizes.webhooks
        phases = [(0, count)]
        (told, watch), = self.ours(phases, batch=200, connections=4, type=BATCHES)
        rate, each = count / told["seconds"], watch.cpu / count * 1e6
        first = Line("one webhook an event", f"{rate:,.0f}/s", reach=1.2, aim=2, at_most=False)
        second = Line("  CPU a webhook", f"{each:.0f} µs", reach=0.9, aim=0.6)
        self.lines += [first, second]
        try:
            (told, watch), = self.theirs(phases)
        except Missing as what:
            first.beside = str(what)
            return
        there, there_each = count / told["seconds"], watch.cpu / count * 1e6
        first.beside, first.ratio = f"syslog-ng {there:,.0f}/s", rate / there
        second.beside, second.ratio = f"syslog-ng {there_each:.0f} µs", each / there_each

    def latency(self):
        rates = [(rate, rate * self.sizes.seconds) for rate in (2000, 200)]
        before = self.syncs()
        (fast, busy), (slow, _) = self.ours(rates, connections=16)
        after = self.syncs()
        p50, p99 = ((before[name] + after[name]) / 2 for name in ("p50_ms", "p99_ms"))
        disk = f"fdatasync {p50:.2f}", f"fdatasync {p99:.2f}"
        each = busy.cpu / rates[0][1] * 1e6
        cost = Line("  2,000/s: CPU an event", f"{each:.0f} µs", reach=1.0, aim=0.5)
        beside = Line("  2,000/s beside syslog-ng", "")
        self.lines += [
            Line("event to webhook, 2,000/s: p50", f"{fast['p50_ms']:.2f} ms", disk[0] + " ms",
                 fast["p50_ms"] / p50, 4, 3),
            Line("  p99", f"{fast['p99_ms']:.2f} ms", disk[1] + " ms", fast["p99_ms"] / p99, 8, 4),
            cost,
            Line("  200/s: p50", f"{slow['p50_ms']:.2f} ms", disk[0] + " ms", slow["p50_ms"], 1, 1,
                 unit=" ms"),
            Line("  200/s: p99", f"{slow['p99_ms']:.2f} ms", disk[1] + " ms", slow["p99_ms"], 5, 5,
                 unit=" ms")]
        try:
            (told, watch), = self.theirs(rates[:1])
        except Missing as what:
            cost.beside = str(what)
            return
        there = watch.cpu / rates[0][1] * 1e6
        cost.beside, cost.ratio = f"syslog-ng {there:.0f} µs", each / there
        beside.alarum = f"{fast['p50_ms']:.2f}, {fast['p99_ms']:.2f} ms"
        beside.beside = f"syslog-ng {told['p50_ms']:.2f}, {told['p99_ms']:.2f} ms, not durable"
        self.lines.append(beside)

    def alerts(self):
        count = self.sizes.alerts
        with self.temporary() as folder:
            file = pathlib.Path(folder, "alerts.ndjson")
            with open(file, "w") as out:
                for i in range(count):
                    out.write(json.dumps(an_alert(i)) + "\n")

            def both(what, port, process):
                """CPU seconds a million of the first post and of the next, and memory then."""
                for turn in ("first", "again"):
                    with Watch(self, f"alerts{what}, {turn}", process) as watch:
                        self.post(watch, port, file=file, path="/api/v2/alerts", batch=500,
                                  connections=4, type="application/json")
                        time.sleep(0 if self.sizes is SHORT else 2)
                        quiet(process)
                    yield watch.cpu / count * 1e6
                yield rss(process)
            with self.daemon(folder, self.ten_rules()) as daemon:
                first, again, memory = both("", daemon.port, daemon.process.pid)
            lines = [Line(f"{count:,} posted alerts: CPU s a million", f"{first:.0f}", "", None,
                          0.5, 0.2),
                     Line("  posted again", f"{again:.0f}"),
                     Line("  memory", f"{memory:.0f} MiB", "", None, 0.4, 0.3)]
            self.lines += lines
            try:
                with alertmanager(folder) as (port, process):
                    theirs = list(both(": Alertmanager", port, process))
            except Missing as what:
                lines[0].beside = str(what)
                return
            for line, own, other in zip(lines, (first, again, memory), theirs):
                line.beside, line.ratio = f"Alertmanager {other:.0f}", own / other

    def timed_start(self, daemon):
        """Seconds from the program's start until it takes events."""
        reader, writer = os.pipe()
        began = time.monotonic()
        daemon.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(daemon.config), "--ready-fd", str(writer)],
            stdout=subprocess.DEVNULL, stderr=open(daemon.folder / "log", "ab"), pass_fds=[writer])
        os.close(writer)
        url = os.read(reader, 200).decode()
        took = time.monotonic() - began
        os.close(reader)
        if not url:
            sys.exit("the daemon did not start:\n" + daemon.log_text())
        daemon.port = int(url.rsplit(":", 1)[1].strip("/ \n"))
        return took

    def start(self):
        with self.temporary() as folder:
            daemon = self.daemon(folder, EACH % f', id: [{{prefix: "{MARK:08x}"}}]')
            with daemon:
                with Watch(self, "start: open alerts", daemon.process.pid) as watch:
                    self.post(watch, daemon.port, batch=200, connections=4, type=BATCHES,
                              count=self.sizes.open, **{"pass": MARK})
                    daemon.settled()
            few = self.timed_start(daemon)
            with Watch(self, "start: filling", daemon.process.pid) as watch:
                done = 0
                while done < self.sizes.journal:
                    some = min(self.sizes.ingest, self.sizes.journal - done)
                    self.post(watch, daemon.port, batch=200, connections=4, type=BATCHES,
                              count=some, **{"pass": done // self.sizes.ingest + 1})
                    done += some
                daemon.settled()
                quiet(daemon.process.pid, 300)
            daemon.stop()
            many = self.timed_start(daemon)
            daemon.process.send_signal(signal.SIGKILL)
            daemon.process.wait()
            killed = self.timed_start(daemon)
            daemon.stop()
        drawn = few + max(0.0, many - few) * EVERY / done
        measured = done >= EVERY
        self.lines += [
            Line(f"start with {done:,} events, {self.sizes.open:,} open alerts",
                 f"{many:.2f} s", f"{few:.2f} s without the events", many, unit=" s"),
            Line("  after SIGKILL just then", f"{killed:.2f} s"),
            Line("  with 10 GiB" + ("" if measured else ", drawn on by a line"),
                 f"{many if measured else drawn:.1f} s", "", many if measured else drawn, 2, 1,
                 unit=" s")]

    def ids(self):
        one = self.measure("ids", count=self.sizes.ids)
        self.lines += [
            Line(f"{one['count']:,} known ids: memory of each", f"{one['bytes']:.0f} bytes", "",
                 one["bytes"], 32, 32, unit=" bytes"),
            Line("  asking and adding", f"{one['us']:.3f} µs", "", one["us"], 0.06, 0.06,
                 unit=" µs")]


ROWS = ["ingest", "single", "webhooks", "latency", "alerts", "start", "ids"]


def an_alert(i):
    return {"labels": {"alertname": f"Alert{i % 50}", "instance": f"host-{i}:9100", "job": "node",
                       "severity": "warning", "cluster": f"c{i % 7}"},
            "annotations": {"summary": f"something is wrong with host-{i}"},
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up"}


def thread_table(watched):
    out = []
    for one in watched:
        threads = sorted(one.threads.items(), key=lambda item: -item[1])
        text = ", ".join(f"{name} {used:.2f}" for name, used in threads if used >= 0.005)
        out.append(f"{one.what}: {one.cpu:.2f} s in {one.clock:.1f} s ({text}); "
                   f"load {one.load:.2f} s; others had {one.others:.2f} processors")
    return out


def parsed():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/alarum")
    options.add_argument("--load", type=pathlib.Path, help="path-load; if left out, beside it")
    options.add_argument("--events", help="folder of gen_events.py; made where it is not there")
    options.add_argument("--disk", default=tempfile.gettempdir(), help="folder for all data")
    options.add_argument("--journal", type=int, help="events in the journal at a start")
    options.add_argument("--only", help="some rows: " + ",".join(ROWS))
    options.add_argument("--short", action="store_true")
    options.add_argument("--json", action="store_true")
    options = options.parse_args()
    options.binary = options.binary.resolve()
    options.load = (options.load or options.binary.parent / "path-load").resolve()
    options.events = options.events or str(
        pathlib.Path(tempfile.gettempdir(), "alarum-events" + ("-short" if options.short else "")))
    options.only = options.only.split(",") if options.only else ROWS
    if wrong := set(options.only) - set(ROWS):
        sys.exit(f"no such row: {', '.join(sorted(wrong))}; there are {', '.join(ROWS)}")
    for path in (options.binary, options.load):
        if not path.exists():
            sys.exit(f"{path} is not there: cmake --build DIR --target alarum path-load")
    return options


def main():
    options = parsed()
    sys.path.insert(0, str(ROOT / "tests/support"))
    os.environ["ALARUM_BINARY"] = str(options.binary)
    import harness
    harness.PATIENCE = 600
    bench = Bench(options)
    bench.generate()
    machine = {"processors": os.cpu_count(), "load_before": os.getloadavg()[0],
               "date": time.strftime("%Y-%m-%d %H:%M")}
    print(f"{machine['date']}, {machine['processors']} processors, load average "
          f"{machine['load_before']:.1f}, {options.binary}", file=sys.stderr)
    for row in options.only:
        print(f"{row} …", file=sys.stderr, flush=True)
        getattr(bench, row)()
    machine["load_after"] = os.getloadavg()[0]
    clock = sum(one.clock for one in bench.watched)
    machine["others"] = sum(one.others * one.clock for one in bench.watched) / clock if clock else 0
    if machine["others"] > 0.1:
        bench.notes.insert(0, f"THE MACHINE WAS BUSY: other work had {machine['others']:.2f} of "
                           f"{machine['processors']} processors. Rates and latencies say little, "
                           "ratios of CPU time more; a quiet machine must judge.")
    if options.short:
        bench.notes.append("--short: too few to judge by")
    if options.json:
        lines = [dataclasses.asdict(line) | {"met": "" if options.short else line.verdict()}
                 for line in bench.lines]
        watched = [{name: getattr(one, name) for name in
                    ("what", "cpu", "threads", "clock", "load", "others")} for one in bench.watched]
        print(json.dumps({"machine": machine, "lines": lines, "cpu": watched,
                          "notes": bench.notes}, ensure_ascii=False, indent=1))
        return
    print(table(bench.lines, not options.short))
    print("\nCPU seconds by thread:\n" + "\n".join(thread_table(bench.watched)))
    for note in bench.notes:
        print("\n" + note)


if __name__ == "__main__":
    main()
