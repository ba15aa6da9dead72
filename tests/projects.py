"""Scratch projects for tests, and commands run in them as a user would."""

import atexit
import functools
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml

from tinysight.config import write_params

PORTS = (20_000, 32_000)
_asked = itertools.count()
ROOT = Path(__file__).resolve().parent.parent
# as conf/ and params.yaml write it; read as plain YAML, so that tests that need no parameters run with stale ones too
EPOCHS = f"epochs: {yaml.safe_load((ROOT / 'params.yaml').read_text())['train']['epochs']}"
PROJECT_FILES = ("conf", "dvc.yaml", "params.yaml", ".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore")


def make_project(folder: Path) -> Path:
    """Copies the pipeline's files into a new git repository."""
    shutil.copytree(_template(), folder, symlinks=True, dirs_exist_ok=True)
    run_in(folder, "git", "update-index", "-q", "--refresh")  # git knows files by inode and time, too
    return folder


@functools.cache
def _template() -> Path:
    """One that is copied: composing the configuration and committing take half a second, a copy hundredths."""
    folder = Path(tempfile.mkdtemp(prefix="tinysight-project-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in PROJECT_FILES:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("mine.yaml"))
        else:
            shutil.copyfile(source, target)
    config = folder / "conf" / "config.yaml"  # in a user's checkout it names his own data set
    config.write_text(re.sub(r"- dataset: \w+", "- dataset: digits", config.read_text()))
    write_params(folder / "conf", folder / "params.yaml")
    run_in(folder, "git", "init", "-q", "--template=", "-b", "main")
    run_in(folder, "git", "config", "user.name", "tester")
    run_in(folder, "git", "config", "user.email", "tester@example.invalid")
    commit(folder, "start")
    return folder


def commit(folder: Path, message: str) -> None:
    """Commits everything that git does not ignore."""
    run_in(folder, "git", "add", "-A")
    run_in(folder, "git", "commit", "-q", "--allow-empty", "-m", message)


def project_environment(**more: str) -> dict[str, str]:
    """This environment with the tests' Python first on PATH and no tracking server of the caller's."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TINYSIGHT_", "DVC_", "MLFLOW_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return {**environment, "PATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", **more}


def run_in(folder: Path, *words: str, fails: bool = False, **more: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command in a project; shows its output when it does not end as expected."""
    environment = project_environment(**more)
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if (done.returncode != 0) != fails:
        pytest.fail(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done


def start_in(folder: Path, *words: str, **more: str) -> "subprocess.Popen[bytes]":
    """Starts a command in a project, silent and in a session of its own: to kill its group is to kill all of it."""
    return subprocess.Popen(
        words,
        cwd=folder,
        env=project_environment(**more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_after(seconds: float, run: "subprocess.Popen[bytes]") -> None:
    """Kills a command that start_in started, with all that it started, unless it has ended by then."""
    time.sleep(seconds)
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def free_port() -> int:
    """A port of the loopback that nobody uses now, and that no other test process will ask for soon.

    It lies below those that the kernel gives to outgoing connections (32768 and up): one of them could take a port
    between its choice here and the start of the server that is to have it.
    """
    while True:
        port = PORTS[0] + (os.getpid() * 101 + next(_asked)) % (PORTS[1] - PORTS[0])
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
