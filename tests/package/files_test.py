"""What the package ships beside the program, read without installing it: every command that unit,
container file, Kubernetes objects and maintainer scripts name is one of the program; the health
check of the container; man pages and completions; reasons and licences."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml
from harness import BINARY, ROOT, Daemon, Webhook, main, temporary

PACKAGING = ROOT / "packaging"
# Where a shell, or a reader of a comment, takes the word `alarum` for the program.
PLACE = r"(?:(?:^|&&|\|\|?|;|--|\$\(|`|\bthen|[#:]) *|bin/|@/)alarum ((?:[a-z][a-z-]* ?)[^&|;`)\n]*)"


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, **options)
    return done.returncode, done.stdout, done.stderr


def lines_of(text):
    return [found.strip().split() for found in re.findall(PLACE, text, re.M)]


def container():
    """The instructions of the container file, lines joined: (word, rest)."""
    text = re.sub(r"^#.*\n", "", (PACKAGING / "container/Containerfile").read_text(), flags=re.M)
    return [line.split(" ", 1) for line in text.replace("\\\n", " ").splitlines() if line]


def health_check():
    rest = next(rest for word, rest in container() if word == "HEALTHCHECK")
    return json.loads(rest[rest.index("CMD ") + 4:])


def of_container():
    entry, command = ([json.loads(rest) for word, rest in container() if word == name][-1] for name in ("ENTRYPOINT", "CMD"))
    assert entry == ["/usr/bin/alarum"], entry
    check = health_check()
    assert check[:2] == ["/bin/sh", "-c"] and check[2].startswith(entry[0] + " "), check
    return [command, check[2].split(" || ")[0].split()[1:]]


def kubernetes_objects():
    return list(yaml.safe_load_all((PACKAGING / "kubernetes/alarum.yaml").read_text()))


def of_kubernetes():
    out = []
    for one in kubernetes_objects():
        pod = one.get("spec", {}).get("template", {}).get("spec", {})
        for box in pod.get("initContainers", []) + pod.get("containers", []):
            assert box["image"].startswith("alarum:"), box["image"]
            if "command" not in box:
                out.append(box["args"])
            else:
                assert box["command"][0] == "/bin/sh", box["command"]
                out += lines_of("\n".join(box["args"]))
    return out


def of_unit():
    return lines_of("\n".join(re.findall(r"^Exec\w+=(.*)$", (PACKAGING / "alarum.service.in").read_text(), re.M)))


def of_the_rest():
    prose = {"copyright", "lintian-overrides", "alarum.sysusers", "alarum.tmpfiles"}
    files = [path for path in sorted(PACKAGING.rglob("*")) if path.is_file() and path.name not in prose]
    return [words for path in files for words in lines_of(path.read_text())]


def wrong(words):
    """What is wrong with this command line; empty: nothing."""
    named = [word for word in words[:3] if re.fullmatch("[a-z][a-z-]*", word)]
    while named:
        code, said, _ = run(BINARY, *named, "--help")
        if code == 0:
            break
        named.pop()
    usage = re.search(r"Usage: (.*)", said).group(1) if named else ""
    if not named or " COMMAND" in usage:
        return f"alarum {' '.join(words)}: no such command"
    unknown = [word for word in words if re.match("--?[a-z]", word) and not re.search(rf"(?<![\w-]){re.escape(word.split('=')[0])}(?![\w-])", said)]
    return f"alarum {' '.join(words)}: no option {unknown}" if unknown else ""


def every_command_that_is_named_is_one():
    found = {"unit": of_unit(), "container": of_container(), "kubernetes": of_kubernetes(), "rest": of_the_rest()}
    first = {name: {words[0] for words in lines} for name, lines in found.items()}
    assert first["unit"] == {"serve", "check"}, first
    assert first["container"] == {"serve", "status"} and first["kubernetes"] == {"serve", "check", "reload"}, first
    assert len(found["rest"]) >= 6, found["rest"]
    faults = [(name, fault) for name, lines in found.items() for fault in map(wrong, lines) if fault]
    assert not faults, faults
    assert wrong(["healthy"]) and wrong(["silence", "healthy"]) and wrong(["check", "--healthy"]), "the test sees faults"


def the_container_is_healthy_while_the_daemon_answers():
    command = health_check()
    auth = "auth: {ingest: [{bearer_token: a}], admin: [{bearer_token: b}]}\n"
    with temporary() as folder, Daemon(folder, config=auth) as daemon:
        assert any("9797" in word for word in command), command
        at = lambda port: [word.replace("9797", str(port)).replace("/usr/bin/alarum", str(BINARY)) for word in command]
        code, said, faults = run(*at(daemon.port))
        assert (code, said) == (0, "ready\n"), (code, said, faults)
        assert run(*at(Webhook().url.rsplit(":", 1)[1]))[0] == 1, "another program answers"
        (pathlib.Path(daemon.data) / "lock").unlink()  # not ready, and alive: data_folder_gone
        code, said, faults = run(*at(daemon.port))
        assert code == 0 and said.endswith("not ready\n"), (code, said, faults)
        daemon.stop()
        assert run(*at(daemon.port))[0] == 1, "nobody answers"


def the_kubernetes_objects_fit_their_schemas():
    if not shutil.which("node") or not (ROOT / "tests/package/node_modules/kubernetes-models").exists():
        return print("      skipped: no schemas of Kubernetes (npm ci in tests/package, as scripts/test does)")
    script = str(ROOT / "tests/package/kubernetes.mjs")
    code, said, faults = run("node", script, input=json.dumps(kubernetes_objects()))
    assert code == 0 and said.count(": ok\n") == len(kubernetes_objects()) >= 5, said + faults
    broken = [{**one, "spec": {**one.get("spec", {}), "replicas": "one"}} for one in kubernetes_objects()]
    assert run("node", script, input=json.dumps(broken))[0] == 1, "the check sees faults"


def the_kubernetes_objects_name_what_is_there():
    by_kind = {one["kind"]: one for one in kubernetes_objects()}
    pod = by_kind["StatefulSet"]["spec"]["template"]["spec"]
    volumes = {one["name"] for one in pod["volumes"]} | {one["metadata"]["name"] for one in by_kind["StatefulSet"]["spec"]["volumeClaimTemplates"]}
    ports = {port["name"]: port["containerPort"] for box in pod["containers"] for port in box.get("ports", [])}
    for box in pod["containers"]:
        assert {one["name"] for one in box["volumeMounts"]} <= volumes, box["name"]
        assert box["securityContext"]["readOnlyRootFilesystem"] and box["securityContext"]["capabilities"] == {"drop": ["ALL"]}, box["name"]
    probes = [probe["httpGet"] for box in pod["containers"] for name, probe in box.items() if name.endswith("Probe")]
    assert sorted(one["path"] for one in probes) == ["/-/healthy", "/-/healthy", "/-/ready"] and {one["port"] for one in probes} <= set(ports), probes
    assert {one["targetPort"] for one in by_kind["Service"]["spec"]["ports"]} <= set(ports)
    assert {port["port"] for rule in by_kind["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]} <= set(ports)
    labels = by_kind["StatefulSet"]["spec"]["template"]["metadata"]["labels"]
    assert by_kind["Service"]["spec"]["selector"] == labels == by_kind["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]
    check_the_config_map(by_kind["ConfigMap"]["data"], ports["http"])


def check_the_config_map(files, port):
    with temporary() as folder:
        for name, text in {**files, "ingest": "a", "admin": "b"}.items():
            for path in ("/usr/share/alarum/rules", "/etc/alarum/rules"):
                text = text.replace(path, str(ROOT / "rules/relay"), 1)
            for path in ("/etc/alarum/secrets", "/etc/alarum/config"):
                text = text.replace(path, folder)
            with open(f"{folder}/{name}", "w") as out:
                out.write(text)
        assert f":{port}\n" in files["alarum.yaml"], files["alarum.yaml"]
        code, said, faults = run(BINARY, "check", f"{folder}/alarum.yaml")
        assert code == 0, said + faults


def man_pages():
    """A folder with what an installation makes, as cmake/package.cmake does."""
    folder = tempfile.mkdtemp()
    code, said, faults = run("cmake", f"-DALARUM={BINARY}", f"-DOUT={folder}/manual", "-P", str(ROOT / "cmake/manual.cmake"))
    assert code == 0, said + faults
    return folder


def man_pages_and_completions_have_no_fault():
    folder = man_pages()
    try:
        pages = sorted((ROOT / folder / "manual/man1").iterdir())
        listed = re.findall(r"^  ([a-z]+)  +\S", run(BINARY, "--help")[1], re.M)
        assert len(listed) > 25 and {path.name for path in pages} == {"alarum.1.gz", *(f"alarum-{one}.1.gz" for one in listed)}
        for path in pages:
            text = run("gzip", "-dc", str(path))[1]
            assert text.startswith(".TH ALARUM") and "\n.SH EXIT STATUS\n" in text, path
            if shutil.which("groff"):
                code, _, faults = run("groff", "-man", "-Tutf8", "-ww", input=text)
                assert code == 0 and not faults, f"{path.name}: {faults}"
        if not shutil.which("groff"):
            print("      skipped: groff is not installed")
        completes_in_bash(f"{folder}/manual/bash/alarum")
        for shell, file in (("zsh", "_alarum"), ("fish", "alarum.fish")):
            if shutil.which(shell):
                code, _, faults = run(shell, "-n", f"{folder}/manual/{shell}/{file}")
                assert code == 0 and not faults, faults
            else:
                print(f"      skipped: {shell} is not installed")
    finally:
        shutil.rmtree(folder)


def completes_in_bash(file):
    line = 'source "$0"; COMP_WORDS=(alarum silence "$1"); COMP_CWORD=2; _alarum; echo "${COMPREPLY[@]}"'
    code, said, faults = run("bash", "-c", line, file, "ex")
    assert (code, said.split(), faults) == (0, ["expire"], ""), (code, said, faults)


def every_lintian_override_has_a_reason():
    paragraphs = (PACKAGING / "debian/lintian-overrides").read_text().strip().split("\n\n")
    assert len(paragraphs) >= 3
    for one in paragraphs:
        assert re.match(r"(# .*\n)+(alarum: .*\n?)+$", one), one


def the_page_holds_nothing_without_a_licence():
    """What npm puts into the page: the packages that web/ depends on, and theirs; not the tool that builds it."""
    lock = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    wanted = set(lock[""]["dependencies"]) - {"vite"}
    texts, todo = (ROOT / "web/THIRD-PARTY.txt").read_text(), sorted(wanted)
    for name in todo:
        todo += sorted(set(lock[f"node_modules/{name}"].get("dependencies", {})) - set(todo))
    assert len(todo) >= 3, todo
    missing = [name for name in todo if f"== {name} {lock[f'node_modules/{name}']['version']}\n" not in texts]
    assert not missing, f"web/THIRD-PARTY.txt lacks {missing}"


if __name__ == "__main__":
    main([every_command_that_is_named_is_one, the_container_is_healthy_while_the_daemon_answers, the_kubernetes_objects_fit_their_schemas,
          the_kubernetes_objects_name_what_is_there, man_pages_and_completions_have_no_fault,
          every_lintian_override_has_a_reason, the_page_holds_nothing_without_a_licence])
