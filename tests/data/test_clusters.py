"""A few copies are grouped; a crowd of look-alikes is reported instead, unless somebody says that it is a series."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from tiny_datasets import make_params, sample

from tinysight.data.clusters import Accepted, accept
from tinysight.data.imageset import Sample

PARAMS = make_params().validate_


def cats(count: int, **more: str) -> list[Sample]:
    return [sample(f"{number}", **more) for number in range(count)]


def chain(*rows: int) -> list[tuple[int, int]]:
    return list(pairwise(rows))


def judge(pairs: Sequence[tuple[int, int]], samples: Sequence[Sample], *overrides: str) -> Accepted:
    return accept(pairs, samples, make_params(*overrides).validate_ if overrides else PARAMS)


@pytest.mark.parametrize(("count", "most"), [(3, 3), (30, 5), (100, 5), (200, 10), (1000, 50)])
def test_a_cluster_is_large_from_a_twentieth_of_its_class_on(count: int, most: int) -> None:
    """A class of fewer than 100 counts as one of 100: a pair is not large in it."""
    samples = cats(count)
    assert judge(chain(*range(most)), samples) == Accepted(tuple(chain(*range(most))), ())
    if most < count:
        rows = tuple(range(most + 1))
        assert judge(chain(*rows), samples) == Accepted((), (rows,))


def test_other_clusters_are_grouped_beside_a_large_one() -> None:
    small, large = chain(20, 21), chain(*range(10))
    assert judge([*large, *small], cats(100)) == Accepted(tuple(small), (tuple(range(10)),))


def test_a_chain_through_a_crowd_is_one_large_cluster() -> None:
    """Each like the next, though the last is nothing like the first: no such thing is glued together."""
    assert judge(chain(*range(2000)), cats(2000)).large == (tuple(range(2000)),)


def test_the_limit_is_that_of_any_class_of_the_cluster() -> None:
    """Six dogs of 100 are too many, however many cats there are."""
    samples = [*cats(1000), *(sample(f"{number}", "dog") for number in range(100))]
    assert judge(chain(0, *range(1000, 1006)), samples).large == ((0, *range(1000, 1006)),)
    assert judge(chain(*range(6), 1000), samples).large == ()


def test_the_limit_can_be_changed() -> None:
    assert judge(chain(*range(15)), cats(100), "validate.largest_cluster=0.2").large == ()


def test_a_path_confirms_its_cluster_and_no_other() -> None:
    pairs = [*chain(*range(10)), *chain(*range(20, 30))]
    found = judge(pairs, cats(100), "validate.confirmed=[cat/7.png]")
    assert found == Accepted(tuple(chain(*range(10))), (tuple(range(20, 30)),))


def test_copies_of_one_file_are_no_crowd() -> None:
    """They are what they are, and one more that was saved again belongs to them."""
    samples = [*cats(80), *(sample(f"copy{number}", digest=sample("0").digest) for number in range(20))]
    pairs = chain(0, *range(80, 100), 1)
    assert judge(pairs, samples) == Accepted(tuple(pairs), ())


def test_a_group_that_the_source_names_needs_no_confirmation() -> None:
    samples = [*cats(90), *(sample(f"burst{number}", group="burst") for number in range(10))]
    assert judge(chain(*range(90, 100)), samples).large == ()
    assert judge(chain(0, *range(90, 100)), samples).large == ((0, *range(90, 100)),)
