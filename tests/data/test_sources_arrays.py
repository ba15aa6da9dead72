"""Arrays as people save them become the same pictures; numbers that are no pictures are refused with the fix."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tiny_datasets import make_params

from tinysight.data.sources.source import Listing, SourceFile, list_source
from tinysight.errors import DataError
from tinysight.params import DatasetParams

RANDOM = np.random.default_rng(3)
X = RANDOM.integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
GREY = X[..., 0]
Y = np.array([0, 1, 2, 0, 1, 2])


def dataset(path: Path, *overrides: str) -> DatasetParams:
    return make_params("dataset=arrays", *overrides).dataset.model_copy(update={"path": str(path)})


def listing(root: Path, *overrides: str, **arrays: Any) -> Listing:
    np.savez_compressed(root / "a.npz", allow_pickle=True, **arrays)
    return list_source(dataset(root / "a.npz", *overrides), root)


def pixels(file: SourceFile) -> NDArray[Any]:
    return np.asarray(Image.open(io.BytesIO(file.read())))


@pytest.mark.parametrize(
    "x",
    [
        X,
        X.astype(np.int64),
        X.astype(np.float64),
        (X / 255).astype(np.float32),
        (X / 255).astype(np.float16),
        np.asfortranarray(X),
        X.astype(">i4"),
    ],
    ids=["uint8", "int64", "floats to 255", "float32 to 1", "float16 to 1", "Fortran's order", "big-endian"],
)
def test_whatever_the_numbers_are_kept_as_the_pictures_are_the_same(x: NDArray[Any], tmp_path: Path) -> None:
    files = listing(tmp_path, x=x, y=Y).files
    assert [file.path for file in files] == [f"x/{row:06d}.png" for row in range(6)]
    assert all(np.array_equal(pixels(file), X[row]) for row, file in enumerate(files))


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (GREY, GREY),
        (GREY[..., None], GREY),
        (GREY > 99, (GREY > 99) * np.uint8(255)),
        (GREY.astype(np.uint16) * 200, GREY.astype(np.uint16) * 200),
        (GREY.astype(np.int32) * 200, GREY.astype(np.uint16) * 200),
        (np.concatenate([X, X[..., :1]], axis=3), np.concatenate([X, X[..., :1]], axis=3)),
    ],
    ids=["grey", "one channel", "truth values", "16 bits", "16 bits in int32", "RGBA"],
)
def test_every_kind_of_picture_comes_back(x: NDArray[Any], expected: NDArray[Any], tmp_path: Path) -> None:
    files = listing(tmp_path, x=x, y=Y).files
    assert all(np.array_equal(pixels(file), expected[row]) for row, file in enumerate(files))


@pytest.mark.parametrize(
    ("y", "overrides", "expected"),
    [
        (Y, (), "012012"),
        (Y[:, None], (), "012012"),
        (Y.astype(np.float32), (), "012012"),
        (np.eye(3)[Y], (), "012012"),
        (np.eye(3, dtype=bool)[Y], (), "012012"),
        (np.array(list("abcabc")), (), "abcabc"),
        (np.array([b"a", b"b", b"c"] * 2), (), "abcabc"),
        (Y, ("dataset.class_names=[p,q,r]",), "pqrpqr"),
        (np.eye(3)[Y], ("dataset.class_names=[p,q,r]",), "pqrpqr"),
        (Y > 0, (), "011011"),
    ],
    ids=["numbers", "a column", "floats", "one-hot", "bool one-hot", "text", "bytes", "named", "named one-hot", "bool"],
)
def test_labels_are_numbers_names_or_one_hot(
    y: NDArray[Any], overrides: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    assert "".join(file.class_name for file in listing(tmp_path, *overrides, x=X, y=y).files) == expected


def test_the_file_may_name_its_classes_and_one_of_them_may_have_no_picture(tmp_path: Path) -> None:
    found = listing(tmp_path, X=X, Y=Y, class_names=np.array(["cat", "dog", "emu", "fox"]))
    assert [file.class_name for file in found.files] == ["cat", "dog", "emu"] * 2
    assert found.class_names == ["cat", "dog", "emu", "fox"]


@pytest.mark.parametrize(
    ("train", "val", "test"), [("{}_train", "{}_val", "{}_test"), ("train_{}", "valid_{}", "test_{}")]
)
@pytest.mark.parametrize(("x", "y"), [("x", "y"), ("images", "labels"), ("X", "Y")])
def test_sides_and_groups_are_in_the_names(x: str, y: str, train: str, val: str, test: str, tmp_path: Path) -> None:
    arrays = {}
    for n, side in enumerate((train, val, test)):
        rows = slice(2 * n, 2 * n + 2)
        arrays |= {side.format(x): X[rows], side.format(y): Y[rows], side.format("groups"): np.array([n, n])}
    found = listing(tmp_path, **arrays).files
    assert {(file.class_name, file.split, file.group) for file in found} == {
        *(("0", "train", "0"), ("1", "train", "0"), ("2", "val", "1"), ("0", "val", "1")),
        *(("1", "test", "2"), ("2", "test", "2")),
    }


def test_without_val_arrays_as_in_keras_sets_val_is_taken_from_train(tmp_path: Path) -> None:
    found = listing(tmp_path, x_train=X[:4], y_train=Y[:4], x_test=X[4:], y_test=Y[4:])
    assert [file.split for file in found.files] == ["test", "test", "", "", "", ""]


def test_pictures_without_a_name_for_a_label_are_passed_over(tmp_path: Path) -> None:
    found = listing(tmp_path, x=X, y=np.array(["a", "b", "", "a", "b", "a"]))
    assert len(found.files) == 5
    assert found.notes == ["1 picture without a label, for instance x/000002.png: passed over."]


def test_a_folder_of_npy_files_is_read_as_it_lies(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y)
    assert len(list_source(dataset(tmp_path), tmp_path).files) == 6
    assert not (tmp_path / ".tinysight").exists()


def test_a_file_that_was_saved_again_gives_the_new_pictures(tmp_path: Path) -> None:
    first = listing(tmp_path, x=X, y=Y).files[0]
    assert np.array_equal(pixels(first), X[0])
    assert np.array_equal(pixels(listing(tmp_path, x=255 - X, y=Y).files[0]), 255 - X[0])
    assert np.array_equal(pixels(first), X[0])


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"x": X.reshape(6, -1), "y": Y}, r"x must be \(N, H, W\).*\(6, 60\). Reshape it"),
        ({"x": np.zeros((6, 3, 5, 7)), "y": Y}, r"channels come first: save x.transpose\(0, 2, 3, 1\)"),
        ({"x": X[..., :2], "y": Y}, r"1, 3 or 4 channels. Received: \(6, 5, 4, 2\)"),
        ({"x": X[:, :0], "y": Y}, r"cannot be used|without pixels"),
        ({"x": X / 127.5 - 1, "y": Y}, r"Received: float64 from -1 to .* with fractions.*before they were normalised"),
        ({"x": X / 2.0, "y": Y}, r"float64 from 0.* with fractions"),
        ({"x": np.where(X > 250, np.nan, X), "y": Y}, r"float64 from -inf to inf"),
        ({"x": X.astype(np.int64) - 1, "y": Y}, r"int64 from -1 to"),
        ({"x": X.astype(np.uint16), "y": Y}, r"x has colours of more than 8 bits"),
        ({"x": X.astype(np.complex64), "y": Y}, r"Pictures must be numbers. Received: complex64"),
        ({"x": X, "y": Y[:5]}, r"x has 6 pictures, y 5 labels. Save as many"),
        ({"x": X, "y": Y, "groups": Y[:5]}, r"6 labels, groups 5 groups"),
        ({"x": X}, r"has x without y. Save both"),
        ({"arr_0": X, "arr_1": Y}, r"no arrays of known names. Allowed are x and y.*Received: arr_0, arr_1"),
        ({"x": X, "y": Y + 0.5}, r"y, row 0: a label must be a whole number. Received: 0.5"),
        ({"x": X, "y": np.ones((6, 3))}, r"y, row 0: a row of 3 numbers must hold a single 1"),
        ({"x": X, "y": np.full((6, 3), 0.3)}, r"y, row 0: .*Received: \[0.3, 0.3, 0.3\]"),
        ({"x": X, "y": Y[:, None, None]}, r"y must be \(N,\) or \(N, 1\). Received: \(6, 1, 1\)"),
        ({"x": X, "y": Y.astype("datetime64[s]")}, r"whole numbers or text. Received: datetime64"),
        ({"x": X, "y": np.array([b"\xe9", b"a"] * 3)}, r"not UTF-8"),
        ({"x_train": X, "y_train": Y, "x_test": X / 255, "y_test": Y}, r"x_train is uint8, x_test is float64"),
        ({"x": X[:0], "y": Y[:0]}, r"cannot be used|no labelled pictures"),
    ],
)
def test_arrays_that_are_no_pictures_or_labels_are_refused_with_the_fix(
    arrays: dict[str, NDArray[Any]], match: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=match):
        listing(tmp_path, **arrays)


@pytest.mark.parametrize("names", ["[p,q]", "[p]"])
def test_a_label_without_a_name_is_named_with_its_row(names: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"y, row \d: there are \d class names, for labels 0 to \d. Received: \d"):
        listing(tmp_path, f"dataset.class_names={names}", x=X, y=Y)


@pytest.mark.parametrize("name", ["x", "y"])
def test_python_objects_are_never_loaded(name: str, tmp_path: Path) -> None:
    """Loading them would run whatever code the file holds."""
    arrays: dict[str, Any] = {"x": X, "y": Y, name: np.array([[1], [2, 3]] * 3, dtype=object)}
    with pytest.raises(DataError, match=rf"array {name}.npy cannot be used: .*[Oo]bject.*np.savez_compressed"):
        listing(tmp_path, **arrays)


def test_what_is_no_npz_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no.npz is missing"):
        list_source(dataset(tmp_path / "no.npz"), tmp_path)
    np.save(tmp_path / "a.npy", X)
    with pytest.raises(DataError, match=r"is no .npz file. Write one with np.savez_compressed\('a', x=..., y=...\)"):
        list_source(dataset(tmp_path / "a.npy"), tmp_path)


def test_a_damaged_file_or_array_is_one_clear_error(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    (tmp_path / "cut.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:-30])
    with pytest.raises(DataError, match=r"cut.npz is damaged or cut short"):
        list_source(dataset(tmp_path / "cut.npz"), tmp_path)
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as packed:
        packed.writestr("x.npy", b"no array at all")
        packed.writestr("y.npy", b"")
    with pytest.raises(DataError, match=r"The array x.npy cannot be used"):
        list_source(dataset(tmp_path / "b.npz"), tmp_path)


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("y.npy", b"")
        with packed.open("x.npy", "w", force_zip64=True) as file:
            for _ in range(1100):
                file.write(bytes(1_000_000))
    with pytest.raises(DataError, match=r"bomb.npz unpacks to more than"):
        list_source(dataset(tmp_path / "bomb.npz"), tmp_path)
    assert not [path for path in (tmp_path / ".tinysight").rglob("*") if path.is_file()]
