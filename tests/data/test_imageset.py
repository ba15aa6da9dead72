"""Row i of the pixels is row i of the table, on disk as in memory."""

from pathlib import Path

import numpy as np
import pytest

from tinysight.data.imageset import ImageSet, Sample, read_samples, write_imageset, write_samples
from tinysight.errors import DataError
from tinysight.imaging import Pixels

SAMPLES = [
    Sample('b/é, "quoted".png', "22", "b", 1),
    Sample("a/1.png", "11", "a", 0, "test", "session 3"),
]


def images(count: int, size: int = 4) -> Pixels:
    return np.arange(count * size * size * 3, dtype=np.uint8).reshape(count, size, size, 3)


def test_what_was_written_comes_back_in_the_same_order(tmp_path: Path) -> None:
    write_imageset(tmp_path / "set", iter(images(2)), SAMPLES, 4)
    opened = ImageSet.open(tmp_path / "set")
    assert np.array_equal(opened.pixels, images(2))
    assert list(opened.samples) == SAMPLES
    assert opened.labels.tolist() == [1, 0]
    assert opened.class_names == ("a", "b")
    assert len(opened) == 2


def test_pixels_are_mapped_not_read(tmp_path: Path) -> None:
    write_imageset(tmp_path, images(2), SAMPLES, 4)
    assert isinstance(ImageSet.open(tmp_path).pixels, np.memmap)


def test_a_set_without_rows_keeps_its_shape(tmp_path: Path) -> None:
    write_imageset(tmp_path, [], [], 4)
    opened = ImageSet.open(tmp_path)
    assert opened.pixels.shape == (0, 4, 4, 3)
    assert opened.class_names == ()


@pytest.mark.parametrize("count", [1, 3])
def test_images_and_samples_must_be_equally_many(count: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="argument 2"):
        write_imageset(tmp_path, images(count), SAMPLES, 4)
    assert not list(tmp_path.iterdir())


def test_the_file_is_what_numpy_itself_would_write(tmp_path: Path) -> None:
    write_imageset(tmp_path, images(2), SAMPLES, 4)
    np.save(tmp_path / "numpy.npy", images(2))
    assert (tmp_path / "pixels.npy").read_bytes() == (tmp_path / "numpy.npy").read_bytes()


def test_an_image_of_another_size_is_no_row(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="reshape"):
        write_imageset(tmp_path, images(2, 5), SAMPLES, 4)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_set_is_named_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no ImageSet.*dvc repro"):
        ImageSet.open(tmp_path)


def test_a_damaged_set_is_named_with_the_fix(tmp_path: Path) -> None:
    write_imageset(tmp_path, images(2), SAMPLES, 4)
    write_samples(tmp_path / "samples.csv", SAMPLES[:1])
    with pytest.raises(DataError, match="2 images but 1 samples"):
        ImageSet.open(tmp_path)
    (tmp_path / "pixels.npy").write_bytes(b"cut")
    with pytest.raises(DataError, match="holds no ImageSet"):
        ImageSet.open(tmp_path)


def test_columns_of_later_versions_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text("path,later,digest,class_name,label,split,group\nx.png,?,9,a,0,,\n", encoding="utf-8")
    assert read_samples(path) == [Sample("x.png", "9", "a", 0)]
