"""The drawing of a candidate's robustness names the class that ends lowest, in any script and with any sign."""

import pytest
from evaluated import curves_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from tinysight.evaluation.score_figures import draw_curves


def ending(name: str, left: float):
    """A curve at whose last level so much is left of the class of this name, and 90 % of the others."""
    others = {f"class {number}": 0.95 for number in range(40)}
    curve = curves_of(0.9)[2]
    points = [
        point.model_copy(update={"per_class": {**dict.fromkeys(others, point.accuracy), name: share}})
        for point, share in zip(curve.points, (0.9, 0.8, left), strict=True)
    ]
    return curve.model_copy(update={"points": points})


@pytest.mark.parametrize(
    ("name", "left", "said"),
    [("bolt", 0.61, "bolt: 61 %"), ("$a$ $", 0.0, "$a$ $: 0 %"), ("外套", 0.08, "外套: 8 %"),
     ("a name much longer than the room", 0.5, "a name much longe…: 50 %")],
)  # fmt: skip
def test_the_class_that_ends_lowest_is_named_with_what_is_left_of_it(monkeypatch, tmp_path, name, left, said):
    drawn = []
    monkeypatch.setattr("tinysight.evaluation.score_figures.save_figure", lambda figure, _: drawn.append(figure))
    draw_curves(tmp_path / "a.png", [ending(name, left), *curves_of(0.5)], "svm")
    named, *others = drawn[0].axes[:4]
    assert [text.get_text() for text in named.texts] == [said]
    assert [text.get_text() for axes in others for text in axes.texts] == []  # cats and dogs end alike there
    assert named.texts[0].get_color() == named.lines[-1].get_color()
    assert list(named.lines[-1].get_ydata()) == [0.9, 0.8, left]  # also beyond the thirty that are drawn thinly


@pytest.mark.parametrize("left", [0.0, 0.09, 0.11, 0.85])
def test_the_name_stays_within_the_drawing(monkeypatch, tmp_path, left):
    drawn = []
    monkeypatch.setattr("tinysight.evaluation.score_figures.save_figure", lambda figure, _: drawn.append(figure))
    draw_curves(tmp_path / "a.png", [ending("a name much longer than the room", left)], "svm")
    canvas, axes = FigureCanvasAgg(drawn[0]), drawn[0].axes[0]
    canvas.draw()
    frame, text = axes.get_window_extent(), axes.texts[0].get_window_extent()
    assert frame.x0 < text.x0 < text.x1 < frame.x1
    assert frame.y0 <= text.y0 + 1 < text.y1 <= frame.y1


def test_the_same_curves_give_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        draw_curves(tmp_path / name, [ending("bolt", 0.61), *curves_of(0.5)], "svm")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert min(image.size) > 250
