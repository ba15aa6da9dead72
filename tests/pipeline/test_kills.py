"""A pipeline killed with SIGKILL in any stage completes when it is started again, with the same result."""

import os
import signal
import time
from pathlib import Path

import pytest
from pipelines import aliases, verdict
from projects import run_in, start_in

pytestmark = pytest.mark.slow

STAGES = ["ingest", "validate", "split", "augment", "train@svm", "export@svm", "evaluate@svm", "select", "register"]


def kill_in(project: Path, stage: str, delay: float) -> bool:
    """Runs one stage by force and kills DVC with it; True if the stage was at work when the signal came."""
    run = start_in(project, "dvc", "repro", "-f", "-s", stage)
    name = f"tinysight.stages {stage.replace('@', ' ')}"
    while run.poll() is None and not _at_work(run.pid, name):
        time.sleep(0.01)
    time.sleep(delay)
    hit = _at_work(run.pid, name)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    return hit


def _at_work(session: int, name: str) -> bool:
    return any(name in line for line in _command_lines(session))


def _command_lines(session: int) -> list[str]:
    """The command lines of a session's processes."""
    lines = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                lines.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (OSError, ProcessLookupError):
            continue
    return lines


def result(project: Path) -> list[tuple[object, ...]]:
    """What must not depend on kills: the choice, and every score."""
    content = verdict(project)
    scores = [(c["name"], c["status"], c["val"]["accuracy"], c["test"]["accuracy"]) for c in content["candidates"]]
    return [(content["chosen"],), *scores]


@pytest.mark.timeout(1500)
def test_killed_in_any_stage_it_completes_with_the_same_result(finished: Path) -> None:
    """Each kill is followed by a plain `dvc repro`, as a person would start it again."""
    expected, hits = result(finished), 0
    for number, stage in enumerate(STAGES):
        hits += kill_in(finished, stage, delay=0.25 * (number % 4))
        run_in(finished, "dvc", "repro")
        assert result(finished) == expected, f"after a kill in {stage}"
        assert not list((finished / "data").rglob("*.part"))
    assert hits >= len(STAGES) - 2, "most kills must have come while the stage was at work"
    assert [v["version"] for v in aliases(finished) if "production" in v["aliases"]]
