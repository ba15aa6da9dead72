"""A reference counts what it was given, values that all pictures share too."""

import pytest
from drifting_pictures import CLASSES, looked, reference, seen

from tinysight.drift.reference import FEWEST, make_reference
from tinysight.drift.window import compare
from tinysight.errors import DataError


def test_it_counts_every_picture_by_class_and_three_quarters_by_value() -> None:
    made = reference(400)
    assert made.pictures == made.named.sum() == 400
    assert {int(counts.sum()) for counts in made.counts} == {300}


def test_a_value_that_all_pictures_share_has_a_bin_of_its_own() -> None:
    made = reference()
    place = 6  # size
    assert len(made.edges[place]) == 1
    assert made.counts[place].sum(axis=0).tolist() == [0, 300, 0]


def test_too_few_pictures_are_said() -> None:
    with pytest.raises(DataError, match=f"needs {FEWEST} pictures"):
        make_reference(looked(FEWEST - 1, 1), CLASSES)
    few = make_reference(looked(FEWEST, 1), CLASSES)
    assert compare(few, seen(few, 5, 2)).pictures == 5
