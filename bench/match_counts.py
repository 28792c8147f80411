"""Whether the index finds what a plain one-by-one evaluation finds, on the five rule files of ../shared/bench, in their order and shuffled.

python3 bench/match_counts.py BINARY DIR [EVENTS]     (DIR: of ../shared/bench/gen_events.py)

Counts of all events must be those that ../shared/bench/README.md states; which rules the first EVENTS (200) fit must be what the evaluation below says, which shares no code with the index.
"""
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

EXPECTED = {10: 2, 100: 96, 1000: 1041, 10000: 10390, 100000: 107943}
ABSENT = object()


def values_at(value, path):
    if isinstance(value, list):
        return [found for item in value for found in values_at(item, path)]
    if not path:
        return [value]
    return values_at(value[path[0]], path[1:]) if isinstance(value, dict) and path[0] in value else []


def numeric(bounds, value):
    tests = {">=": value.__ge__, ">": value.__gt__, "<=": value.__le__, "<": value.__lt__, "=": value.__eq__}
    return all(tests[bounds[i]](bounds[i + 1]) for i in range(0, len(bounds), 2))


def wildcard(pattern):
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.S).fullmatch


# A test of the values at one path: whether one of them passes one alternative.
def field_test(path, alternatives):
    tests = []
    for wanted in alternatives:
        if not isinstance(wanted, dict):
            tests.append(lambda v, w=wanted: v == w)
            continue
        (operator, operand), = wanted.items()
        tests.append({
            "prefix": lambda v, o=operand: isinstance(v, str) and v.startswith(o),
            "suffix": lambda v, o=operand: isinstance(v, str) and v.endswith(o),
            "wildcard": lambda v, f=wildcard(operand) if operator == "wildcard" else None: isinstance(v, str) and bool(f(v)),
            "numeric": lambda v, o=operand: isinstance(v, (int, float)) and numeric(o, float(v)),
            "anything-but": lambda v, o=operand: v is not ABSENT and v not in o,
            "exists": lambda v, o=operand: (v is not ABSENT) == o,
        }[operator])
    return path, lambda values: any(test(value) for value in values or [ABSENT] for test in tests)


def field_tests(pattern, path=()):
    tests = []
    for name, inner in pattern.items():
        tests += field_tests(inner, (*path, name)) if isinstance(inner, dict) else [field_test((*path, name), inner)]
    return tests


def plainly(rules, event):
    known = {}

    def values(path):
        if path not in known:
            known[path] = values_at(event, path)
        return known[path]

    return sorted(name for name, tests in rules if all(holds(values(path)) for path, holds in tests))


def run(binary, *arguments):
    return subprocess.run([binary, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def check(binary, folder, size, few):
    lines = (folder / f"rules-{size}.ndjson").read_text().splitlines()
    rules = [(rule["name"], field_tests(rule["pattern"])) for rule in map(json.loads, lines)]
    wanted = [plainly(rules, json.loads(event)) for event in few.read_text().splitlines()]
    good = True
    for order in ("in order", "shuffled"):
        if order == "shuffled":
            random.Random(size).shuffle(lines)
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            count = json.loads(run(binary, "bench", "match", "--patterns", file.name, "--events", folder / "events.ndjson", "--rounds", 1))["matches"]
            found = [[] for _ in wanted]
            for line in map(json.loads, run(binary, "match", "--patterns", file.name, "--events", few).splitlines()):
                found[line["line"] - 1] = sorted(line["matches"])
        good = good and count == EXPECTED[size] and found == wanted
        print(f"{size:>6} rules {order}: {count} matches, {EXPECTED[size]} expected; first {len(wanted)} events: {sum(map(len, found))} matches, one by one {sum(map(len, wanted))}, "
              f"{'the same' if found == wanted else 'DIFFERENT'}", flush=True)
    return good


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch, (folder / "events.ndjson").open() as events:
        few = pathlib.Path(scratch) / "few.ndjson"
        few.write_text("".join(next(events) for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 200)))
        results = [check(binary, folder, size, few) for size in EXPECTED]
    sys.exit(0 if all(results) else 1)


main()
