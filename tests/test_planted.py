"""What the planted set says of itself is so."""

import io
from pathlib import Path

import numpy as np
import pytest
from base_sets import write_digits
from pictures import files_below
from PIL import ExifTags, Image
from planted import Amounts, Planted, pairs_across, plant

FEW = Amounts(exact=5, near=8, flips=4, truncated=6, blanks=4, turned=7)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_digits(tmp_path_factory.mktemp("base"), 200)


@pytest.fixture(scope="module")
def grown(base, tmp_path_factory):
    target = tmp_path_factory.mktemp("planted") / "target"
    return target, plant(base, target, 0, FEW)


def _everything(planted: Planted) -> list[str]:
    pairs = [path for pair in planted.exact + planted.near for path in pair]
    return [*pairs, *planted.flips, *planted.truncated, *planted.blanks, *planted.turned, *planted.untouched]


def test_every_file_is_on_exactly_one_list(grown):
    target, planted = grown
    assert sorted(_everything(planted)) == sorted(files_below(target))
    amounts = Amounts(*map(len, (planted.exact, planted.near, planted.flips, planted.truncated, planted.blanks,
                                 planted.turned)))  # fmt: skip
    assert amounts == FEW


def test_copies_stay_in_their_class_and_only_exact_ones_keep_the_bytes(grown):
    target, planted = grown
    files = files_below(target)
    assert all(files[a] == files[b] for a, b in planted.exact)
    assert all(files[a] != files[b] for a, b in planted.near)
    assert all(Path(a).parent == Path(b).parent for a, b in planted.exact + planted.near)
    assert all(Path(path).parent.name != true for path, true in planted.flips.items())


def test_truncated_files_cannot_be_decoded_and_turned_ones_say_how(grown):
    target, planted = grown
    for path in planted.truncated:
        with pytest.raises((OSError, SyntaxError)):
            Image.open(io.BytesIO((target / path).read_bytes())).load()
    orientations = set()
    for path in planted.turned:
        with Image.open(target / path) as image:
            orientations.add(image.getexif()[ExifTags.Base.Orientation])
    assert orientations == {2, 3, 4, 5, 6, 7, 8}


def test_blanks_are_almost_of_one_colour(grown):
    target, planted = grown
    for path in planted.blanks:
        with Image.open(target / path) as image:
            spread = np.asarray(image, dtype=float).std(axis=(0, 1))
        assert spread.max() < 2


def test_a_seed_plants_the_same_files_and_another_seed_others(base, grown, tmp_path):
    target, planted = grown
    assert plant(base, tmp_path / "again", 0, FEW) == planted
    assert files_below(tmp_path / "again") == files_below(target)
    assert plant(base, tmp_path / "other", 1, FEW) != planted


def test_pairs_across_counts_only_pairs_that_stand_on_two_sides():
    sides = {"a": "train", "b": "test", "c": "train"}
    assert pairs_across([("a", "b"), ("a", "c"), ("a", "gone")], sides) == [("a", "b")]
