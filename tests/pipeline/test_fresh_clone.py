"""The README's first command in a fresh clone, as a newcomer runs it."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from pipelines import shorten
from projects import ROOT, commit, run_in

pytestmark = pytest.mark.slow


@pytest.mark.timeout(1500)
def test_make_demo_works_in_a_fresh_clone_and_trains_nothing_the_second_time(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run_in(tmp_path, "git", "clone", "-q", f"file://{ROOT}", str(clone))
    train_briefly(clone)
    first = make_demo(clone)
    assert "train@small_cnn" in first
    assert served_answers(first) >= 15
    second = make_demo(clone)
    assert "Running stage" not in second
    assert served_answers(second) == served_answers(first)
    assert run_in(clone, "git", "status", "--porcelain", "--untracked-files=no").stdout == ""


def train_briefly(clone: Path) -> None:
    """The whole ladder, but few epochs: how well it learns from all of them is measured by benchmarks."""
    for key, value in (("name", "tester"), ("email", "tester@example.invalid")):
        run_in(clone, "git", "config", f"user.{key}", value)
    shorten(clone)
    run_in(clone, "tinysight", "params")
    commit(clone, "few epochs")


def make_demo(clone: Path) -> str:
    """Runs `make demo` with nothing of this environment but what a login has; shows how long it took."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIRTUAL_ENV", "TINYSIGHT_", "MLFLOW_", "DVC_"))}
    began = time.monotonic()
    done = subprocess.run(["make", "demo"], cwd=clone, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    print(f"make demo: {time.monotonic() - began:.0f} s")
    return done.stdout


def served_answers(output: str) -> int:
    """How many of the held-out pictures the service named rightly, as the demo printed it."""
    found = re.search(r"(\d+) right of \d+ answered", output)
    assert found, output[-2000:]
    return int(found[1])
