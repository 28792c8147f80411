"""Lives of the bridge in the simulator: the same seed gives the same life, in this process and in another; every seed that ever failed is lived again; and as many new
ones as the time allows, from a seed that is printed."""
import os
import subprocess
import sys
import unittest

SIM = os.environ["ALARUM_SIM"]
SEEDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds.txt")


def run(*arguments):
    done = subprocess.run([SIM, *arguments], capture_output=True, text=True, timeout=1700)
    return done.returncode, done.stdout + done.stderr


class Lives(unittest.TestCase):
    def test_the_same_seed_gives_the_same_life(self):
        first = run("--seed", "1000", "--lives", "12", "--hash", "--go-on")[1]
        backwards = [run("--seed", str(seed), "--lives", "1", "--hash", "--go-on")[1] for seed in (1011, 1003, 1000)]
        hashes = dict(line.split() for line in first.splitlines() if len(line.split()) == 2 and line.split()[0].isdigit())
        self.assertEqual(12, len(hashes), first)
        for seed, text in zip(("1011", "1003", "1000"), backwards):
            self.assertIn(f"{seed} {hashes[seed]}", text)

    def test_seeds_that_failed_once_do_not_any_more(self):
        code, text = run("--seeds", SEEDS)
        self.assertEqual(0, code, text[-6000:])

    def test_new_lives(self):
        """CI's own run (.ci/run) has new ones; these are the same each time, so that a commit is judged by what it changed."""
        seed = int(os.environ.get("ALARUM_SIM_SEED", 1))
        lives = os.environ.get("ALARUM_SIM_LIVES", "20" if os.environ.get("ALARUM_SANITIZE") else "200")
        jobs = str(os.cpu_count() or 1)
        print(f"alarum-sim --seed {seed} --lives {lives} --jobs {jobs}", flush=True)
        code, text = run("--seed", str(seed), "--lives", lives, "--jobs", jobs)
        print(text.splitlines()[-1] if text else "", flush=True)
        self.assertEqual(0, code, f"seed {seed}\n" + text[-8000:])


if __name__ == "__main__":
    sys.exit(unittest.main())
