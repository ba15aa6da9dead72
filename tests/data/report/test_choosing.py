"""Pictures that stand for many: a few of each class, and unusual ones."""

import numpy as np
from tiny_datasets import balanced, sample

from tinysight.data.facts import Facts
from tinysight.data.report.choosing import samples_of_classes, seen_rows

USUAL = Facts(40, 30, "JPEG", "RGB", 1, 900)


def test_the_choice_does_not_depend_on_order_and_changes_little_as_data_grows() -> None:
    samples = balanced(40)
    groups = list(range(len(samples)))
    first = samples_of_classes(samples, groups, ["cat", "dog", "emu"])
    order = np.random.default_rng(3).permutation(len(samples)).tolist()
    shuffled = [samples[row] for row in order]
    second = samples_of_classes(shuffled, groups, ["cat", "dog", "emu"])
    assert [[samples[r].path for r in rows] for rows in first] == [[shuffled[r].path for r in rows] for rows in second]
    more = samples_of_classes([*samples, *balanced(10, "new")], list(range(150)), ["cat", "dog", "emu"])
    kept = [len(set(old) & set(new)) for old, new in zip(first, more, strict=True)]
    assert min(kept) >= 6


def test_one_picture_of_a_group_is_enough() -> None:
    samples = balanced(4)
    (cats,) = samples_of_classes(samples, [0, 0, 0, 1, *range(2, 10)], ["cat"])
    assert len(cats) == 2


def test_many_classes_have_fewer_samples_each_and_a_class_without_pictures_none() -> None:
    names = [f"k{k}" for k in range(200)]
    samples = [sample(f"{n}", name) for name in names for n in range(6)]
    chosen = samples_of_classes(samples, list(range(len(samples))), [*names, "none"])
    assert {len(rows) for rows in chosen[:-1]} == {3}
    assert chosen[-1] == []


def test_the_widest_the_tallest_and_each_kind_of_file_are_among_the_twelve() -> None:
    samples = balanced(20)
    facts = [USUAL] * 60
    facts[7], facts[21] = Facts(400, 30, "PNG", "RGB", 1, 9), Facts(30, 400, "PNG", "RGB", 1, 9)
    facts[33], facts[44] = Facts(40, 30, "PNG", "I;16", 1, 9), Facts(40, 30, "JPEG", "RGB", 6, 9)
    chosen = seen_rows(samples, facts, list(range(60)))
    assert len(chosen) == len(set(chosen)) == 12
    assert {7, 21, 33, 44} <= set(chosen)
    assert {samples[row].class_name for row in chosen} == {"cat", "dog", "emu"}


def test_fewer_pictures_than_twelve_are_all_shown() -> None:
    assert sorted(seen_rows(balanced(2), [], list(range(6)))) == list(range(6))
