"""Data flows one way: a folder includes only what its CMakeLists.txt names, and names only what stands before it."""
import pathlib
import re

from harness import ROOT, main

# What a stage may build on stands to its left. Nobody but the app knows all of them.
ORDER = ["base", "model", "config", "rules", "match", "journal", "correlate", "alert", "engine", "http", "ingest", "receivers", "deliver", "api", "tools", "import", "app", "cli"]
# The thinking: no clock, no thread, no waiting, no socket, no file. The shells among it: the engine's stage, the book, its
# writer and its database, the reader of rule files, and the holder of the generation in force, which all threads ask.
PURE = ["model", "rules", "match", "correlate", "alert", "engine", "import"]
SHELLS = {"engine/stage.h", "engine/stage.cc", "engine/rule_times.h", "engine/book_writer.h", "engine/book_writer.cc",
          "alert/book.h", "alert/sqlite.h", "alert/sqlite.cc", "alert/sqlite_files.cc",
          "alert/book_syncs.h", "rules/sources.cc", "match/generation.h"}
FORBIDDEN = re.compile(r"#include <(thread|mutex|atomic|condition_variable|fstream|boost/asio.*|sys/.*|sqlite3\.h)>|::now\(\)|base/clock\.h|std::getenv")


def folders():
    return sorted(path.name for path in (ROOT / "src").iterdir() if path.is_dir())


def declared():
    out = {}
    for name in folders():
        text = (ROOT / "src" / name / "CMakeLists.txt").read_text()
        found = re.search(r"DEPS([^)]*?)(LIBS|SOURCES|\))", text)
        out[name] = set(found.group(1).split()) if found else set()
    return out


def reachable(name, deps):
    seen, todo = set(), [name]
    while todo:
        for other in deps[todo.pop()]:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def sources(name):
    return [path for path in sorted((ROOT / "src" / name).rglob("*")) if path.suffix in (".h", ".cc")]


def every_folder_is_a_stage():
    assert folders() == sorted(ORDER), f"src/ has {folders()}"


def nobody_builds_on_what_comes_after():
    for name, deps in declared().items():
        late = [other for other in deps if ORDER.index(other) >= ORDER.index(name)]
        assert not late, f"src/{name}/CMakeLists.txt: {late} come after {name} in the flow"


def includes_are_declared():
    deps, wrong = declared(), []
    for name in ORDER:
        allowed = reachable(name, deps) | {name}
        for path in sources(name):
            for other in re.findall(r'#include "([a-z]+)/', path.read_text()):
                if other not in allowed:
                    wrong.append(f"{path.relative_to(ROOT)} includes {other}/")
    assert not wrong, "\n".join(wrong)


def the_thinking_has_no_clock_thread_or_file():
    wrong = []
    for name in PURE:
        for path in sources(name):
            if f"{name}/{path.name}" in SHELLS:
                continue
            wrong += [f"{path.relative_to(ROOT)}: {found.group(0)}" for found in FORBIDDEN.finditer(path.read_text())]
    assert not wrong, "\n".join(wrong)


# A simulated life has its time and its random numbers from its seed (base/clock.h, base/random.h). What reads the machine's own cannot be in one: sockets and who
# polls them, threads that write to descriptors, the command line; warnings about a config.
OWN_TIME = {"base/clock.h", "base/http_date.cc", "base/random.h", "base/output_writer.cc", "config/routing.cc", "app/stop_order.cc", "app/stop_order.h",
            "ingest/broker/kafka.cc", "ingest/broker/mqtt.cc", "ingest/poll/bmc.cc", "ingest/push/fetcher.cc", "ingest/push/fetcher.h", "ingest/push/signed_route.cc",
            "ingest/stream/feed.cc", "ingest/stream/redfish_subscription.cc", "ingest/stream/sources.cc", "ingest/stream/sse.cc", "ingest/stream/sse.h",
            "ingest/stream/standard_input.cc", "ingest/stream/tail.cc", "ingest/stream/tail.h", "deliver/sender.cc", "deliver/transfer.cc", "deliver/transfer.h"}


def time_and_chance_are_passed_in():
    wrong = []
    for path in sorted((ROOT / "src").rglob("*.[hc]*")):
        name = str(path.relative_to(ROOT / "src"))
        if name in OWN_TIME or name.startswith(("http/", "cli/")):
            continue
        wrong += [f"src/{name}: {found}" for found in re.findall(r"\b(?:steady_clock|system_clock|random_device)\b", path.read_text())]
    assert not wrong, "\n".join(wrong)


# Configs written out: without receivers, and for tests that name no config. And the import, which knows Alertmanager's.
TEXTS_OF_CONFIGS = {"config/receivers.cc", "app/test_files.cc", "app/delivery_config.h", "import/receivers.cc"}


def a_kind_of_receiver_is_known_to_its_file_alone():
    text = (ROOT / "src/receivers/CMakeLists.txt").read_text()
    kinds = re.search(r"set\(kinds ([^)]*)\)", text).group(1).split()
    assert len(kinds) > 10, kinds
    any_kind = "|".join(kinds)
    named = re.compile(rf'\b(?:{any_kind})_(?:configs|kind)\b|\bkind\b\s*[=!]= "(?:{any_kind})"')
    wrong = []
    for path in sorted((ROOT / "src").rglob("*.[hc]*")):
        name = str(path.relative_to(ROOT / "src"))
        if name in TEXTS_OF_CONFIGS or name in {f"receivers/{kind}.cc" for kind in kinds}:
            continue
        code = re.sub(r"//.*", "", path.read_text())
        wrong += [f"src/{name}: {found.group(0)}" for found in named.finditer(code)]
    assert not wrong, "\n".join(wrong)


# The only door to a journal. Who opens the embedded one names the folder that it is in; nobody else knows that it has one.
JOURNAL_DOOR = {"journal.h", "view.h", "stats.h"}
OPENS_JOURNAL = {"app/storage.cc", "cli/data_folder.cc"}


def the_journal_is_reached_through_its_interface():
    wrong = []
    for name in ORDER:
        if name == "journal":
            continue
        for path in sources(name):
            opens = {"embedded.h"} if str(path.relative_to(ROOT / "src")) in OPENS_JOURNAL else set()
            seen = set(re.findall(r'#include "journal/([^"]+)"', path.read_text()))
            wrong += [f"{path.relative_to(ROOT)} includes journal/{one}" for one in sorted(seen - JOURNAL_DOOR - opens)]
    assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    main([every_folder_is_a_stage, nobody_builds_on_what_comes_after, includes_are_declared, the_thinking_has_no_clock_thread_or_file, time_and_chance_are_passed_in,
          the_journal_is_reached_through_its_interface, a_kind_of_receiver_is_known_to_its_file_alone])
