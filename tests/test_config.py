"""conf/ proposes, params.yaml records: they agree, and neither is changed by something that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from projects import EPOCHS, ROOT, run_in

from tinysight.config import compose_params, compose_text, differences, load_params, write_params
from tinysight.errors import ConfigError

Edit = Callable[[Path, str, str], None]


def test_the_committed_lock_is_what_conf_composes_to() -> None:
    """A stale params.yaml would train something else than conf/ says."""
    assert differences(ROOT / "conf", ROOT / "params.yaml") == []
    assert (ROOT / "params.yaml").read_text() == compose_text(ROOT / "conf")


def test_the_header_says_that_the_lock_is_generated_and_how() -> None:
    first = (ROOT / "params.yaml").read_text().splitlines()[0]
    assert "make params" in first
    assert "Edit conf/" in first


def test_dvc_composes_the_same_bytes(project: Path) -> None:
    """After `dvc exp run` without overrides git sees no change in params.yaml."""
    from dvc.utils.hydra import compose_and_dump

    target = project / "composed.yaml"
    compose_and_dump(target, str(project / "conf"), None, "config", str(project / "plugins"), [])
    assert target.read_bytes() == (project / "params.yaml").read_bytes()


@pytest.mark.parametrize("group", [p for p in sorted((ROOT / "conf").iterdir()) if p.is_dir()], ids=lambda p: p.name)
def test_every_file_of_every_group_composes_and_fits_the_schema(group: Path) -> None:
    for file in sorted(group.glob("*.yaml")):
        key = "model@models.tried=" if group.name == "model" else f"{group.name}="
        if file.stem != "mine" and group.name != "tune":  # those are no part of params.yaml: tests/params
            compose_params(ROOT / "conf", [("+" if group.name == "model" else "") + key + file.stem])


def test_every_group_is_a_section_and_every_section_a_group() -> None:
    sections = set(yaml.safe_load((ROOT / "params.yaml").read_text())) - {"generated", "seed"}
    groups = {p.name for p in (ROOT / "conf").iterdir() if p.is_dir()} - {"experiment", "tune"}
    assert {("model" if s == "models" else s) for s in sections} == groups


def test_overrides_of_one_key_reach_the_lock() -> None:
    assert compose_params(ROOT / "conf", ["train.epochs=3"]).train.epochs == 3


def test_a_rung_can_be_dropped_and_added() -> None:
    dropped = compose_params(ROOT / "conf", ["~model@models.svm"])
    added = compose_params(ROOT / "conf", ["+model@models.big=small_cnn", "models.big.width=64"])
    assert "svm" not in dropped.models
    assert added.models["big"].kind == "small_cnn"


def test_differences_name_the_key_and_both_values(project: Path, edit: Edit) -> None:
    edit(project / "params.yaml", "rotation: 10\n  shear", "rotation: 25\n  shear")
    (line,) = differences(project / "conf", project / "params.yaml")
    assert line == "augment.rotation: conf/ has 10, params.yaml has 25"


def test_an_applied_experiment_is_named_key_by_key(project: Path) -> None:
    """`tinysight params --check` after `dvc exp apply` says what to change in conf/."""
    text = compose_text(project / "conf", ["train.epochs=3", "~model@models.mlp"])
    (project / "params.yaml").write_text(text)
    done = run_in(project, "tinysight", "params", "--check", fails=True)
    assert f"train.epochs: conf/ has {EPOCHS.split()[1]}, params.yaml has 3" in done.stdout
    assert "models.mlp.kind: conf/ has mlp, params.yaml has no such key" in done.stdout


def test_a_wrong_conf_leaves_the_old_lock_in_place(project: Path, edit: Edit) -> None:
    before = (project / "params.yaml").read_bytes()
    edit(project / "conf" / "train" / "default.yaml", EPOCHS, "epochs: many")
    with pytest.raises(ConfigError, match=r"train\.epochs.*\"many\""):
        write_params(project / "conf", project / "params.yaml")
    assert (project / "params.yaml").read_bytes() == before
    assert not list(project.glob("*.part"))


def test_a_lock_that_is_not_yaml_is_one_clear_error(project: Path) -> None:
    (project / "params.yaml").write_text("a: [1,\nb: }")
    with pytest.raises(ConfigError, match=r"params\.yaml is not YAML.*make params"):
        load_params(project / "params.yaml")


def test_a_file_of_conf_that_is_not_yaml_is_one_clear_error(project: Path, edit: Edit) -> None:
    edit(project / "conf" / "train" / "default.yaml", EPOCHS, "epochs: [20")
    done = run_in(project, "tinysight", "params", fails=True)
    assert "train/default.yaml" in done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_a_missing_lock_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="missing"):
        load_params(tmp_path / "params.yaml")


def test_an_unknown_option_names_the_group(project: Path) -> None:
    with pytest.raises(ConfigError, match="dataset/nope"):
        compose_params(project / "conf", ["dataset=nope"])
