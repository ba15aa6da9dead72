"""The verdict's drawings: marks within the drawing, names apart, the front of those that nobody beats."""

from itertools import combinations

import pytest
from evaluated import curves_of, scores_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.evaluation.scores import Bin
from tinysight.evaluation.verdict.plots import (
    CURVE_HIGH,
    CURVE_WIDE,
    HIGH,
    WIDE,
    pareto,
    place_candidates,
    place_curves,
)
from tinysight.evaluation.verdict.reliability_plot import SQUARE, place_reliability
from tinysight.params import ExpectedParams

EXPECTED = ExpectedParams(shift=0.15, rotation=10)
LADDER = [scores_of("svm", 0.95, 10_000), scores_of("mlp", 0.9, 50_000), scores_of("small_cnn", 0.97, 1_000_000)]
COLOURS = {scores.name: place for place, scores in enumerate(LADDER)}


def test_on_the_front_is_whom_no_cheaper_one_beats():
    assert [scores.name for scores in pareto(LADDER)] == ["svm", "small_cnn"]


def test_a_candidate_far_below_is_named_and_not_drawn():
    """Else the others would be one line at the top."""
    majority = scores_of("majority", 0.1, 10, kind="majority")
    plane = place_candidates([majority, *LADDER], "svm", COLOURS | {"majority": 3})
    assert plane.below == ("majority",)
    assert {dot.name for dot in plane.dots} == {"svm", "mlp", "small_cnn"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 0.99), st.integers(0, 10**10)), min_size=1, max_size=8))
def test_every_mark_lies_within_the_drawing(figures):
    ladder = [scores_of(f"candidate_{n}", share, cost) for n, (share, cost) in enumerate(figures)]
    plane = place_candidates(ladder, ladder[0].name, {s.name: n for n, s in enumerate(ladder)})
    assert plane.dots
    for dot in plane.dots:
        assert 0 <= dot.x <= WIDE
        assert 0 <= dot.high <= dot.y <= dot.low <= HIGH
    for name in plane.names:
        assert 0 <= name.box.left < name.box.right <= WIDE
        assert 0 <= name.box.top < name.box.bottom <= HIGH
    assert all(0 <= tick.place <= WIDE for tick in plane.across)
    assert all(0 <= tick.place <= HIGH for tick in plane.up)


def test_names_of_neighbours_do_not_cover_each_other():
    close = [scores_of(name, 0.95, 10_000) for name in ("small_cnn", "small_cnn_int8", "svm", "transfer")]
    plane = place_candidates(close, "svm", {scores.name: 0 for scores in close})
    assert len(plane.names) == 3
    assert not any(one.box.meets(other.box) for one, other in combinations(plane.names, 2))
    assert {dot.name: dot.int8 for dot in plane.dots}["small_cnn_int8"]


def test_a_candidate_and_its_8_bit_file_have_one_name_where_they_nearly_coincide():
    close = [scores_of(name, 0.95, cost) for name, cost in (("small_cnn", 10_000), ("small_cnn_int8", 10_000))]
    apart = [scores_of("svm", 0.95, 10_000), scores_of("svm_int8", 0.8, 10_000)]
    ladder = [*close, *apart]
    plane = place_candidates(ladder, "small_cnn_int8", {one.name: 0 for one in ladder})
    assert {dot.name: dot.int8 for dot in plane.dots}["small_cnn_int8"]
    names = {"".join(text for text, _ in name.parts): name.parts for name in plane.names}
    assert sorted(names) == ["small_cnn, _int8", "svm", "svm_int8"]
    assert [text for text, chosen in names["small_cnn, _int8"] if chosen] == ["_int8"]


def test_curves_are_drawn_for_all_with_the_chosen_one_on_top():
    ladder = [scores.model_copy(update={"curves": curves_of(0.9)}) for scores in LADDER]
    plots = {plot.kind: plot for plot in place_curves(ladder, "svm", COLOURS, EXPECTED)}
    assert [line.name for line in plots["shift"].lines] == ["mlp", "small_cnn", "svm"]
    assert [tick.label for tick in plots["shift"].across] == ["0 %", "10 %", "20 %"]
    for line in plots["brightness"].lines:
        for point in line.points.split():
            x, y = map(float, point.split(","))
            assert 0 < x < CURVE_WIDE
            assert 0 < y < CURVE_HIGH
    assert plots["brightness"].mark is None
    first, last = plots["shift"].across[0].place, plots["shift"].across[-1].place
    assert plots["shift"].mark == pytest.approx(first + 0.75 * (last - first), abs=0.2)


@pytest.mark.parametrize(
    ("key", "level", "share"), [("brightness", 0.15, 0.75), ("brightness", 0.3, None), ("jpeg_quality", 65, 0.75)]
)
def test_each_key_of_what_is_expected_is_marked_in_its_curve(key, level, share):
    curves = curves_of(0.9)
    quality = zip((100.0, 80.0, 50.0), curves[-1].points, strict=True)
    spoiled = [point.model_copy(update={"level": level}) for level, point in quality]
    curves.append(curves[-1].model_copy(update={"kind": "JPEG", "unit": "quality", "points": spoiled}))
    ladder = [scores.model_copy(update={"curves": curves}) for scores in LADDER]
    expected = ExpectedParams(shift=0, rotation=0, **{key: level})
    plots = {plot.kind: plot for plot in place_curves(ladder, "svm", COLOURS, expected)}
    plot = plots["JPEG" if key == "jpeg_quality" else key]
    first, last = plot.across[0].place, plot.across[-1].place
    wanted = None if share is None else pytest.approx(first + share * (last - first), abs=0.2)
    assert plot.mark == wanted
    assert {one.mark for kind, one in plots.items() if kind not in (plot.kind, "expected")} == {None}


def test_nothing_expected_is_marked_nowhere():
    ladder = [scores.model_copy(update={"curves": curves_of(0.9)}) for scores in LADDER]
    plots = place_curves(ladder, "svm", COLOURS, ExpectedParams(shift=0.0, rotation=0.0))
    assert {plot.mark for plot in plots if plot.kind == "shift"} == {None}


def test_the_diagram_of_trust_begins_below_its_lowest_bin():
    bins = [Bin(images=5, confidence=0.62, accuracy=0.7), Bin(images=5, confidence=0.99, accuracy=1.0)]
    diagram = place_reliability(bins, bins)
    assert diagram.start == 0.6
    assert diagram.before == diagram.after
    for x, y in diagram.dots:
        assert 0 < x < SQUARE
        assert 0 < y < SQUARE
