"""What is documented and read is used: every key of the config, every flag of the command line, every metric. A key that nobody asks is a promise that nobody keeps."""
import re

from harness import ROOT, main

SRC = ROOT / "src"
# Read where the config is read, and gone into other values there: the place that uses them is in src/config, too.
WITHIN = {"Config": {"route", "insecure"}, "ListenTls": {"client_optional"},
          # The table of the kinds of receivers is written outside, and read there.
          "ReceiverKey": {"name", "form"}, "ReceiverKind": {"key", "nullable", "global", "instead", "name", "lists", "keys", "unavailable", "defaults", "read"}}


def text_of(*folders):
    """The sources without their comments and without what stands in error messages."""
    message = lambda found: '""' if " " in found.group(0) else found.group(0)
    bare = lambda text: re.sub(r"//.*", "", re.sub(r'"(?:[^"\\\n]|\\.)*"', message, text.replace("'\"'", "").replace("'\\\"'", "")))
    return {path: bare(path.read_text()) for folder in folders for path in sorted((SRC / folder).rglob("*")) if path.suffix in (".h", ".cc")}


def structs(text):
    """(struct, its fields) of a header: a field is `Type name;`, `Type name = …;` or several with commas."""
    for found in re.finditer(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S):
        body = re.sub(r"//.*", "", found.group(2))
        body = re.sub(r"enum class \w+ \{.*?\};", "", body, flags=re.S)
        fields = []
        for line in body.split(";"):
            line = re.sub(r"\s*=(?:[^,(]|\([^)]*\))*|\{.*\}$", "", line.strip(), flags=re.S) if "(" not in line.split("=")[0] else ""
            if not line or line.startswith(("using", "friend", "static")):
                continue
            fields += re.findall(r"(\w+)(?=,|$)", re.sub(r"<.*>", "", line))
        yield found.group(1), [name for name in fields if not name[0].isupper()]


def every_value_of_the_config_is_asked_for():
    outside = "\n".join(text_of(*sorted(path.name for path in SRC.iterdir() if path.is_dir() and path.name != "config")).values())
    inside = text_of("config")
    # Looked for once: every name that stands behind a dot or an arrow.
    members, all_members = (set(re.findall(r"(?:\.|->)(\w+)", text)) for text in (outside, "\n".join(inside.values())))
    sections = set(re.findall(r"\bconfig_?\.(\w+\.\w+)", outside))
    unused, count = [], 0
    for path, text in inside.items():
        if path.suffix != ".h":
            continue
        for struct, fields in structs(text):
            for field in fields:
                if field == "operator":  # a comparison
                    continue
                count += 1
                # Of the sections of a config the section's name must stand before it: many things have a depth or a window.
                section = {"Limits": "limits", "Journal": "journal", "Dedup": "dedup", "Ces": "ces", "Log": "log"}.get(struct)
                if f"{section}.{field}" not in sections if section else field not in (all_members if field in WITHIN.get(struct, ()) else members):
                    unused.append(f"{path.name}: {struct}::{field}")
    assert count > 120 and not unused, f"of {count} nobody asks for: {unused}"


def every_value_of_a_receiver_is_asked_for():
    """A kind keeps what it reads in its own members: each is declared, read, and used."""
    unused, count = [], 0
    for path, text in text_of("receivers").items():
        for const, names in re.findall(r"^  (const )?(?:std::|config::)?\w+(?:<[^;()]*>)? (\w+_(?:, \w+_)*)(?: = [^;]*)?;", text, re.M):
            for name in names.split(", "):
                count += 1
                if len(re.findall(rf"\b{name}\b", text)) < (2 if const else 3):
                    unused.append(f"{path.name}: {name}")
    assert count > 15 and not unused, f"of {count} nobody asks for: {unused}"


def every_flag_of_the_command_line_does_something():
    text = text_of("cli", "app")
    declares = lambda path: path.name.startswith("declare_") or path.name == "command_line.cc"
    lines = "\n".join(t for path, t in text.items() if declares(path))
    flags = re.findall(r'add_(?:option|flag)\(\s*"([^"]+)",\s*(?:[\w>-]+->|\w+\.)?((?:\w+\.)*\w+)', lines)
    declared = re.sub(r'add_(?:option|flag)\(\s*"[^"]+",\s*[\w.>-]+', "", lines)
    rest = declared + "\n".join(t for path, t in text.items() if not declares(path))
    dead = [(flag, field) for flag, field in flags if not re.search(rf"(\.|->){field.split('.')[-1]}\b", rest)]
    assert len(flags) > 40 and not dead, f"{len(flags)} flags; read and not asked for: {dead}"


def made():
    """Names of metrics that some code makes."""
    names = set()
    for text in text_of("app", "api", "deliver", "http", "ingest").values():
        if "MetricsPage" in text:
            names |= set(re.findall(r'"((?:alarum|process)_\w+)"', text))
    return names


def documented():
    return set(re.findall(r"^\| `((?:alarum|process)_\w+)` \|", (ROOT / "docs/metrics.md").read_text(), re.M))


def every_metric_is_documented_and_every_documented_one_is_made():
    more, less = made() - documented(), documented() - made()
    assert len(made()) > 50 and not more and not less, f"docs/metrics.md lacks {sorted(more)}, and has {sorted(less)} that nothing makes"


def what_the_documents_and_rules_say_of_metrics_is_true():
    wrong, names = [], made()
    for path in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", *(ROOT / "demo").rglob("*.yml"), *(ROOT / "demo").rglob("*.yaml")]:
        text = path.read_text()
        if path.name == "upgrading.md":  # the first column of a table has the old names
            text = re.sub(r"^\|[^|]*\|", "", text, flags=re.M)
        for name in re.findall(r"\b(alarum_[a-z_]*[a-z])\b(?![*/.])", text):
            if name == "alarum_session":  # a cookie
                continue
            if re.sub(r"_(bucket|sum|count)$", "", name) not in names and name not in names:
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert not wrong, wrong


def the_documents_explain_every_reason_for_a_suppression():
    words = re.findall(r"\{Why::\w+, \"(\w+)\"", (SRC / "model/suppression_reasons.cc").read_text())
    explained = [word for word in re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/not-notified.md").read_text(), re.M) if word != "why"]
    assert len(words) == 16 and explained == words, f"the code has {words}, docs/not-notified.md {explained}"


def the_page_of_old_names_has_those_of_the_code():
    page = (ROOT / "docs/upgrading.md").read_text()
    words = re.findall(r"\{Why::\w+, \"(\w+)\", \"(\w+)\"", (SRC / "model/suppression_reasons.cc").read_text())
    assert len(words) == 4, words
    for new, old in words:
        assert f"| `{old}` | `{new}` |" in page, (old, new)
    metrics = re.findall(r"^\| `(alarum_\w+)`(?: \(\w+\))? \| `(alarum_\w+)`(?: \(\w+\))? \|$", page, re.M)
    assert len(metrics) == 22 and all(old not in made() and new in made() for old, new in metrics), metrics
    for old, new in re.findall(r'add_renamed\(router, "([^"]+)", "([^"]+)"', (SRC / "api/routes.cc").read_text()):
        assert f"`GET {old}` | `GET {new}`" in page, (old, new)


if __name__ == "__main__":
    main([every_value_of_the_config_is_asked_for, every_value_of_a_receiver_is_asked_for, every_flag_of_the_command_line_does_something, every_metric_is_documented_and_every_documented_one_is_made, what_the_documents_and_rules_say_of_metrics_is_true, the_documents_explain_every_reason_for_a_suppression, the_page_of_old_names_has_those_of_the_code])
