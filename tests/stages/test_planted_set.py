"""Trouble planted in real files is found by ingest, validate and split; `make bench-planted` has the figures."""

import pytest
from base_sets import write_digits, write_photo_tiles
from planted import Amounts, plant
from planted_findings import find_planted

pytestmark = pytest.mark.slow  # two data sets through three stages
AMOUNTS = Amounts(exact=12, near=16, flips=8, truncated=6, blanks=4, turned=7)
SETS = {
    "digits": (lambda folder: write_digits(folder, 1000), ("dataset.image_size=28", "dataset.background=[0,0,0]")),
    "photos": (write_photo_tiles, ("dataset.image_size=64",)),
}


@pytest.fixture(scope="module", params=SETS)
def findings(request, tmp_path_factory):
    write, overrides = SETS[request.param]
    root = tmp_path_factory.mktemp(request.param)
    planted = plant(write(root / "base"), root / "planted", 0, AMOUNTS)
    return find_planted(root, root / "planted", planted, *overrides, suspected=2 * AMOUNTS.flips)


def test_all_that_is_exact_truncated_blank_or_turned_is_named(findings):
    for kind in ("exact", "truncated", "blanks", "turned"):
        found, planted = getattr(findings, kind)
        assert found == planted, kind


def test_nearly_all_altered_copies_are_grouped_with_their_originals(findings):
    found, planted = findings.near
    assert found >= 0.95 * planted - 1, findings.missed_near  # one of these few may be missed


def test_four_of_five_flips_are_among_twice_as_many_suspects(findings):
    found, planted = findings.flips
    assert found >= 0.8 * planted


def test_hardly_any_untouched_picture_is_accused(findings):
    for kind in ("also_unreadable", "also_blank", "also_turned", "also_grouped"):
        found, asked = getattr(findings, kind)
        assert found <= 0.01 * asked, kind


def test_no_pair_that_is_found_survives_on_two_sides_of_a_split(findings):
    missed = len(findings.missed_near)
    before, after = findings.across_random
    assert before > 0
    assert after <= missed
    assert findings.across_own[0] <= missed
