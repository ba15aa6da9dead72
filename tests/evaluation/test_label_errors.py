"""Flipped labels are found among the most suspected, by outlines where they are enough and a network where not."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from pictures import PHOTOS
from PIL import Image
from tiny_datasets import make_params, noise, sample

from tinysight.data.imageset import ImageSet, Sample
from tinysight.data.sources.digits import _read_table
from tinysight.evaluation import label_errors as room
from tinysight.evaluation.label_errors import FEWEST, choose_rows, find_label_errors
from tinysight.paths import Paths

FLIPS = 12


def _imageset(pixels, names):
    order = sorted(set(names))
    samples = [
        Sample(f"{row}", sha256(image.tobytes()).hexdigest(), name, order.index(name))
        for row, (image, name) in enumerate(zip(pixels, names, strict=True))
    ]
    return ImageSet(pixels, samples)


def _flip(images, count=FLIPS):
    """The same pictures with so many wrong labels, and the rows of these."""
    names = images.class_names
    rows = np.random.default_rng(1).choice(len(images), count, replace=False)
    samples = list(images.samples)
    for row in rows:
        label = (samples[row].label + 1) % len(names)
        samples[row] = replace(samples[row], label=label, class_name=names[label])
    return ImageSet(images.pixels, samples), {int(row) for row in rows}


@pytest.fixture
def outlines_will_do(monkeypatch):
    """So few digits are told apart to 0.95 or a little less, and a network takes its time."""
    monkeypatch.setattr(room, "GOOD_ENOUGH", 0.9)


@pytest.fixture(scope="module")
def digits():
    """120 of each of five digits."""
    table = [entry for label in range(5) for entry in [e for e in _read_table() if e[0] == label][:120]]
    pixels = np.stack([np.repeat(image[..., None], 3, axis=-1) for _, image in table])
    return _imageset(pixels, [str(label) for label, _ in table])


@pytest.fixture(scope="module")
def crops():
    """Grey pieces of photos, 60 of each of two: their colours and outlines say little."""
    draw, pixels, names = np.random.default_rng(0), [], []
    for name in ("china", "flower"):
        with Image.open(PHOTOS / f"{name}.jpg") as photo:
            grey = photo.convert("L").convert("RGB")
        for _ in range(60):
            left, top = (int(draw.integers(0, side - 120)) for side in grey.size)
            pixels.append(np.asarray(grey.crop((left, top, left + 120, top + 120)).resize((64, 64))))
            names.append(name)
    return _imageset(np.stack(pixels), names)


def test_at_least_four_of_five_flips_are_among_twice_as_many_suspects(digits, tmp_path, outlines_will_do):
    images, flips = _flip(digits)
    suspects = find_label_errors(images, make_params(), Paths(tmp_path))
    found = [suspect for suspect in suspects[: 2 * FLIPS] if suspect.row in flips]
    assert len(found) >= 0.8 * FLIPS
    right = [suspect for suspect in found if suspect.likely == digits.samples[suspect.row].class_name]
    assert len(right) >= 0.8 * len(found)
    assert all(suspect.given == images.samples[suspect.row].class_name for suspect in suspects)
    assert not (tmp_path / ".tinysight").exists()  # outlines were enough, so no network was asked


def test_the_answer_is_the_same_every_time(digits, tmp_path, outlines_will_do):
    images, _ = _flip(digits)
    first, second = (find_label_errors(images, make_params(), Paths(tmp_path)) for _ in range(2))
    assert first == second


def test_the_order_of_rows_decides_nothing(digits, tmp_path, outlines_will_do):
    images, _ = _flip(digits)
    order = np.random.default_rng(2).permutation(len(images))
    shuffled = ImageSet(images.pixels[order], [images.samples[row] for row in order])
    here = {suspect.row for suspect in find_label_errors(images, make_params(), Paths(tmp_path))}
    there = {int(order[suspect.row]) for suspect in find_label_errors(shuffled, make_params(), Paths(tmp_path))}
    assert len(here & there) >= 0.9 * max(len(here), len(there))  # sums in another order round otherwise


@pytest.mark.slow
def test_hard_pictures_are_shown_to_a_network_that_tells_them_better_apart(crops, tmp_path, monkeypatch):
    images, flips = _flip(crops, 8)
    accuracies: list[float] = []
    measure = room.accuracy

    def noted(*given):
        accuracies.append(measure(*given))
        return accuracies[-1]

    monkeypatch.setattr(room, "accuracy", noted)
    suspects = find_label_errors(images, make_params(), Paths(tmp_path))
    assert len(flips & {suspect.row for suspect in suspects[:16]}) >= 0.8 * len(flips)
    assert accuracies[0] < room.GOOD_ENOUGH
    assert max(accuracies) > accuracies[0]
    assert len(list((tmp_path / ".tinysight" / "cache" / "features").glob("*.npy"))) == 1


def test_copies_do_not_vouch_for_each_other(digits, tmp_path, outlines_will_do):
    """Six copies of one picture under a wrong label are suspected only where they are one group."""
    copies = ImageSet(
        np.concatenate([digits.pixels, np.repeat(digits.pixels[:1], 6, axis=0)]),
        [*digits.samples, *(replace(digits.samples[0], path=f"copy{i}", digest=f"{i}a", class_name="1", label=1)
                            for i in range(6))],
    )  # fmt: skip
    groups = np.array([*range(1, len(digits)), *[0] * 6])
    groups = np.concatenate([[0], groups])[: len(copies)]
    together = {suspect.row for suspect in find_label_errors(copies, make_params(), Paths(tmp_path), groups)}
    apart = {suspect.row for suspect in find_label_errors(copies, make_params(), Paths(tmp_path))}
    planted = set(range(len(digits), len(copies)))
    assert planted <= together
    assert not planted <= apart


def test_rows_that_are_left_out_are_neither_learned_from_nor_suspected(digits, tmp_path, outlines_will_do):
    images, flips = _flip(digits)
    suspects = find_label_errors(images, make_params(), Paths(tmp_path), leave_out=sorted(flips))
    assert not flips & {suspect.row for suspect in suspects}


def test_beyond_the_limit_a_part_is_looked_at_and_rows_are_those_of_the_whole(digits, tmp_path, outlines_will_do):
    images, flips = _flip(digits)
    params = make_params("validate.label_error_images=300")
    looked_at = set(choose_rows(images.samples, set(), 300).tolist())
    suspects = {suspect.row for suspect in find_label_errors(images, params, Paths(tmp_path))}
    assert suspects <= looked_at
    assert len(suspects & flips) >= 0.7 * len(flips & looked_at)


def test_the_part_is_chosen_by_digest_alone():
    samples = [sample(str(number)) for number in range(50)]
    chosen = {samples[row].digest for row in choose_rows(samples, set(), 20)}
    again = {samples[::-1][row].digest for row in choose_rows(samples[::-1], set(), 20)}
    assert chosen == again == set(sorted(s.digest for s in samples)[:20])
    assert choose_rows(samples, {3}, 50).tolist() == [row for row in range(50) if row != 3]


@pytest.mark.parametrize("most", [0, 1, FEWEST - 1])
def test_nothing_is_looked_at_where_it_is_off_or_too_little(digits, tmp_path, most):
    images, _ = _flip(digits)
    params = make_params(f"validate.label_error_images={most}")
    assert find_label_errors(images, params, Paths(tmp_path)) == []


def test_one_class_is_no_trouble(tmp_path):
    one = ImageSet(noise(FEWEST), [sample(str(number)) for number in range(FEWEST)])
    assert find_label_errors(one, make_params(), Paths(tmp_path)) == []
