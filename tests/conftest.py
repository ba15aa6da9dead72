"""What all tests share: scratch projects, and a CI in which a skipped test is a failed one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tinysight.config import write_params

ROOT = Path(__file__).resolve().parent.parent
PROJECT_FILES = ("conf", "dvc.yaml", "params.yaml", ".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a test that was skipped has not shown anything: it fails."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git checkout of the pipeline's files, without code: the code is the installed tinysight."""
    return make_project(tmp_path / "project")


def make_project(folder: Path) -> Path:
    """Copies the pipeline's files into a new git repository."""
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
    run_in(folder, "git", "init", "-q", "-b", "main")
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


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replaces text in a file, and fails where there is nothing to replace."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{path} does not hold {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
