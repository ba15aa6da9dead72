"""Sizes and shapes that stand apart are noted; sizes that vary by nature are not, and too few pixels are a warning."""

import numpy as np
import pytest
from evidences import evidence, violations
from tiny_datasets import balanced

from tinysight.data.evidence import Evidence
from tinysight.data.facts import Facts

CHECKS = ("odd_size", "odd_aspect", "small_images")


def sized(*sizes: tuple[int, int], image_size: int = 8) -> Evidence:
    """60 pictures of these sizes in turn, the last ones as often as 60 allows."""
    facts = [Facts(*sizes[row % len(sizes)], "PNG", "RGB", 1, 100) for row in range(60)]
    return evidence(balanced(20), facts=facts, image_size=image_size)


def with_one(size: tuple[int, int], usual: tuple[int, int] = (640, 480), *, image_size: int = 8) -> Evidence:
    facts = [Facts(*(size if row == 7 else usual), "PNG", "RGB", 1, 100) for row in range(60)]
    return evidence(balanced(20), facts=facts, image_size=image_size)


@pytest.mark.parametrize("size", [(64, 48), (160, 120), (4000, 3000)])
def test_a_thumbnail_or_a_scan_among_photos_is_of_an_odd_size(size: tuple[int, int]) -> None:
    found = violations(with_one(size))
    assert found.keys() & {*CHECKS} == {"odd_size"}
    assert (found["odd_size"].level, found["odd_size"].paths) == ("note", ("cat/7.png",))
    assert found["odd_size"].details == (f"{size[0]}×{size[1]} pixels",)
    assert "about 554×554 pixels are usual" in found["odd_size"].message


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (800, 600), (500, 400)])
def test_a_picture_that_stands_or_is_a_little_larger_is_not_odd(size: tuple[int, int]) -> None:
    assert not violations(with_one(size)).keys() & {*CHECKS}


@pytest.mark.parametrize("size", [(1920, 160), (160, 1920)])
def test_a_strip_is_of_an_odd_shape(size: tuple[int, int]) -> None:
    found = violations(with_one(size))
    assert found.keys() & {*CHECKS} == {"odd_aspect"}
    assert "12.0 to 1, where 1.3 to 1 is usual" in found["odd_aspect"].message


def test_sizes_and_shapes_that_vary_by_nature_are_not_odd() -> None:
    random = np.random.default_rng(1)
    sizes = np.exp(random.normal(5.5, 0.6, (60, 2))).astype(int)
    assert not violations(sized(*map(tuple, sizes.tolist()))).keys() & {*CHECKS}


def test_two_cameras_are_not_odd() -> None:
    assert not violations(sized(*[(640, 480)] * 9, (4000, 3000))).keys() & {*CHECKS}


def test_many_pictures_smaller_than_the_models_are_a_warning_and_few_a_note() -> None:
    many = violations(sized((40, 30), (200, 150), image_size=96))["small_images"]
    assert (many.level, many.count) == ("warning", 30)
    assert "30 of 60 pictures (50 %) are much smaller than the 96×96 pixels" in many.message
    assert "the smallest 40×30" in many.message
    assert "the median longer side is 120 pixels" in many.message
    few = violations(with_one((40, 30), image_size=96))["small_images"]
    assert "set a smaller dataset.image_size" not in few.message
    assert (few.level, few.paths, few.details) == ("note", ("cat/7.png",), ("40×30 pixels",))


def test_pictures_of_one_pixel_are_told_of_without_an_image_size_that_is_refused() -> None:
    found = violations(sized((1, 1), image_size=64))["small_images"]
    assert (found.level, found.count) == ("warning", 60)
    assert "the smallest 1×1" in found.message
    assert found.message.endswith("take larger pictures; models see 8×8 pixels at the least.")
    assert "smaller dataset.image_size" not in found.message


def test_a_picture_that_is_hardly_blown_up_is_not_small() -> None:
    assert "small_images" not in violations(sized((70, 50), image_size=96))
