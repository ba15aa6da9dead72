"""Whatever stands on two sides is found, without asking how the sides were made."""

import numpy as np
import pytest
from tiny_datasets import sample

from tinysight.data.groups import Rows
from tinysight.data.imageset import Sample
from tinysight.data.leak_audit import audit_split, refuse_leaks
from tinysight.errors import DataError


def sides(train: list[int], val: list[int], test: list[int]) -> dict[str, Rows]:
    return {"train": np.array(train), "val": np.array(val), "test": np.array(test, dtype=np.int64)}


SAMPLES = [sample("a"), sample("b"), sample("c", group="g"), sample("d", group="g")]


def test_a_clean_split_is_counted() -> None:
    found = audit_split(sides([2, 3], [0], [1]), SAMPLES, [0, 1, 2, 2])
    assert (found.rows, found.groups, found.names, found.digests) == (4, 3, 1, 4)
    assert (found.leaks, found.examples) == (0, ())
    refuse_leaks(found)


def test_rows_on_no_side_leak_nothing() -> None:
    assert audit_split(sides([2], [0], []), SAMPLES, [0, 0, 2, 2]).leaks == 0


@pytest.mark.parametrize(
    ("samples", "groups", "where", "said"),
    [
        (SAMPLES, [0, 0, 2, 2], ([0, 2, 3], [], [1]), "One group: cat/a.png (train) and cat/b.png (test)."),
        (SAMPLES, [0, 1, 2, 3], ([0, 2], [1, 3], []), "One name: cat/c.png (train) and cat/d.png (val)."),
        (SAMPLES, [0, 1, 2, 2], ([0, 2, 3], [0], [1]), "One row: cat/a.png (train) and cat/a.png (val)."),
        ([sample("a"), sample("b", digest=sample("a").digest)], [0, 1], ([], [0], [1]),
         "One file: cat/a.png (val) and cat/b.png (test)."),
    ],
)  # fmt: skip
def test_what_stands_on_two_sides_is_named(
    samples: list[Sample], groups: list[int], where: tuple[list[int], list[int], list[int]], said: str
) -> None:
    found = audit_split(sides(*where), samples, groups)
    assert found.leaks >= 1
    assert said in found.examples
    with pytest.raises(DataError) as refusal:
        refuse_leaks(found)
    assert said in str(refusal.value)


def test_a_few_leaks_stand_for_many() -> None:
    many = [sample(f"{number}") for number in range(40)]
    found = audit_split(sides([*range(20)], [], [*range(20, 40)]), many, [number % 20 for number in range(40)])
    assert (found.leaks, len(found.examples)) == (20, 5)
