"""Loggers are asked for by name, none by default, and watch a training without changing it."""

import subprocess
from pathlib import Path

import keras
import pytest
from environments import make_environment
from projects import ROOT, project_environment
from studies import tuned_project
from tiny_datasets import make_params

from tinysight.errors import ConfigError
from tinysight.models import loggers as room
from tinysight.models.loggers import check_loggers, loggers
from tinysight.models.training import is_network
from tinysight.params import LoggerParams
from tinysight.paths import Paths
from tinysight.stages import train

READ = """
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
for folder in sys.argv[1:]:
    events = EventAccumulator(folder).Reload()
    print(*sorted({event.step for event in events.Tensors("epoch_accuracy")}))
"""


def test_by_default_nobody_watches_and_no_folder_is_made(tmp_path: Path) -> None:
    params = make_params().logger
    check_loggers(params)
    assert loggers(params, Paths(tmp_path), "digits", "mlp", {}) == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["tensorboard", "wandb"])
def test_a_missing_package_stops_the_stage_with_the_name_of_its_extra(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "find_spec", lambda package: None)
    params, paths = tuned_project(tmp_path, f"logger={name}")
    with pytest.raises(ConfigError, match=rf"package is not installed.*tinysight\[{name}\].*logger=none"):
        train.run(params, paths, "majority")
    assert not paths.train("majority").exists()


def test_tensorboards_callback_writes_below_the_state_folder(tmp_path: Path) -> None:
    params = LoggerParams(tensorboard=True, wandb=False)
    (callback,) = loggers(params, Paths(tmp_path), "digits", "mlp-1a2b", {})
    assert isinstance(callback, keras.callbacks.TensorBoard)
    assert Path(callback.log_dir) == tmp_path / ".tinysight" / "tensorboard" / "digits" / "mlp-1a2b"


def test_only_networks_have_epochs_to_watch() -> None:
    models = make_params().models
    assert {name for name, section in models.items() if is_network(section)} == {"mlp", "small_cnn", "tutorial_cnn"}


def curves(paths: Paths) -> str:
    return (paths.train("mlp") / "curves.csv").read_text()


def environment_with_loggers(place: Path) -> Path:
    """The locked loggers in an environment of their own, which sees this one's packages; its Python."""
    python = make_environment(place, ROOT / "requirements" / "loggers.txt") / "python"
    here = Path(pytest.__file__).parent.parent
    (site,) = (place / "lib").glob("python*/site-packages")
    (site / "ours.pth").write_text(f"import site; site.addsitedir({str(here)!r})\n")
    return python


@pytest.mark.slow
def test_both_loggers_see_each_epoch_offline_and_the_training_is_the_same(tmp_path: Path) -> None:
    python = environment_with_loggers(tmp_path / "venv")
    unwatched, alone = tuned_project(tmp_path / "alone", "train.epochs=3")
    train.run(unwatched, alone, "mlp")
    _, paths = tuned_project(tmp_path / "watched", "logger=tensorboard", "logger.wandb=true", "train.epochs=3")
    words = [str(python), "-m", "tinysight.stages", "train", "mlp"]
    nowhere = project_environment(HTTPS_PROXY="http://127.0.0.1:9")  # nothing leaves this machine
    done = subprocess.run(words, cwd=paths.root, env=nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert curves(paths) == curves(alone)
    folders = sorted(map(str, paths.logs("tensorboard").glob("digits/mlp-*/*")))
    assert [Path(folder).name for folder in folders] == ["train", "validation"]
    read = subprocess.run([str(python), "-c", READ, *folders], capture_output=True, text=True, check=True)
    assert read.stdout.splitlines() == ["0 1 2", "0 1 2"]
    (run,) = paths.logs("wandb").glob("offline-run-*/*.wandb")
    assert b"epoch/val_accuracy" in run.read_bytes()
