"""Figures are whole PNG files, the same bytes from the same figures, in any script."""

from itertools import combinations

import numpy as np
import pytest
from evaluated import scores_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from tinysight.evaluation.figures import (
    ORANGE,
    Curves,
    draw_confusion_matrix,
    draw_learning_curves,
    read_curves,
)
from tinysight.evaluation.verdict.plane_figure import draw_plane
from tinysight.evaluation.verdict.plots import place_candidates

CURVES = Curves({"epoch": [1.0, 2.0], "loss": [2.0, 1.0], "accuracy": [0.5, 0.8], "val_loss": [2.1, 1.2]})


def confusion(path):
    draw_confusion_matrix(path, np.diag([5, 0, 7]), ["$a$ $", "外套", "a name much longer than the room"], "svm")


def curves(path):
    draw_learning_curves(path, CURVES, "small_cnn")


def scatter(path):
    ladder = [scores_of("majority", 0.1, 0, kind="majority"), scores_of("svm", 1.0, 10**6)]
    draw_plane(path, place_candidates(ladder, "svm", {"majority": 0, "svm": 1}), "$ digits")


@pytest.mark.parametrize("draw", [confusion, curves, scatter])
def test_a_figure_is_a_whole_picture_and_the_same_bytes_again(tmp_path, draw):
    for name in ("a.png", "b.png"):
        draw(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    assert min(pixels.shape[:2]) > 300
    assert (pixels != 255).any(axis=2).mean() > 0.01


def test_names_of_candidates_of_the_same_cost_do_not_cover_each_other(monkeypatch, tmp_path):
    """A network and its 8-bit file have as many multiply-adds and hardly differ in accuracy: they have one name."""
    drawn = []
    monkeypatch.setattr("tinysight.evaluation.verdict.plane_figure.save_figure", lambda figure, _: drawn.append(figure))
    same = [scores_of(name, 0.987, 10**7) for name in ("small_cnn", "small_cnn_int8", "another")]
    ladder = [scores_of("svm", 0.948, 10**6), scores_of("svm_int8", 0.8, 10**6), *same]
    plane = place_candidates(ladder, "small_cnn_int8", {one.name: 0 for one in ladder})
    draw_plane(tmp_path / "a.png", plane, "digits")
    canvas, (axes,) = FigureCanvasAgg(drawn[0]), drawn[0].axes
    canvas.draw()
    boxes = {text.get_text(): text.get_window_extent() for text in axes.texts}
    assert boxes.keys() >= {"svm", "svm_int8", "small_cnn, _int8", "another", "digits"}
    assert not any(one.overlaps(other) for one, other in combinations(boxes.values(), 2))
    assert all(axes.bbox.contains(*corner) for box in boxes.values() for corner in (box.min, box.max))
    highest = [line for line in axes.lines if line.get_marker() == "o"][-1]
    assert highest.get_color() == ORANGE, "the chosen one lies on top"


def test_many_classes_are_drawn_without_numbers(tmp_path):
    draw_confusion_matrix(tmp_path / "m.png", np.eye(40, dtype=np.int64), [f"class {i}" for i in range(40)], "svm")
    assert (tmp_path / "m.png").stat().st_size > 1000


def test_curves_are_read_by_column(tmp_path):
    (tmp_path / "curves.csv").write_text(
        "epoch,loss,accuracy,val_loss,val_accuracy\n1,2.5,0.5,2.6,0.4\n2,1.5,0.7,1.9,0.6\n"
    )
    read = read_curves(tmp_path / "curves.csv")
    assert len(read) == 2
    assert read.columns["val_accuracy"] == [0.4, 0.6]


def test_a_candidate_without_epochs_has_no_curves(tmp_path):
    (tmp_path / "curves.csv").write_text("epoch,loss,accuracy,val_loss,val_accuracy\n")
    assert len(read_curves(tmp_path / "curves.csv")) == 0
    assert len(read_curves(tmp_path / "absent.csv")) == 0
