"""A candidate sees train rows and their copies in the wanted proportion, and val rows only to be judged."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapes import shape_data
from tiny_datasets import balanced, noise

from tinysight.data.augmentation import Warps
from tinysight.data.copies import CopyMaker
from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.data.tones import Tones
from tinysight.errors import DataError
from tinysight.models.batches import TrainBatches, ValBatches
from tinysight.models.training_data import SMALLEST_BATCH, STEPS_AN_EPOCH, TrainingData, gather


def test_an_epoch_shows_every_place_once_with_its_own_label():
    data = shape_data(train=24, val=6, copies=8)
    batches = TrainBatches(data, 8, seed=0, clean=24 / 32, steps=4)
    shown = [(image.tobytes(), label) for n in range(len(batches)) for image, label in zip(*batches[n], strict=True)]
    pictures = [*data.pixels[data.train_rows], *data.copies]
    assert sorted(shown) == sorted((i.tobytes(), n) for i, n in zip(pictures, data.train_labels, strict=True))


@given(rows=st.integers(1, 40), copies=st.integers(0, 80), clean=st.floats(0, 1))
def test_an_epoch_shows_the_wanted_share_of_clean_pictures_each_as_often_as_any_other(rows, copies, clean):
    data = shape_data(train=rows, val=3, copies=copies)
    places = data.epoch(clean, np.random.default_rng(0))
    times = np.bincount(places, minlength=len(data))
    assert times[:rows].sum() == (round(clean * len(data)) if copies else rows)
    assert times.sum() == len(data) == rows + copies
    assert np.ptp(times[:rows]) <= 1
    assert not copies or np.ptp(times[rows:]) <= 1


def test_each_epoch_has_its_own_order_that_follows_from_the_seed():
    data = shape_data(train=64, val=6, copies=0)
    one, other, third = (TrainBatches(data, 8, seed, 0.5, 8) for seed in (0, 0, 1))
    first = one[0][1].tolist()
    assert first == other[0][1].tolist()
    assert first != third[0][1].tolist()
    one.on_epoch_end()
    assert first != one[0][1].tolist()


def test_val_comes_whole_and_in_order():
    data = shape_data(train=30, val=300, copies=0)
    batches = ValBatches(data)
    assert np.concatenate([batches[n][1] for n in range(len(batches))]).tolist() == data.val_labels.tolist()
    np.testing.assert_array_equal(np.concatenate(list(data.val_batches(7))), data.pixels[data.val_rows])


def test_a_later_epoch_shows_other_copies_of_the_same_rows():
    data = shape_data(train=12, val=3, copies=24)
    maker = CopyMaker(Warps(shift=0.2), Tones(), seed=3)
    data = replace(data, remake=maker.make)
    places = np.array([30, 2, 13, 25])  # the second copies of rows 6 and 1, row 2, the first copy of row 1
    rows = data.train_rows[[6, 1, 1]]
    shown = data.images(places, epoch=2)
    np.testing.assert_array_equal(shown[1], data.pixels[data.train_rows[2]])
    for at, row, draw in zip((0, 3, 2), rows, (5, 5, 4), strict=True):
        np.testing.assert_array_equal(shown[at], maker.make(data.pixels[[row]], np.array([row]), draw)[0])


def test_without_a_maker_and_in_the_first_epoch_the_stages_copies_are_shown():
    data = shape_data(train=12, val=3, copies=24)
    made = replace(data, remake=lambda images, rows, draw: 0 * images)
    np.testing.assert_array_equal(made.images(np.arange(12, 36)), data.copies)
    np.testing.assert_array_equal(data.images(np.arange(12, 36), epoch=3), data.copies)


@given(st.integers(1, 500), st.integers(1, 256))
def test_a_batch_is_never_larger_than_wanted_and_leaves_steps_to_learn_in(rows, wanted):
    size = shape_data(train=rows, val=3, side=8, copies=0).batch_size(wanted)
    assert min(wanted, SMALLEST_BATCH) <= size <= wanted
    assert size <= SMALLEST_BATCH or rows // size >= STEPS_AN_EPOCH


def test_large_pictures_go_through_a_network_few_at_once():
    """At 224 pixels 128 of them took the tutorials' network 4 GB."""
    few = shape_data(train=2, val=20, side=224, copies=0)
    data = replace(few, train_rows=np.tile(few.train_rows, 1280))
    assert (data.batch_size(128), data.at_once(128), data.at_once(5)) == (32, 8, 5)
    assert [len(images) for images in data.val_batches()] == [8, 8, 4]
    assert [len(ValBatches(data)[index][0]) for index in range(len(ValBatches(data)))] == [8, 8, 4]
    assert shape_data(train=2, val=2, side=28, copies=0).at_once() == 256


@given(st.integers(1, 400), st.integers(0, 400), st.integers(1, 20), st.integers(1, 10_000), st.integers(1, 64))
def test_a_training_shows_no_more_pictures_than_allowed_and_nearly_as_many(rows, copies, wanted, most, batch):
    data = shape_data(train=rows, val=3, side=8, copies=copies)
    epochs = data.epochs(wanted, most)
    steps = data.steps(epochs, most, batch)
    allowed = min(most, wanted * len(data))
    assert 1 <= epochs <= wanted
    assert steps == 1 or epochs * steps * batch <= allowed
    assert epochs * (steps + 1) * (batch + 1) > allowed  # what a last, short batch would have shown is left out


def test_a_short_epoch_shows_other_pictures_each_time():
    batches = TrainBatches(shape_data(train=64, val=6, copies=0), 8, seed=0, clean=1, steps=2)
    shown = [{image.tobytes() for n in range(len(batches)) for image in batches[n][0]} for _ in range(3)
             if batches.on_epoch_end() is None]  # fmt: skip
    assert len(set.union(*shown)) > 32


def gathered(split: Split, copy_side: int = 8):
    samples = balanced(4)
    copies = ImageSet(noise(3, copy_side), samples[:3])
    return gather(ImageSet(noise(12), samples), split, copies, ("cat", "dog", "emu"))


def test_files_are_gathered_into_train_rows_and_copies():
    data = gathered(Split(np.arange(6), np.arange(6, 9), np.arange(9, 12)))
    assert len(data) == 9
    assert data.train_labels.tolist() == [0, 0, 0, 0, 1, 1, 0, 0, 0]
    np.testing.assert_array_equal(data.images(np.array([7, 2])), [data.copies[1], data.pixels[2]])


@pytest.mark.parametrize(
    ("train", "val", "copy_side"), [([], [1], 8), ([1], [], 8), ([1], [12], 8), ([1], [2], 9)]
)  # fmt: skip
def test_files_that_do_not_belong_together_are_refused(train, val, copy_side):
    rows = [np.array(side, dtype=np.int64) for side in (train, val, [])]
    with pytest.raises(DataError, match="dvc repro"):
        gathered(Split(*rows), copy_side)


@pytest.mark.parametrize(("balance", "rare"), [(0.0, 1.0), (0.5, 2.0), (1.0, 4.0)])
def test_rare_classes_can_count_more(balance: float, rare: float) -> None:
    """A class with a quarter of the pictures counts as often as its share and the balance say; 1 on average."""
    labels = np.array([0] * 80 + [1] * 20)
    rows = np.arange(100)
    data = TrainingData(noise(100), labels, rows, rows[:1], noise(0), labels[:0], ("cat", "dog"))
    weights = data.class_weights(balance)
    assert weights[1] / weights[0] == pytest.approx(rare)
    assert np.mean([weights[label] for label in labels]) == pytest.approx(1)
    np.testing.assert_allclose(data.row_weights(np.array([0, 99]), balance), [weights[0], weights[1]], rtol=1e-6)


def test_a_class_without_train_pictures_counts_nothing() -> None:
    labels = np.zeros(10, np.int64)
    data = TrainingData(noise(10), labels, np.arange(10), np.arange(1), noise(0), labels[:0], ("cat", "dog"))
    assert data.class_weights(0.5) == {0: 1.0, 1: 0.0}
