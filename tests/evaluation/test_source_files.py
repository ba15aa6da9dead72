from pathlib import Path

import numpy as np
import pytest
from onnx_models import solid_png, tiny_model
from projects import ROOT

from tinysight.config import compose_params
from tinysight.data.imageset import Sample
from tinysight.data.sources.source import SourceFile
from tinysight.evaluation.source_files import HeldOut, judge
from tinysight.params import EvaluateParams
from tinysight.predictor import Predictor

COLOURS = {"red": (200, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 200)}


@pytest.fixture
def predictor(tmp_path: Path) -> Predictor:
    return Predictor(tiny_model(tmp_path / "model.onnx"))


def held_out(*pictures: tuple[str, bytes]) -> HeldOut:
    files = [
        (Sample(f"{n}.png", f"{n:064}", name, 0), SourceFile(f"{n}.png", name, reader=lambda data=data: data))
        for n, (name, data) in enumerate(pictures)
    ]
    return HeldOut(np.arange(len(files), dtype=np.int64), files)


def all_colours() -> HeldOut:
    return held_out(*((name, solid_png(rgb)) for name, rgb in COLOURS.items()))


def moving(draws: int) -> EvaluateParams:
    return compose_params(ROOT / "conf").evaluate.model_copy(update={"draws": draws})


def test_each_model_is_right_where_its_best_class_is_the_true_one(predictor: Predictor, tmp_path: Path) -> None:
    other = Predictor(tiny_model(tmp_path / "other.onnx", ["green", "red", "blue"]))
    ours, theirs = judge([predictor, other], all_colours())
    assert ours.right.tolist() == [True, True, True]
    assert theirs.right.tolist() == [False, False, True]
    assert ours.moved_right.shape == (0, 3)


def test_confidence_is_the_best_classs_probability(predictor: Predictor) -> None:
    (marks,) = judge([predictor], all_colours())
    answers = [predictor.predict(solid_png(rgb)).confidence for rgb in COLOURS.values()]
    assert marks.confidence.tolist() == pytest.approx(answers, abs=1e-6)


def test_a_picture_that_cannot_be_decoded_is_a_wrong_answer(predictor: Predictor) -> None:
    pictures = held_out(("red", b"no picture"), ("green", solid_png(COLOURS["green"])))
    (marks,) = judge([predictor], pictures, moving(2))
    assert marks.right.tolist() == [False, True]
    assert marks.moved_right.tolist() == [[False, True]] * 2
    assert marks.confidence[0] == 0
    (none,) = judge([predictor], held_out(("red", b"no picture")))
    assert none.right.tolist() == [False]


def test_a_class_that_a_model_does_not_know_is_never_right(predictor: Predictor) -> None:
    (marks,) = judge([predictor], held_out(("yellow", solid_png((200, 200, 0)))))
    assert marks.right.tolist() == [False]


def test_many_pictures_are_judged_in_their_order(predictor: Predictor) -> None:
    names = [list(COLOURS)[number % 3] for number in range(150)]
    wrong = {5, 70, 149}
    pictures = held_out(*(
        (name, solid_png(COLOURS["red" if name == "green" else "green"] if n in wrong else COLOURS[name]))
        for n, name in enumerate(names)
    ))  # fmt: skip
    (marks,) = judge([predictor], pictures)
    assert set(np.flatnonzero(~marks.right)) == wrong


def test_the_digest_knows_pictures_and_labels_and_no_order() -> None:
    one, other = all_colours(), all_colours()
    assert HeldOut(other.rows, list(reversed(other.pictures))).digest == one.digest
    relabelled = held_out(*(("red", solid_png(rgb)) for rgb in COLOURS.values()))
    assert relabelled.digest != one.digest


def test_models_that_decode_alike_share_the_decoding(
    predictor: Predictor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded, decode = [], Predictor.decode

    def counted(self: Predictor, data: bytes) -> object:
        decoded.append(self.decoding)
        return decode(self, data)

    monkeypatch.setattr(Predictor, "decode", counted)
    alike = Predictor(tiny_model(tmp_path / "alike.onnx", seed=5))
    larger = Predictor(tiny_model(tmp_path / "larger.onnx", image_size=16))
    judge([predictor, alike, larger], all_colours())
    assert [place.image_size for place in decoded] == [8, 8, 8, 16, 16, 16]
