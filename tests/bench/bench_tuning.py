"""Tuning on the digits, killed at a third: what it finds on val, what that is worth on test, and how long it takes."""

import csv
import json
import os
import re
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from projects import commit, make_project, project_environment, run_in

from tests.bench.bench_digits import processor_seconds

TRIALS, SESSION_MINUTES = 30, 2.5
KILLED_AFTER = TRIALS // 3
CANDIDATE = "svm"
OTHERS = ("logistic", "mlp", "tutorial_cnn", "small_cnn", "transfer")  # not trained by the experiment
PREFIX = shlex.split(os.environ.get("BENCH_PREFIX", ""))  # such as a lock, on a machine that is shared


def measure() -> dict[str, object]:
    """Seconds, val accuracies of all trials, and test accuracies of the rung as it is and of the one that was found."""
    with tempfile.TemporaryDirectory(prefix="tuning-") as place:
        project = make_project(Path(place) / "project")
        run_in(project, "dvc", "repro", "augment")
        commit(project, "the rows")
        taken = processor_seconds()
        seconds, sessions = _tuned(project)
        processor = processor_seconds() - taken
        with (project / "reports" / "tune" / CANDIDATE / "trials.csv").open(encoding="utf-8", newline="") as file:
            trials = list(csv.DictReader(file))
        found = {
            "candidate": CANDIDATE,
            "trials": len(trials),
            "killed_after_trials": KILLED_AFTER,
            "sessions": sessions,
            "minutes": round(seconds / 60, 1),
            "processor_minutes": round(processor / 60, 1),
            "median_seconds_a_trial": round(statistics.median(float(one["seconds"]) for one in trials), 1),
            "load_of_the_machine": round(os.getloadavg()[2], 1),
            "failed": sum(one["end"] == "failed" for one in trials),
            "val": [float(one["val_moved_accuracy"]) if one["val_moved_accuracy"] else None for one in trials],
        }
        print(json.dumps(found), flush=True)
        return {**found, "test": _experiment(project)}


def _tuned(project: Path) -> tuple[float, int]:
    """All trials: in sessions, the one of the eleventh trial killed in its middle; seconds of work and sessions."""
    seconds, sessions, killed, done = 0.0, 0, False, 0
    while done < TRIALS:
        words = ["tinysight", "tune", CANDIDATE, "--trials", str(TRIALS), "--minutes", str(SESSION_MINUTES)]
        session = subprocess.Popen(
            [*PREFIX, *words], cwd=project, env=project_environment(), stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        sessions += 1
        started = None
        assert session.stdout is not None
        for line in session.stdout:
            started = started or time.monotonic()  # what it waited for its turn is no work
            print(line, end="", flush=True)
            number = re.match(r"trial (\d+) of", line)
            done = int(number[1]) if number else done
            if done == KILLED_AFTER and not killed:
                time.sleep(2)
                os.killpg(session.pid, signal.SIGKILL)
                killed = True
        code = session.wait()
        seconds += time.monotonic() - (started or time.monotonic())
        assert code == 0 or (killed and code == -signal.SIGKILL), code
    return seconds, sessions


def _experiment(project: Path) -> dict[str, Any]:
    """Test accuracy, and right answers of test, of the rung as it is and of what was found, from their files."""
    experiment = f"{CANDIDATE}_tuned"
    dropped = [word for name in OTHERS for word in ("-S", f"~model@models.{name}")]
    run_in(project, *PREFIX, "dvc", "exp", "run", "-S", f"experiment={experiment}", *dropped)
    scores = {
        name: json.loads((project / "scores" / name / "scores.json").read_text()) for name in (CANDIDATE, experiment)
    }
    return {
        name: {key: one["test"][key] for key in ("accuracy", "interval", "expected_accuracy", "rows")}
        for name, one in scores.items()
    } | {"chosen": json.loads((project / "reports" / "verdict.json").read_text())["chosen"]}
