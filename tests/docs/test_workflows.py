"""CI does what a person can do at home, with no more rights than each job needs, and releases only after a merge."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown_pages import make_targets, page
from our_commands import is_known
from projects import ROOT, run_in
from workflows import FOLDER, WORKFLOWS, filled, jobs, read, steps

CI, RETRAIN, PROMOTE, RELEASE = (FOLDER / f"{name}.yml" for name in ("ci", "retrain", "promote", "release"))
PINNED = re.compile(r"uses: (actions/[a-z-]+)@([0-9a-f]{40}) # v(\d+\.\d+\.\d+)$", re.MULTILINE)
JOBS = [(path, name) for path in WORKFLOWS for name in jobs(path)]
EACH = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)


def test_the_schema_of_workflows_allows_them() -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*words, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing_dangerous_nor_careless() -> None:
    words = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--persona", "pedantic", str(FOLDER)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_every_run_step_is_one_known_command(path: Path) -> None:
    commands = [step["run"] for step in steps(path) if "run" in step]
    assert commands
    assert [c for c in commands if "\n" in c or c.split()[0] not in {"make", "tinysight"} or not is_known(c)] == []


@EACH
def test_every_action_is_githubs_own_and_pinned_with_its_version(path: Path) -> None:
    pinned = PINNED.findall(path.read_text(encoding="utf-8"))
    assert len(pinned) == sum("uses" in step for step in steps(path))
    everywhere = {found for other in WORKFLOWS for found in PINNED.findall(other.read_text(encoding="utf-8"))}
    assert len({action for action, _, _ in everywhere}) == len(everywhere)


@pytest.mark.parametrize(("path", "name"), JOBS, ids=lambda v: getattr(v, "stem", v))
def test_a_job_has_only_the_rights_that_it_needs_and_an_end(path: Path, name: str) -> None:
    granted: dict[str, dict[str, str]] = {
        "retrain": {"contents": "read", "id-token": "write"},
        "publish": {"contents": "write", "pull-requests": "write"},
        "promote": {"contents": "read", "id-token": "write"},
        "image": {"contents": "read", "packages": "write"},
    }
    assert read(path)["permissions"] == {}
    assert jobs(path)[name]["permissions"] == granted.get(name, {"contents": "read"})
    assert jobs(path)[name]["timeout-minutes"] <= 120
    assert "concurrency" in read(path)


@EACH
def test_no_checkout_keeps_the_token(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize(("path", "name"), JOBS, ids=lambda v: getattr(v, "stem", v))
def test_a_job_that_knows_secrets_has_an_environment_and_may_not_write(path: Path, name: str) -> None:
    job = jobs(path)[name]
    if "secrets." in str(job):
        assert job["environment"] in {"retrain", "production"}
        assert job["permissions"]["contents"] == "read"
    else:
        assert job.get("environment") in {None, "release"}


def test_ci_checks_tests_and_runs_the_demo_and_builds_the_image() -> None:
    run = {step["run"] for step in steps(CI) if "run" in step}
    assert run == {"make check", "make test", "make test-slow", "make demo", "make container-check"}
    assert {command.split()[1] for command in run} <= make_targets()
    assert set(read(CI)["on"]) == {"push", "pull_request", "workflow_dispatch"}


def test_retraining_follows_data_settings_results_clock_and_alarm_and_never_its_own_commits() -> None:
    on: dict[str, Any] = read(RETRAIN)["on"]
    assert set(on) == {"push", "pull_request", "schedule", "workflow_dispatch", "repository_dispatch"}
    paths = ["data/**.dvc", "conf/**", "params.yaml", "dvc.yaml", "dvc.lock"]
    assert on["push"]["paths"] == on["pull_request"]["paths"] == paths
    assert on["repository_dispatch"] == {"types": ["drift"]}
    own = "((github.event_name != 'push' && github.event_name != 'pull_request') || github.event.sender.type != 'Bot')"
    assert jobs(RETRAIN)["retrain"]["if"].endswith(f" && {own}")
    assert read(RETRAIN)["concurrency"]["cancel-in-progress"] is False


def test_what_a_training_leaves_takes_the_place_of_no_file_that_runs_with_the_right_to_write() -> None:
    publish = jobs(RETRAIN)["publish"]
    folder = next(step["with"]["path"] for step in publish["steps"] if "download-artifact" in step.get("uses", ""))
    assert publish["env"]["RESULTS"] == folder
    assert not (ROOT / folder).exists()


def test_a_forks_pull_request_is_not_retrained_and_no_workflow_runs_its_code_with_our_rights() -> None:
    condition = jobs(RETRAIN)["retrain"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    assert jobs(RETRAIN)["publish"]["needs"] == "retrain"
    assert [path.name for path in WORKFLOWS if {"pull_request_target", "workflow_run"} & set(read(path)["on"])] == []


def test_retraining_releases_nothing_and_promotion_waits_for_a_merge_of_results() -> None:
    assert jobs(RETRAIN)["retrain"]["env"] == {"TINYSIGHT_NO_PROMOTE": "1"}
    assert "promote" not in " ".join(step.get("run", "") for step in steps(RETRAIN))
    assert read(PROMOTE)["on"] == {"push": {"branches": ["main"], "paths": ["dvc.lock"]}, "workflow_dispatch": None}
    assert jobs(PROMOTE)["promote"]["environment"] == "production"
    assert [step["run"] for step in steps(PROMOTE) if "run" in step] == ["make ci-promote"]


def test_the_image_is_released_by_a_tag() -> None:
    assert read(RELEASE)["on"] == {"push": {"tags": ["v*"]}}
    assert [step["run"] for step in steps(RELEASE) if "run" in step] == ["make image-push"]


def test_everything_that_a_workflow_is_given_is_explained() -> None:
    text, names = page("docs/ci.md"), set()
    for path in WORKFLOWS:
        names |= set(re.findall(r"(?:secrets|vars)\.([A-Z_]+)", path.read_text(encoding="utf-8")))
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_an_expression_comes_to_what_github_makes_of_it() -> None:
    known = {"vars.ROLE": "r", "b": "2"}
    texts = ("${{ a || b }}", "${{ vars.ROLE && '/x' }}", "${{ vars.NO && '/x' }}", "v${{ b }}:${{ a }}")
    assert [filled(text, known) for text in texts] == ["2", "/x", "", "v2:"]


def test_the_image_is_pushed_in_small_letters_and_its_token_is_no_argument_and_not_kept(tmp_path: Path) -> None:
    """With a docker that only writes down what it is told: this machine has none, and nothing is to be pushed."""
    docker, told = tmp_path / "docker", tmp_path / "told"
    script = f"""#!/bin/sh
echo "$@" >> {told}
[ "$1" != login ] || cat > "$DOCKER_CONFIG/config.json"
echo "${{DOCKER_CONFIG:-}}" > {told}.config
"""
    docker.write_text(script)
    docker.chmod(0o755)
    given = {"IMAGE": "ghcr.io/Team/Parts:v1", "REGISTRY_USER": "me", "REGISTRY_TOKEN": "swordfish"}
    run_in(ROOT, "make", "-s", "image-push", **given, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert told.read_text().splitlines()[1:] == [
        "login ghcr.io -u me --password-stdin",
        "tag tinysight-serve ghcr.io/team/parts:v1",
        "push ghcr.io/team/parts:v1",
    ]
    assert "swordfish" not in told.read_text()
    assert not Path((tmp_path / "told.config").read_text().strip()).exists()
