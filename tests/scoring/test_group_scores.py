"""A group's pictures are decoded and classified; whatever one of them does, the others have their answer."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from onnx_models import solid_png, tiny_model

from tinysight.data.cores import on_all_cores
from tinysight.predictor import Predictor
from tinysight.scoring import group_scores
from tinysight.scoring.group_scores import RUN_PIXELS, Scorer, read_bytes
from tinysight.scoring.listing import Named
from tinysight.scoring.listing_file import Group

COLOURS = ((250, 0, 0), (0, 250, 0), (0, 0, 250))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "model.onnx")


def group_of(folder: Path, count: int) -> Group:
    pictures = []
    for number in range(count):
        path = folder / f"{number}.png"
        path.write_bytes(solid_png(COLOURS[number % 3]))
        pictures.append(Named(path.name, str(path)))
    return Group(0, pictures)


@pytest.mark.parametrize("size", [8, RUN_PIXELS])
def test_the_answers_are_the_predictors(tmp_path: Path, model: Path, size: int) -> None:
    """However many pictures go into one run of the model; here it is a large one's limit that says so."""
    group = group_of(tmp_path, 7)
    scores = Scorer(model.read_bytes(), 3, size)(group)
    expected = [Predictor(model).predict(Path(p.place).read_bytes()).probabilities for p in group.pictures]
    assert scores.probabilities == pytest.approx(np.array([[*each.values()] for each in expected]), abs=1e-6)
    assert scores.errors == {}


def test_broken_missing_and_odd_files_are_errors_of_their_own(tmp_path: Path, model: Path) -> None:
    group = group_of(tmp_path, 6)
    (tmp_path / "0.png").write_bytes(b"no picture")
    (tmp_path / "1.png").unlink()
    (tmp_path / "2.png").unlink()
    os.mkfifo(tmp_path / "2.png")
    (tmp_path / "3.png").unlink()
    (tmp_path / "3.png").mkdir()
    (tmp_path / "4.png").write_bytes(b"")
    scores = Scorer(model.read_bytes(), 3, 8)(group)
    assert np.isnan(scores.probabilities).all(axis=1).tolist() == [True] * 5 + [False]
    assert [scores.errors[n][:24] for n in range(5)] == [
        "Not a picture that can b", "The file cannot be read:", "It is no file. Name the ", "It is no file. Name the ",
        "The file is empty. Send "]  # fmt: skip


def test_a_group_of_broken_files_needs_no_model_run(tmp_path: Path, model: Path) -> None:
    scores = Scorer(model.read_bytes(), 3, 8)(Group(0, [Named("x", str(tmp_path / "x"))] * 3))
    assert sorted(scores.errors) == [0, 1, 2]


def test_a_file_larger_than_any_picture_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_scores, "LARGEST_FILE", 10)
    (tmp_path / "a.png").write_bytes(b"x" * 11)
    with pytest.raises(group_scores.ImageError, match="has 11 bytes; at most 10"):
        read_bytes(str(tmp_path / "a.png"))


def test_a_picture_that_ends_its_process_is_lost_alone(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = group_scores.read_bytes

    def deadly(place: str) -> bytes:
        if place.endswith("/4.png"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(place)

    monkeypatch.setattr(group_scores, "read_bytes", deadly)
    scorer, group = Scorer(model.read_bytes(), 3, 8), group_of(tmp_path, 9)
    (found,) = on_all_cores(scorer, [group], scorer.one_by_one, batch=1)
    assert list(found.errors) == [4]
    assert "ended (Killed)" in found.errors[4]
    best = np.argmax(np.nan_to_num(found.probabilities, nan=-1), axis=1)
    assert best.tolist() == [0, 1, 2, 0, 0, 2, 0, 1, 2]
