"""Names in a drawing: each beside its dot, over no other dot, whisker or name, and led to where it stands far off."""

from itertools import combinations

import pytest

from tinysight.evaluation.verdict.names import Box, Ground, Name, Wanted, place_names

INSIDE = Box(50, 0, 640, 300)


def dot(x: float, y: float) -> Box:
    """What a candidate's dot covers."""
    return Box(x - 7, y - 7, x + 7, y + 7)


def named(*dots: tuple[str, float, float], marks: tuple[Box, ...] = ()) -> tuple[Name, ...]:
    """Where the names of dots stand; marks are what lies there besides."""
    wanted = [Wanted(((text, False),), (x, y)) for text, x, y in dots]
    return place_names(wanted, Ground(INSIDE, [*(dot(x, y) for _, x, y in dots), *marks], ()))


def test_a_name_alone_stands_right_of_its_dot_without_a_line():
    (name,) = named(("svm", 300, 150))
    assert (name.anchor, name.leader) == ("start", None)
    assert 307 <= name.box.left <= 320
    assert name.box.top < 150 < name.box.bottom


def test_at_the_right_edge_it_stands_left():
    (name,) = named(("small_cnn", 630, 150))
    assert name.anchor == "end"
    assert name.box.right < 623


@pytest.mark.parametrize("step", [0, 3, 9, 14])
def test_names_of_dots_in_a_crowd_cover_no_dot_and_no_name(step):
    crowd = [(f"candidate_{n}", 300.0 + step * n, 80.0 + n) for n in range(6)]
    names = named(*crowd)
    for name in names:
        assert INSIDE.holds(name.box)
        assert not any(name.box.meets(dot(x, y)) for _, x, y in crowd)
    assert not any(one.box.meets(other.box) for one, other in combinations(names, 2))
    assert any(name.leader for name in names)
    for name in names:
        if name.leader:
            assert not any(other.box.crossed(*name.leader) for other in names if other is not name)


def test_a_whisker_is_not_covered():
    whisker = Box(320, 100, 322, 200)
    (name,) = named(("small_cnn", 300, 150), marks=(whisker,))
    assert not name.box.meets(whisker)


@pytest.mark.parametrize(
    ("start", "end", "crosses"),
    [((0, 5), (20, 5), True), ((5, 0), (5, 20), True), ((0, 0), (20, 20), True), ((0, 11), (20, 11), False),
     ((11, 0), (11, 20), False), ((0, 12), (12, 24), False), ((0, 5), (-20, 5), False), ((2, 5), (8, 5), True)],
)  # fmt: skip
def test_a_line_crosses_a_box_it_passes_through(start, end, crosses):
    assert Box(0, 0, 10, 10).crossed(start, end) is crosses
