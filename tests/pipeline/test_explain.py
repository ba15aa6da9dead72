"""The commands of `tinysight registry explain`, typed as they are printed."""

import json
from pathlib import Path

import pytest
from PIL import Image
from pipelines import aliases
from projects import commit, run_in

pytestmark = pytest.mark.slow
OF_THE_MACHINE = ("make install", "source .venv/bin/activate")  # the environment of the tests stands for them


def test_a_version_made_three_commits_ago_is_made_again_in_a_clean_clone(finished: Path) -> None:
    """And answers as the version does: the project by now has other settings, other pictures and another result."""
    (version,) = aliases(finished)
    grow(finished)
    told = json.loads(run_in(finished, "tinysight", "registry", "explain", version["version"], "--json").stdout)
    found = {one["what"]: one["holds"] for one in told["findings"]}
    assert (found["commit"], found["settings"], found["pictures"]) == (True, True, True), told["findings"]
    assert run_in(finished, "git", "rev-list", "--count", f"{version['git_commit']}..HEAD").stdout == "3\n"
    typed = [command for command in told["commands"] if command not in OF_THE_MACHINE]
    assert len(typed) == len(told["commands"]) - 2
    run_in(finished, "bash", "-e", "-c", "\n".join(typed))
    compared = json.loads(run_in(finished, *told["comparing"].split(), "--json").stdout)
    assert compared["same"] >= 0.995 * compared["rows"]
    clone = finished.parent / "project-1-again"
    assert sorted(path.name for path in (clone / "models").iterdir()) == [told["candidate"].removesuffix("_int8")]


def grow(project: Path) -> None:
    """Three commits: another setting, another picture, a note; what the version was made from is pushed before."""
    run_in(project, "dvc", "push", "data/raw.dvc")
    train = project / "conf" / "train" / "default.yaml"
    train.write_text(train.read_text().replace("batch_size: 128", "batch_size: 32"))
    run_in(project, "tinysight", "params")
    commit(project, "smaller batches")
    known = next(iter(sorted((project / "data" / "raw").rglob("*.png"))))
    Image.open(known).convert("RGB").rotate(180).save(known.with_name("one-more.png"))
    run_in(project, "dvc", "add", "data/raw")
    commit(project, "a picture more")
    (project / "NOTES.md").write_text("why\n")
    commit(project, "a note")
