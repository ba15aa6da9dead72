"""A stage that the system ends is its candidate's failure; one that a person ends is none."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from shapes import write_shapes
from tiny_datasets import make_params

from tinysight.models.checkpoints import STATE
from tinysight.models.status import OK, STATUS, read_status
from tinysight.paths import Paths

# a stage's stand-in: it tells the number of its copy, and waits
PROGRAM = """
import os, signal, sys, time
# as in a terminal, also where the tests run in the background or under nohup
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from tinysight.stages.apart import run_apart
def work():
    print(os.getpid(), flush=True)
    time.sleep(60)
    return 0
def ended(number):
    print(number.name, flush=True)
    return 7
sys.exit(run_apart(work, ended))
"""
WORDS = [sys.executable, "-c", PROGRAM]


def start() -> tuple["subprocess.Popen[str]", int]:
    silent = subprocess.DEVNULL
    run = subprocess.Popen(WORDS, stdout=subprocess.PIPE, stderr=silent, text=True, start_new_session=True)
    return run, int(run.stdout.readline())


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def is_gone(pid: int) -> bool:
    end = time.monotonic() + 10
    while lives(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not lives(pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_the_death_of_the_copy_is_told_and_survived(number):
    run, copy = start()
    os.kill(copy, number)
    assert run.communicate(timeout=20)[0] == f"{number.name}\n"
    assert run.returncode == 7


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("everybody", [False, True])
def test_whoever_ends_the_stage_ends_its_copy_and_nothing_is_told(number, everybody):
    run, copy = start()
    (os.killpg if everybody else os.kill)(run.pid, number)
    assert run.communicate(timeout=20)[0] == ""
    assert run.returncode == -number
    assert is_gone(copy)


def test_an_exit_code_and_the_terminal_are_passed_on():
    work = "lambda: print(sys.stderr.isatty()) or 3"  # a progress bar asks so
    code = f"import sys; from tinysight.stages.apart import run_apart; sys.exit(run_apart({work}, print))"
    ours, theirs = os.openpty()
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs, check=False, timeout=20)
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, done.stdout) == (3, b"True\n")


@pytest.mark.slow
def test_a_training_that_the_kernel_kills_is_a_failure_and_goes_on_when_tried_again(tmp_path: Path) -> None:
    write_shapes(tmp_path, train=240)
    params = make_params("train.epochs=5", "model@models.small_cnn=small_cnn").model_dump(mode="json", by_alias=True)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    paths, stage = Paths(tmp_path), [sys.executable, "-m", "tinysight.stages", "train", "small_cnn"]
    run = subprocess.Popen(stage, cwd=tmp_path)
    while run.poll() is None and not (saved := list(paths.checkpoints("small_cnn").glob(f"*/{STATE}"))):
        time.sleep(0.01)
    (copy,) = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    os.kill(int(copy), signal.SIGKILL)
    assert run.wait(timeout=20) == 0
    assert [path.name for path in paths.train("small_cnn").iterdir()] == [STATUS]
    reason = read_status(paths.train("small_cnn")).reason
    assert reason.startswith("train was ended by signal 9 (Killed), perhaps because the memory did not suffice.")
    assert saved[0].is_file()
    assert subprocess.run(stage, cwd=tmp_path, check=False, timeout=200).returncode == 0
    assert read_status(paths.train("small_cnn")) == OK
