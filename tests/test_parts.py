"""A long sequence a part at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.parts import in_parts


@given(st.lists(st.integers()), st.integers(1, 9))
def test_parts_are_the_whole_in_order_and_none_is_empty_or_too_large(items: list[int], size: int) -> None:
    parts = list(in_parts(items, size))
    assert [item for part in parts for item in part] == items
    assert all(len(part) == size for part in parts[:-1])
    assert all(0 < len(part) <= size for part in parts)


@pytest.mark.parametrize("items", [np.arange(5), b"abcde", range(5)])
def test_parts_are_of_the_same_kind_as_the_whole(items) -> None:
    assert [type(part) for part in in_parts(items, 2)] == [type(items)] * 3
