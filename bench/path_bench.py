#!/usr/bin/env python3
"""The whole path around the matcher, beside what others need for the same: one command.

    cmake --preset release && cmake --build --preset release --target alarum path-load
    python3 bench/path_bench.py [--only ROW,…] [--json] [--short]

Rows: ingest single webhooks latency alerts start ids. Beside them simdjson's DOM parser and
fdatasync (both in build/release/path-load, which also makes the load and takes the webhooks), and
from Debian nginx, syslog-ng and Alertmanager:

    apt-get install nginx-light prometheus-alertmanager libivykis0 libnet1 libwrap0
    apt-get download syslog-ng-core syslog-ng-mod-http
    for package in syslog-ng-*.deb; do dpkg -x $package /tmp/syslog-ng; done  # --syslog-ng DIR

To install syslog-ng would take rsyslog away, which tests need: so it is unpacked only, and
--syslog-ng /tmp/syslog-ng says where. One that is installed is found without.

What is missing is named, and only what is measured beside it is left out. Each row says what was
measured, its ratio to what stands beside it, and what it is to reach and aims at; CPU time is
that of all threads, and below the table of each thread. Two machines differ, and so do two hours
of one: compare ratios. Where other work wanted the processors meanwhile, that is said.

The events are those of ../shared/bench/gen_events.py; what repeats would be a duplicate and cost
less, so none is sent twice; only their times become now. --journal N: the start is measured with
so many events in the journal (50,000,000 are about 10 GiB; a million by default, and then a line
through two sizes is drawn on to 50,000,000, which is not judged). --short: a few events of each
row, under 20 seconds, judges nothing.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from path_beside import Missing, alertmanager, free_port, nginx, syslog_ng
from path_cpu import Watch, cpu_of, quiet, rss, thread_table
from path_report import Line, table

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared/bench"
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
    journal: int = 1_000_000  # events at a start
    starts: int = 3  # the quickest counts
    ids: int = 4_000_000
    syncs: int = 2_000
    pause: float = 0.3  # that shows that a process has nothing left to do


SHORT = Sizes(4_000, 2_000, 4_000, 500, 1, 2_000, 500, 4_000, 1, 100_000, 100, 0.05)


class Failed(Exception):
    """A row could not be measured; the others can."""


class Bench:
    def __init__(self, options):
        self.binary, self.load = options.binary, options.load
        self.sizes = SHORT if options.short else Sizes()
        if options.journal:
            self.sizes.journal = options.journal
        self.folder = pathlib.Path(options.events)
        self.events = self.folder / "events.ndjson"
        self.watched, self.lines, self.notes = [], [], []
        self.disk, self.syslog = options.disk, options.syslog_ng

    def generate(self):
        """The events, if they are not there yet; the generator makes rules as well."""
        if self.events.exists():
            return
        source = SHARED / "gen_events.py"
        if not source.exists():
            sys.exit(f"no events: {self.events} and {source} are not there")
        many = max(10_000, self.sizes.ingest)
        subprocess.run([sys.executable, source, self.folder, str(many)], check=True)

    # The load generator.

    def measure(self, command, **options):
        arguments = [f"--{name}={value}" if value is not True else f"--{name}"
                     for name, value in options.items()]
        done = subprocess.run([self.load, command, *arguments], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"path-load {command}: {done.stderr}")
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

    def quiet(self, process, most=60):
        quiet(process, most, self.sizes.pause)

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
        before = self.measure("parse", file=self.events, count=count)
        with self.temporary() as folder, self.daemon(folder, self.ten_rules()) as daemon:
            idle = rss(daemon.process.pid)
            with Watch(self.watched, "ingest", daemon.process.pid) as watch:
                done = self.post(watch, daemon.port, batch=200, connections=4, count=count,
                                 type=BATCHES)
                daemon.settled()
                self.quiet(daemon.process.pid)
            memory = rss(daemon.process.pid)
        after = self.measure("parse", file=self.events, count=count)
        parse = (before["us"] + after["us"]) / 2
        sealing = watch.sealing() / count * 1e6
        each = watch.cpu / count * 1e6 - sealing
        self.lines += [
            Line("batches of 200: CPU an event, without sealing", f"{each:.1f} µs",
                 f"DOM parse {parse:.2f} µs", each / parse, 8, 5),
            Line("  its sealing, of what was sealed meanwhile", f"{sealing:.1f} µs",
                 f"DOM parse {parse:.2f} µs", sealing / parse),
            Line("  accepted and durable", f"{count / done['seconds']:,.0f}/s"),
            Line("  memory: idle, after it", f"{idle:.0f}, {memory:.0f} MiB")]

    def single(self):
        count = self.sizes.single
        options = {"connections": 64, "threads": 1}
        with self.temporary() as folder, self.daemon(folder, self.ten_rules()) as daemon:
            with Watch(self.watched, "single", daemon.process.pid) as watch:
                ours = self.post(watch, daemon.port, count=count, **options)
                daemon.settled()
            disk = self.syncs()
            with Watch(self.watched, "single: one connection", daemon.process.pid) as alone:
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
                with Watch(self.watched, "single: nginx", process) as watch:
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
                with Watch(self.watched, f"{what} {rate}/s" if rate else what, process) as watch:
                    load.stdin.write(f"{rate} {count}\n")
                    load.stdin.flush()
                    line = load.stdout.readline()
                    if not line:
                        raise Failed(f"{watch.what}: path-load hooks ended")
                    told = json.loads(line)
                    watch.load += told["cpu"]
                    self.quiet(process, 5)
                if told["sent_late_p99_ms"] > 1:
                    self.notes.append(f"{watch.what}: the load itself came late, p99 "
                                      f"{told['sent_late_p99_ms']:.1f} ms")
                if told["told"] < count:
                    raise Failed(f"{watch.what}: {count - told['told']} of {count} events had no "
                                 "webhook")
                yield told, watch
            load.stdin.close()

    def ours(self, phases, **options):
        sink = free_port()
        with self.temporary() as folder, self.daemon(folder, EACH % "", sink) as daemon:
            yield from self.hooks("webhooks", daemon.process.pid, daemon.port, sink, phases,
                                  **options)

    def theirs(self, phases):
        sink = free_port()
        with self.temporary() as folder, syslog_ng(folder, sink, self.syslog) as (port, process):
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
                    with Watch(self.watched, f"alerts{what}, {turn}", process) as watch:
                        self.post(watch, port, file=file, path="/api/v2/alerts", batch=500,
                                  connections=4, type="application/json")
                        time.sleep(0 if self.sizes is SHORT else 2)
                        self.quiet(process)
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

    def timed_start(self, daemon, turns=1):
        """Seconds from the program's start until it takes events, and CPU seconds by then: the
        quickest of so many starts. It goes on running."""
        if turns > 1:
            before = self.timed_start(daemon, turns - 1)
            daemon.stop()
            return min(before, self.timed_start(daemon))
        reader, writer = os.pipe()
        began = time.monotonic()
        daemon.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(daemon.config), "--ready-fd", str(writer)],
            stdout=subprocess.DEVNULL, stderr=open(daemon.folder / "log", "ab"), pass_fds=[writer])
        os.close(writer)
        url = os.read(reader, 200).decode()
        took = time.monotonic() - began, cpu_of(daemon.process.pid)
        os.close(reader)
        if not url:
            raise Failed("the daemon did not start:\n" + daemon.log_text())
        daemon.port = int(url.rsplit(":", 1)[1].strip("/ \n"))
        return took

    def filled(self, daemon):
        """Puts the events into its journal, each once, and gives their number."""
        with Watch(self.watched, "start: filling", daemon.process.pid) as watch:
            done = 0
            while done < self.sizes.journal:
                some = min(self.sizes.ingest, self.sizes.journal - done)
                self.post(watch, daemon.port, batch=200, connections=4, type=BATCHES,
                          count=some, **{"pass": done // self.sizes.ingest + 1})
                done += some
            daemon.settled()
            self.quiet(daemon.process.pid, 300)
        return done

    def start(self):
        with self.temporary() as folder:
            daemon = self.daemon(folder, EACH % f', id: [{{prefix: "{MARK:08x}"}}]')
            try:
                self.starts(daemon)
            finally:
                if daemon.process and daemon.process.poll() is None:
                    daemon.process.kill()
                    daemon.process.wait()

    def starts(self, daemon):
        with daemon:
            with Watch(self.watched, "start: open alerts", daemon.process.pid) as watch:
                self.post(watch, daemon.port, batch=200, connections=4, type=BATCHES,
                          count=self.sizes.open, **{"pass": MARK})
                daemon.settled()
            if (found := daemon.metric("alarum_alerts_firing")) != self.sizes.open:
                raise Failed(f"start: {found:.0f} alerts are open, not {self.sizes.open}")
        few = self.timed_start(daemon, self.sizes.starts)
        done = self.filled(daemon)
        daemon.stop()
        many = self.timed_start(daemon, self.sizes.starts)
        daemon.process.send_signal(signal.SIGKILL)
        daemon.process.wait()
        killed = self.timed_start(daemon)
        daemon.stop()

        def text(took):
            return f"{took[0]:.2f} s, CPU {took[1]:.2f} s"
        self.lines += [
            Line(f"start with {done:,} events, {self.sizes.open:,} open alerts", text(many),
                 f"without events {text(few)}"),
            Line("  after SIGKILL just then", text(killed))]
        if done >= EVERY:
            self.lines.append(Line("  as 10 GiB", "", "", many[0], 2, 1, unit=" s"))
            return
        if self.sizes is SHORT:
            return  # nothing to draw a line through
        drawn = [low + max(0.0, high - low) * EVERY / done for low, high in zip(few, many)]
        self.lines.append(Line("  10 GiB, by a line, not judged",
                               f"{drawn[0]:.0f} s, CPU {drawn[1]:.0f} s"))

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


def parsed():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/alarum")
    options.add_argument("--load", type=pathlib.Path, help="path-load; if left out, beside it")
    options.add_argument("--events", help="folder of gen_events.py; made where it is not there")
    options.add_argument("--disk", default=tempfile.gettempdir(), help="folder for all data")
    options.add_argument("--syslog-ng", help="folder its packages were unpacked into")
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends with us
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
        try:
            getattr(bench, row)()
        except (Failed, AssertionError) as why:  # the harness asserts that the daemon lives
            bench.notes.append(f"NOT MEASURED: {why}")
    machine["load_after"] = os.getloadavg()[0]
    clock = sum(one.clock for one in bench.watched)
    machine["others"] = sum(one.others * one.clock for one in bench.watched) / clock if clock else 0
    if machine["others"] > 0.1:
        rows = [f"{one.what} {one.others:.1f}" for one in bench.watched if one.others > 0.25]
        bench.notes.insert(0, f"THE MACHINE WAS BUSY: other work had {machine['others']:.2f} of "
                           f"{machine['processors']} processors ({', '.join(rows)}). There rates "
                           "and latencies say little, ratios of CPU time more; a quiet machine "
                           "must judge.")
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
