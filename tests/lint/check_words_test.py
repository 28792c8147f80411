"""scripts/check-words finds a private word where its list says so, and nowhere else."""
import pathlib
import subprocess
import tempfile

from harness import ROOT, main


def check(files, words):
    """Exit code and lines of the check over a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {"list.txt": words, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        done = subprocess.run([ROOT / "scripts/check-words", "--root", root, "--words", root / "list.txt"], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines() or [done.stderr.strip()]


SOURCE = '''#include "told/told.h"
// we told them
const char* text = "who was \\"told\\"";  // "told" again
int told = R"(a raw
told)"[0] + '"';
'''


def a_word_is_found_in_the_places_of_its_line():
    for where, lines in {"strings": [3, 5], "comments": [2, 3], "code": [4]}.items():
        code, found = check({"src/a.cc": SOURCE}, f"{where} | told | notified\n")
        assert code == 1 and found == [f'src/a.cc:{n}: "told" in {where}: notified' for n in lines], (where, found)
    assert check({"src/a.cc": SOURCE}, "docs,scripts,names | told | notified\n") == (0, ["no private words"])
    code, found = check({"src/a.cc": SOURCE, "docs/a.md": "told\n", "scripts/told-b": "x\n# told"}, "all | told | notified\n")
    assert code == 1 and {line.split(": ")[1].split(" in ")[1] for line in found} == {"strings", "comments", "code", "docs", "scripts", "names"}, found


def a_word_is_a_whole_word_in_any_case():
    words = "docs | untold|anew | again\n"
    assert check({"docs/a.md": "Untold\nretold_untolded\nx\nanew.\n"}, words)[1] == ['docs/a.md:1: "Untold" in docs: again', 'docs/a.md:4: "anew" in docs: again']


def decisions_and_the_page_of_old_names_may_have_them():
    assert check({"docs/decisions/1.md": "told\n", "docs/upgrading.md": "told\n"}, "docs | told | notified\n")[0] == 0


def a_list_with_an_unknown_place_is_a_fault():
    code, said = check({}, "everywhere | told | notified\n")
    assert code == 1 and "unknown place everywhere" in said[0], said


if __name__ == "__main__":
    main([a_word_is_found_in_the_places_of_its_line, a_word_is_a_whole_word_in_any_case, decisions_and_the_page_of_old_names_may_have_them, a_list_with_an_unknown_place_is_a_fault])
