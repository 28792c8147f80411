"""The JSON Schemas for editors say what the readers say: the same keys, and every file that is shipped is valid under them."""
import json
import pathlib
import re
import subprocess

from harness import BINARY, ROOT, main, temporary

SCHEMAS = {name: json.loads((ROOT / "docs/schema" / f"{name}.json").read_text()) for name in ("rules", "tests", "config")}

# Words of the rule language (RULES.md): editors know them even where a reader says that this version does not have them.
LANGUAGE = {"count", "within", "distinct", "absent", "expect", "silent_share", "sequence", "for", "keep_firing_for", "hold", "max_keys", "annotate"}


def words(*folders):
    """Every word in quotes in the readers' sources: among them are all keys that they know."""
    found = set()
    for folder in folders:
        for path in (ROOT / "src" / folder).glob("*.cc"):
            found |= set(re.findall(r'"([a-z][a-z0-9_]*)"', path.read_text()))
    return sorted(found | {"nonsense"})


def refused(kind, text, place):
    """Keys of `text` that its reader does not know, or not in this version, at that place."""
    with temporary() as folder:
        path = pathlib.Path(folder) / ("t.test.yaml" if kind == "tests" else "t.yaml")
        path.write_text(text)
        command = {"rules": ["check", path], "config": ["check", "--config", path], "tests": ["test", path]}[kind]
        done = subprocess.run([BINARY, *map(str, command)], capture_output=True, text=True)
        said = done.stdout + done.stderr
        return set(re.findall(r'unknown key "(\w+)" in ' + place, said)) | set(re.findall(r'"(\w+)" (?:is not available in this version|cannot be overridden)', said))


def same_keys(kind, place, template, properties):
    # Each word alone: what comes of a value is another matter than whether the key is known.
    candidates = words(*{"rules": ["rules"], "config": ["config", "receivers"], "tests": ["engine"]}[kind])
    text = template.replace("KEYS", ", ".join(f"{word}: null" for word in candidates))
    known = set(candidates) - refused(kind, text, place)
    more, less = known - set(properties), set(properties) - known - LANGUAGE
    assert not more and not less, f"{kind}, {place}: the reader has {sorted(more)} more, the schema {sorted(less)}"


def rule_files_have_the_keys_that_the_reader_knows():
    top = SCHEMAS["rules"]["properties"]
    same_keys("rules", "a rule file", "{KEYS}", top)
    same_keys("rules", "(?:rule|a rule)", "rules: [{KEYS}]", top["rules"]["items"]["properties"])
    same_keys("rules", "the override", "rules: [{alert: A, match: a, until: b}]\noverride: {A: {KEYS}}", top["override"]["additionalProperties"]["properties"])
    same_keys("rules", "inventory", "inventory: {KEYS}", top["inventory"]["properties"])
    same_keys("rules", "defaults", "defaults: {KEYS}", top["defaults"]["properties"])


def config_files_have_the_keys_that_the_reader_knows():
    top = SCHEMAS["config"]["properties"]
    same_keys("config", "the config", "{KEYS}", top)
    same_keys("config", "route", "route: {KEYS}", SCHEMAS["config"]["$defs"]["route"]["properties"])
    same_keys("config", "inhibit_rules", "inhibit_rules: [{KEYS}]", top["inhibit_rules"]["items"]["properties"])
    same_keys("config", "receiver", "receivers: [{KEYS}]", top["receivers"]["items"]["properties"])
    for section in ("limits", "journal", "dedup", "ces", "log", "heartbeat", "silences", "auth", "smn", "sns", "tls"):
        same_keys("config", section, f"{section}: {{KEYS}}", top[section]["properties"])
    same_keys("config", "auth", "auth: {ingest: [{KEYS}]}", SCHEMAS["config"]["$defs"]["credentials"]["items"]["properties"])
    same_keys("config", "json", "json: {ci: {KEYS}}", top["json"]["additionalProperties"]["properties"])


def sources_have_the_keys_that_the_reader_knows():
    """The schema has one list for all kinds: every key of each kind is in it, and is a key of some kind."""
    properties = set(SCHEMAS["config"]["properties"]["sources"]["items"]["properties"])
    with temporary() as folder:
        path = pathlib.Path(folder) / "t.yaml"
        path.write_text("sources: [{}]")
        said = subprocess.run([BINARY, "check", "--config", str(path)], capture_output=True, text=True)
    kinds = re.search(r"exactly one of ([\w, ]+), to say", said.stdout + said.stderr)
    kinds = re.split(r", | or ", kinds.group(1))
    candidates, known = set(words("config")) | properties, set()
    for kind in kinds:
        others = ", ".join(f"{word}: null" for word in sorted(candidates - set(kinds)))
        known |= {kind} | candidates - set(kinds) - refused("config", f"sources: [{{{kind}: null, {others}}}]", "source")
    assert len(kinds) > 7 and known == properties, f"the readers have {sorted(known - properties)} more, the schema {sorted(properties - known)}"


def test_files_have_the_keys_that_the_reader_knows():
    test = SCHEMAS["tests"]["properties"]["tests"]["items"]["properties"]
    same_keys("tests", "test file", "{KEYS}", SCHEMAS["tests"]["properties"])
    same_keys("tests", "test", "rules: []\ntests: [{KEYS}]", test)
    start = "rules: []\ntests: [{name: a, events: [], "
    people = SCHEMAS["tests"]["$defs"]["people"]["properties"]
    same_keys("tests", "events", "rules: []\ntests: [{name: a, events: {KEYS}, expect: []}]", test["events"]["anyOf"][1]["properties"])
    same_keys("tests", "expect_people", start + "expect_people: {KEYS}}]", people)
    same_keys("tests", "first", start + "expect_people: {first: {KEYS}}}]", people["first"]["properties"])
    same_keys("tests", "variant", start + "expect_people: {at_most: 1}, variants: [{KEYS}]}]", test["variants"]["items"]["properties"])
    same_keys("tests", "an expected request", "rules: []\ntests: [{name: a, events: [], expect: [], expect_requests: [{KEYS}]}]", test["expect_requests"]["items"]["properties"])


def what_is_shipped_is_valid():
    import jsonschema
    import yaml

    for path in sorted([*(ROOT / "rules").rglob("*.yaml"), *(ROOT / "tests/stories").glob("*.yaml")]):
        tree = yaml.safe_load(path.read_text())
        if not isinstance(tree, dict):
            continue  # a table
        kind = "tests" if path.name.endswith(".test.yaml") else "rules"
        fault = next(jsonschema.Draft202012Validator(SCHEMAS[kind]).iter_errors(tree), None)
        assert not fault, f"{path}: {'/'.join(map(str, fault.path))}: {fault.message}"


if __name__ == "__main__":
    main([rule_files_have_the_keys_that_the_reader_knows, config_files_have_the_keys_that_the_reader_knows, sources_have_the_keys_that_the_reader_knows,
          test_files_have_the_keys_that_the_reader_knows, what_is_shipped_is_valid])
