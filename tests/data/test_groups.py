"""Rows that are alike in any way are one group, and the group survives the disk."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_datasets import sample

from tinysight.data.groups import group_samples, join_rows, keys_of, read_groups, same, write_groups
from tinysight.errors import DataError


def test_likeness_of_different_kinds_joins_what_it_touches() -> None:
    """0 and 1 share bytes, 1 and 2 pixels, 2 and 3 the source's group; 4 is alone."""
    samples = [sample("a"), sample("b", digest=sample("a").digest), sample("c", group="g"), sample("d", group="g")]
    keys = [b"0", b"1", b"1", b"3", b"4"]
    assert group_samples([*samples, sample("e")], keys).tolist() == [0, 0, 0, 0, 1]


def test_near_duplicates_are_joined_with_all_that_each_joins() -> None:
    samples = [sample("a", group="g"), sample("b"), sample("c", group="g"), sample("d")]
    assert group_samples(samples, [b"0", b"1", b"2", b"3"], [(1, 2)]).tolist() == [0, 0, 0, 1]


def test_pictures_without_a_group_of_the_source_stay_alone() -> None:
    assert group_samples([sample("a"), sample("b")], [b"0", b"1"]).tolist() == [0, 1]


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_groups_are_the_connected_rows(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    """Against a closure by repeated relabelling."""
    count, pairs = drawn
    expected = list(range(count))
    for _ in range(count):
        for a, b in pairs:
            expected[a] = expected[b] = min(expected[a], expected[b])
    assert join_rows(count, pairs).tolist() == [sorted(set(expected)).index(leader) for leader in expected]


def test_equal_keys_are_joined_and_missing_ones_are_not() -> None:
    assert list(same(["a", None, "b", "a", None, "a"])) == [(0, 3), (0, 5)]


def test_pixels_have_equal_keys_only_if_all_are_equal() -> None:
    pixels = np.zeros((3, 4, 4, 3), np.uint8)
    pixels[2, 3, 3, 2] = 1
    first, second, third = keys_of(pixels)
    assert first == second != third


def test_groups_come_back_as_written(tmp_path: Path) -> None:
    write_groups(tmp_path / "groups.csv", np.array([0, 1, 0], np.int64))
    assert (tmp_path / "groups.csv").read_text() == "row,group\n0,0\n1,1\n2,0\n"
    assert read_groups(tmp_path / "groups.csv", 3).tolist() == [0, 1, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["groups.csv"]


@pytest.mark.parametrize(
    "text", [None, "row,grp\n0,0\n", "row,group\n0,x\n", "row,group\n0,0\n", "row,group\n0,0\n2,1\n"]
)
def test_groups_that_are_missing_broken_or_of_another_data_set_are_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "groups.csv").write_text(text)
    with pytest.raises(DataError, match="dvc repro"):
        read_groups(tmp_path / "groups.csv", 2)
