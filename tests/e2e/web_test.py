"""The page's own checks (types, lint, unit tests), and what its build does where something is missing. Skipped (77) without Node.js or npm's packages."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys

from harness import PATIENCE, ROOT, main, temporary

WEB = ROOT / "web"


def npm(*command):
    done = subprocess.run(["npm", "run", *command], cwd=WEB, capture_output=True, text=True, timeout=4 * PATIENCE)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def types_and_lint_are_clean():
    npm("check")


def unit_tests_pass():
    npm("test")


def build(folder, mode="AUTO", node=None, npm_program=None, env=None, source=WEB):
    """(exit code, what it said, page.cc)"""
    binary = pathlib.Path(folder) / "web"
    done = subprocess.run(["cmake", f"-DMODE={mode}", f"-DNODE={shutil.which('node') if node is None else node}", f"-DNPM={shutil.which('npm') if npm_program is None else npm_program}",
                           f"-DSOURCE={source}", f"-DBINARY={binary}", "-P", str(ROOT / "cmake/build_page.cmake")], capture_output=True, text=True, timeout=4 * PATIENCE, env={**os.environ, **(env or {})})
    page = binary / "page.cc"
    return done.returncode, done.stdout + done.stderr, page.read_text() if page.exists() else ""


def a_page_is_built_below_its_limit():
    with temporary() as folder:
        code, said, page = build(folder)
        assert code == 0 and "left out" not in said, said
        assert '"index.html", "text/html; charset=utf-8"' in page, page[-2000:]
        served = "".join(path.read_text() for path in (pathlib.Path(folder) / "web/dist").rglob("*.html"))
        assert "<style" not in served and "<script>" not in served and "http" not in served, served
        again = build(folder)[2]
        assert again == page, "the same sources make another page"


def without_node_or_npm_the_build_goes_on_and_says_so():
    with temporary() as folder:
        for missing in ({"node": ""}, {"npm_program": "ALARUM_NPM-NOTFOUND"}):
            code, said, page = build(folder, **missing)
            assert code == 0 and "The page is left out: Node.js and npm were not there" in said, said
            assert "Node.js and npm were not there" in page, page
            code, said, page = build(folder, mode="ON", **missing)
            assert code != 0 and "ALARUM_WEB=ON" in said, said
        code, said, page = build(folder, mode="OFF")
        assert (code, said) == (0, "") and "ALARUM_WEB=OFF" in page, said


def without_a_registry_the_build_goes_on_and_says_so():
    with temporary() as folder, socket.socket() as taken:
        source = pathlib.Path(folder) / "source"
        shutil.copytree(WEB, source, ignore=shutil.ignore_patterns("node_modules", ".install.lock"))
        taken.bind(("127.0.0.1", 0))  # and never listens: refused
        registry = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        env = {"npm_config_registry": registry, "npm_config_cache": f"{folder}/cache", "npm_config_replace_registry_host": "always"}
        code, said, page = build(folder, source=source, env=env)
        assert code == 0 and "The page is left out: npm ci failed" in said, said
        assert "npm ci failed" in page and "ECONNREFUSED" in page, page
        assert "touch web/package.json" in said, said


if __name__ == "__main__":
    if not shutil.which("node") or not (WEB / "node_modules/vitest").exists():
        print("skipped: npm's packages are not installed (scripts/test installs them: cd web && npm ci)")
        sys.exit(77)
    main([types_and_lint_are_clean, unit_tests_pass, a_page_is_built_below_its_limit, without_node_or_npm_the_build_goes_on_and_says_so, without_a_registry_the_build_goes_on_and_says_so])
