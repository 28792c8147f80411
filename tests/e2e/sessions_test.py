"""The shell sessions of docs/: each ```console block is typed as it stands, in a folder that has the page's named files; what comes must be what the page says, but for
times, ids and ports. `sessions_test.py --write` puts what came into the pages."""
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

from harness import BINARY, PATIENCE, ROOT, eventually, main, temporary

MASKS = [(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"), (r"\bntf-[0-9a-f]+", "ntf-ID"), (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"), (r"\b[0-9a-f]{16}\b", "ID"), (r"\b[0-9a-f]{8}\b", "ID8"), (r" +\d+[sm](?=  )", " AGE"), (r"\d+\.\d+ before, \d+\.\d+ after", "RATES"),
         (r"\d+ records replayed", "RECORDS")]  # receipts come together as they happen to


def masked(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return text


def commands_of(lines):
    """(command, its lines in the page, what it said) of each. A command goes on over a here-document, after a backslash, and on lines that begin with "> "."""
    found = []
    lines = list(lines)
    while lines:
        line = lines.pop(0)
        if not line.startswith("$ "):
            found[-1][2].append(line)
            continue
        typed = [line]
        here = re.search(r"<<(\w+)$", line)
        while (here and typed[-1] != here[1]) or (not here and typed[-1].endswith("\\")) or (lines and lines[0].startswith("> ")):
            typed.append(lines.pop(0))
        found.append(("\n".join([line[2:]] + [one.removeprefix("> ") for one in typed[1:]]), typed, []))
    return found


ASKS_THE_DAEMON = "send|silence|alerts|ack|unack|resolve|status|reload|targets|rejected|routes|tail|receivers|config|history"


class Shell:
    def __init__(self, folder):
        self.folder, self.serving = folder, None
        tool = folder / "bin" / "alarum"
        tool.parent.mkdir()
        tool.write_text(f'#!/bin/bash\ncase "$1" in {ASKS_THE_DAEMON}) export ALARUM_URL="$(cat {folder}/bin/url)";; esac\nexec {BINARY} "$@"\n')
        tool.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{tool.parent}:{os.environ['PATH']}"}

    def serve(self, command):
        path = self.folder / "bin" / "log"
        log = open(path, "ab+")
        began = log.seek(0, 2)
        self.serving = subprocess.Popen(command.removesuffix("&").split() + ["--listen", "127.0.0.1:0"], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=log)
        address = lambda: re.search(rb"listen=\"?(http://127\.0\.0\.1:\d+)", path.read_bytes()[began:])
        url = eventually("the daemon listens", address)[1].decode()
        (self.folder / "bin" / "url").write_text(url)

    def told(self):
        page = urllib.request.urlopen((self.folder / "bin" / "url").read_text() + "/metrics", timeout=PATIENCE).read().decode()
        value = lambda name: sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(name))
        return value("alarum_engine_processed_offset") == value("alarum_journal_end_offset") and value("alarum_outbox_pending") == 0

    def stop(self):
        if self.serving:
            eventually("all is told", self.told)
            self.serving.terminate()
            assert self.serving.wait(PATIENCE) == 0
        self.serving = None

    def type(self, command):
        if command.endswith(" &"):
            return self.serve(command) or []
        if command == "kill %1":
            return self.stop() or []
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        wanted = re.search(r"# exit (\d)", command)
        assert done.returncode == (int(wanted[1]) if wanted else 0), f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        if re.match(f"alarum ({ASKS_THE_DAEMON})", command):
            eventually("what it led to is told", self.told)
        return (done.stdout + done.stderr).splitlines()


def played(page):
    """Types all sessions of the page; its lines with what came in them, and how many commands there were."""
    lines = page.read_text().splitlines()
    out, block, language, count = [], [], None, 0
    with temporary() as folder:
        folder = pathlib.Path(folder)
        shell = Shell(folder)
        try:
            for line in lines:
                if not line.startswith("```"):
                    (out if language is None else block).append(line)
                    continue
                if language is None:
                    language, block = line[3:].split(), []
                    out.append(line)
                    continue
                if len(language) > 1:
                    (folder / language[1]).parent.mkdir(parents=True, exist_ok=True)
                    (folder / language[1]).write_text("\n".join(block) + "\n")
                if language == ["console"]:
                    said, block = commands_of(block), []
                    for command, typed, expected in said:
                        came = shell.type(command)
                        same = masked("\n".join(came)) == masked("\n".join(expected))
                        block += typed + (expected if same else came)
                        count += 1
                out += block + [line]
                language = None
        finally:
            shell.stop()
    return out, count


def sessions_say_what_comes():
    number = 0
    for page in sorted((ROOT / "docs").glob("*.md")):
        before = page.read_text().splitlines()
        after, count = played(page)
        number += count
        if "--write" in sys.argv and before != after:
            page.write_text("\n".join(after) + "\n")
        elif before != after:
            first = next(i for i, pair in enumerate(zip(before + [""], after + [""])) if pair[0] != pair[1])
            raise AssertionError(f"{page}:{first + 1}:\n- {before[first:first + 5]}\n+ {after[first:first + 5]}")
    print(f"      {number} commands")
    assert number >= 15


def every_page_is_in_the_index():
    """docs/README.md has a line for each page, and no link of any page leads nowhere."""
    index = (ROOT / "docs/README.md").read_text()
    pages = sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))
    missing = [page for page in pages if page != "README.md" and f"]({page})" not in index]
    assert not missing, f"docs/README.md lacks {missing}"
    wrong = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", re.sub(r"`[^`\n]*`", "", page.read_text())):
            target = (page.parent / link).resolve()
            if not target.exists():
                wrong.append(f"{page.relative_to(ROOT)}: {link}")
    assert not wrong, wrong


if __name__ == "__main__":
    main([every_page_is_in_the_index, sessions_say_what_comes])
