"""What workers have seen reaches who asks, once, in order, and the newest where there was more than room."""

from mmap import mmap

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from serve.shared import SIGHTINGS
from serve.sightings import KEPT, Sightings
from tinysight.drift.measures import NAMES
from tinysight.drift.reference import Seen


def _seen(first: int, count: int) -> Seen:
    numbers = np.arange(first, first + count)
    return Seen(np.repeat(numbers[:, None] % 250, len(NAMES), axis=1), numbers % 60_000)


def test_two_workers_are_kept_apart_and_who_comes_later_reads_both() -> None:
    memory = mmap(-1, 2 * SIGHTINGS)
    Sightings(memory).write(0, 7, _seen(0, 3))
    Sightings(memory).write(1, 7, _seen(500, 2))
    reader = Sightings(memory)
    assert [*reader.places] == [0, 1]
    assert reader.since(0, 0, 7).seen.classes.tolist() == [0, 1, 2]
    assert reader.since(1, 0, 7).seen.classes.tolist() == [500, 501]
    assert reader.since(1, 2, 7).seen.classes.tolist() == []
    assert reader.since(0, 2, 7).seen.bins[:, 0].tolist() == [2]


def test_pictures_of_another_model_are_passed_over() -> None:
    sightings = Sightings()
    sightings.write(0, 0xFFFF, _seen(0, 2))
    sightings.write(0, 1, _seen(2, 2))
    assert sightings.since(0, 0, 1).seen.classes.tolist() == [2, 3]
    assert sightings.since(0, 0, 1).number == 4


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3000), max_size=6))
def test_the_newest_are_there_however_many_came(groups: list[int]) -> None:
    sightings, first = Sightings(), 0
    for count in groups:
        sightings.write(0, 3, _seen(first, count))
        first += count
    news = sightings.since(0, 0, 3)
    assert news.number == first
    assert news.seen.classes.tolist() == [number % 60_000 for number in range(max(0, first - KEPT), first)]
