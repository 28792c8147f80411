"""The Prometheus rules that are shipped: promtool's unit tests (*.test.yaml), in which each alert fires
and does not, and which see an alert that never fires; texts; the page that each names."""
import pathlib
import re
import shutil
import subprocess

import yaml
from harness import ROOT, main, temporary

HERE = pathlib.Path(__file__).parent
FILE = ROOT / "packaging/prometheus/alarum.rules.yaml"
TESTS = sorted(HERE.glob("*.test.yaml"))


def rules():
    return [rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]]


def promtool(*paths):
    done = subprocess.run(["promtool", "test", "rules", *map(str, paths)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def the_unit_tests_pass():
    code, said = promtool(*TESTS)
    assert code == 0 and said.count("SUCCESS") == len(TESTS) > 5, said


def each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not():
    fires, rests = set(), set()
    for path in TESTS:
        for case in yaml.safe_load(path.read_text())["tests"]:
            for one in case["promql_expr_test"]:
                name = re.search(r'alertname="(\w+)"', one["expr"]).group(1)
                (fires if one["exp_samples"] else rests).add(name)
    names = {rule["alert"] for rule in rules()}
    assert len(names) == len(rules()) and fires == names and rests == names - {"AlarumWatchdog"}, (names - fires, names - rests)


def the_unit_tests_see_an_alert_that_never_fires():
    for path in TESTS:
        with temporary() as folder:
            broken = yaml.safe_load(FILE.read_text())
            for group in broken["groups"]:
                for rule in group["rules"]:
                    rule["expr"] = f"({rule['expr']}) > Inf"
            pathlib.Path(folder, "broken.yaml").write_text(yaml.safe_dump(broken))
            copy = pathlib.Path(folder, path.name)
            copy.write_text(path.read_text().replace("../../packaging/prometheus/alarum.rules.yaml", "broken.yaml"))
            code, said = promtool(copy)
            expected = {re.search(r'alertname="(\w+)"', one["expr"]).group(1) for case in yaml.safe_load(path.read_text())["tests"] for one in case["promql_expr_test"] if one["exp_samples"]}
            assert code != 0 and expected <= set(re.findall(r'alertname=\\"(\w+)\\"', said)), said


def anchors(page):
    """Of its headings, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.M)}


def each_alert_says_what_to_do_and_names_its_paragraph():
    for rule in rules():
        texts = rule["annotations"]
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"} and set(rule["labels"]) == {"severity"}, rule
        assert rule["labels"]["severity"] in ("critical", "major", "warning", "info", "none"), rule
        assert set(texts) == {"summary", "description", "runbook_url"} and len(texts["summary"]) > 20 and len(texts["description"]) > 40, rule
        found = re.fullmatch(r"file:///usr/share/doc/alarum/([\w-]+\.md)#([\w-]+)", texts["runbook_url"])
        assert found and found.group(2) in anchors(ROOT / "docs" / found.group(1)), texts["runbook_url"]


def the_page_has_a_paragraph_of_each_alert_and_of_no_other():
    page = (ROOT / "docs/prometheus.md").read_text()
    listed = re.findall(r"^### (Alarum\w+)$", page, re.M)
    assert listed == [rule["alert"] for rule in rules()], (listed, [rule["alert"] for rule in rules()])
    for name in listed:
        text = re.search(rf"^### {name}\n\n(.*?)(?=\n#|\Z)", page, re.M | re.S).group(1)
        assert len(text) > 60, f"{name}: {text}"


if __name__ == "__main__":
    tests = [each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not, each_alert_says_what_to_do_and_names_its_paragraph, the_page_has_a_paragraph_of_each_alert_and_of_no_other]
    if shutil.which("promtool"):
        tests = [the_unit_tests_pass, the_unit_tests_see_an_alert_that_never_fires] + tests
    else:
        print("      skipped: the unit tests of the rules: promtool is not installed (scripts/packages --test)", flush=True)
    main(tests)
