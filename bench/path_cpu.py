"""CPU time of processes and of their threads, from /proc."""
import contextlib
import os
import pathlib
import time

TICK = os.sysconf("SC_CLK_TCK")


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
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for path in pathlib.Path(f"/proc/{pid}/task").iterdir():
                name, _, used, its_nice = stat(path) or ("gone", 0, 0, nice)
                schedstat = path / "schedstat"  # the same in nanoseconds, where the kernel has it
                if schedstat.exists():
                    used = int(schedstat.read_text().split()[0]) / 1e9
                name += f" (nice {its_nice - nice})" if its_nice > nice else ""
                out[name] = out.get(name, 0) + used
    return out


def rss(process):
    pages = pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def all_processors():
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    return (sum(map(int, fields)) - int(fields[3]) - int(fields[4])) / TICK


class Watch:
    """CPU time of a process while something is done with it: `cpu`, `threads`, `clock`, and
    `others`, the processors that work which is not ours had. Adds itself to `watched`."""

    def __init__(self, watched, what, process):
        self.watched, self.what, self.process = watched, what, process

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
        self.watched.append(self)

    def sealing(self):
        return sum(used for name, used in self.threads.items()
                   if "sealer" in name or "nice" in name)


def quiet(process, most=60, pause=0.3):
    """Waits until the process has nothing left to do: for `pause` seconds it computes next to
    nothing."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        before = cpu_of(process)
        time.sleep(pause)
        if cpu_of(process) - before <= 2 / TICK:
            return


def thread_table(watched):
    out = []
    for one in watched:
        threads = sorted(one.threads.items(), key=lambda item: -item[1])
        text = ", ".join(f"{name} {used:.2f}" for name, used in threads if used >= 0.005)
        out.append(f"{one.what}: {one.cpu:.2f} s in {one.clock:.1f} s ({text}); "
                   f"load {one.load:.2f} s; others had {one.others:.2f} processors")
    return out
