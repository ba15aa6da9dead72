"""A study whose process is killed at a third ends with the number of trials that was asked for."""

import csv
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from projects import project_environment
from studies import logistic_project

from tinysight.paths import Paths
from tinysight.tracking.store import open_store

pytestmark = pytest.mark.slow
TRIALS = 6


def start(paths: Paths) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "tinysight.cli", "tune", "logistic", "--trials", str(TRIALS)]
    return subprocess.Popen(
        words, cwd=paths.root, env=project_environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def kill_after_trial(number: int, run: "subprocess.Popen[str]") -> None:
    with run:
        assert run.stdout is not None
        for line in run.stdout:
            if re.match(rf"trial {number} of", line):
                break
        os.killpg(run.pid, signal.SIGKILL)  # it is publishing that trial
    assert run.returncode == -signal.SIGKILL, "it was over before it could be killed"


def values(paths: Paths) -> list[str]:
    with (paths.tune_report("logistic") / "trials.csv").open(encoding="utf-8", newline="") as file:
        return [f"{row['trial']} {row['penalty']} {row['val_moved_accuracy']}" for row in csv.DictReader(file)]


def test_killed_at_a_third_it_goes_on_to_the_number_asked_for_as_if_nothing_had_been(tmp_path: Path) -> None:
    whole, cut = (logistic_project(tmp_path / name) for name in ("whole", "cut"))
    assert start(whole).communicate()[0].count(": val, moved: ") == TRIALS
    kill_after_trial(TRIALS // 3, start(cut))
    said, _ = start(cut).communicate(timeout=200)
    assert f"{TRIALS // 3} of {TRIALS} trials are done already." in said
    assert len(values(cut)) == TRIALS
    assert values(cut) == values(whole)
    with open_store(cut, write=False) as store:
        (experiment,) = [found for found in store.client.search_experiments() if found.name != "Default"]
        runs = store.client.search_runs([experiment.experiment_id])
    trials = sorted(int(run.data.tags["tinysight.trial"]) for run in runs if "tinysight.trial" in run.data.tags)
    assert trials == list(range(1, TRIALS + 1))
    assert len(runs) == TRIALS + 1
    assert all("tinysight.complete" in run.data.tags for run in runs)
