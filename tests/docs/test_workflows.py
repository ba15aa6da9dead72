"""CI does what a person can do at home, may only read, and knows no secrets."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_pages import make_targets
from our_commands import is_known
from projects import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    """A workflow; YAML 1.1 reads its key `on` as true."""
    content: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in content.items()}


def steps(path: Path) -> list[dict[str, Any]]:
    """All steps of all jobs."""
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_every_run_step_is_one_known_command(path: Path) -> None:
    commands = [step["run"] for step in steps(path) if "run" in step]
    assert commands
    assert [c for c in commands if "\n" in c or c.split()[0] not in {"make", "tinysight"} or not is_known(c)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_workflow_may_only_read(path: Path) -> None:
    workflow = read(path)
    granted = [workflow["permissions"], *(job.get("permissions", {}) for job in workflow["jobs"].values())]
    assert granted[0] == {"contents": "read"}
    assert all(level in {"read", "none"} for permissions in granted for level in permissions.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_workflow_knows_no_secrets_and_keeps_no_token(path: Path) -> None:
    assert "secrets." not in path.read_text(encoding="utf-8")
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_nothing_runs_for_ever_and_every_action_names_its_version(path: Path) -> None:
    assert all(job["timeout-minutes"] <= 120 for job in read(path)["jobs"].values())
    assert all("@v" in step["uses"] for step in steps(path) if "uses" in step)


def test_ci_checks_tests_and_runs_the_demo() -> None:
    run = {step["run"] for step in steps(ROOT / ".github/workflows/ci.yml") if "run" in step}
    assert run == {"make check", "make test", "make test-slow", "make demo"}
    assert {command.split()[1] for command in run} <= make_targets()


def test_retraining_follows_data_and_configuration_and_releases_nothing() -> None:
    workflow = read(ROOT / ".github/workflows/retrain.yml")
    assert set(workflow["on"]) == {"push", "workflow_dispatch"}
    assert set(workflow["on"]["push"]["paths"]) == {"data/**.dvc", "conf/**", "params.yaml", "dvc.lock"}
    assert workflow["jobs"]["retrain"]["env"] == {"TINYSIGHT_NO_PROMOTE": "1"}
    assert "concurrency" in workflow


def test_the_reports_of_a_retraining_are_kept() -> None:
    kept = [step["with"]["path"] for step in steps(ROOT / ".github/workflows/retrain.yml") if "upload" in str(step)]
    assert kept[0].split() == ["reports/data", "reports/verdict.*", "reports/release.md"]
