"""The forty pictures in every format that a source reads."""

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from formats_annotated import ANNOTATED
from forty_pictures import CLASS_NAMES, Format, Picture, forty_pictures, put

from tinysight.data.raw_manifest import RawPicture, write_manifest

HEADER = ("path", "label", "split", "group")
WITH_SIDES = ("dataset.columns.split=split", "dataset.columns.group=group")
VALID = {"train": "train", "val": "valid", "test": "test"}  # Roboflow's names of the sides


def write_folder(folder: Path) -> Path:
    """One folder a class; half of the pictures lie deeper."""
    for number, one in enumerate(forty_pictures()):
        put(folder, f"{one.class_name}/{'deeper/' * (number % 2)}{one.name}", one.data)
    return folder


def write_raw(folder: Path) -> Path:
    """What `tinysight import` leaves: folders that need not be called like the classes, and manifest.csv."""
    rows = []
    for one in forty_pictures():
        path = f"class {CLASS_NAMES.index(one.class_name)}/{one.name}"
        put(folder, path, one.data)
        rows.append(RawPicture(path, one.class_name, one.split, one.group, "a test"))
    write_manifest(folder, rows)
    return folder


def write_divided(folder: Path) -> Path:
    """As Keras's and PyTorch's tutorials want it."""
    names = {"train": "train", "val": "validation", "test": "Test"}
    for one in forty_pictures():
        put(folder, f"{names[one.split]}/{one.class_name}/{one.name}", one.data)
    return folder


def manifest_rows(folder: Path) -> list[tuple[str, ...]]:
    """Writes all pictures into one folder, and gives the lines of a table beside it."""
    for one in forty_pictures():
        put(folder, f"pictures/{one.name}", one.data)
    return [(f"pictures/{one.name}", one.class_name, one.split, one.group) for one in forty_pictures()]


def write_csv(folder: Path) -> Path:
    """A comma between the cells, two columns."""
    return _table(folder / "manifest.csv", ",", "utf-8", (row[:2] for row in [HEADER, *manifest_rows(folder)]))


def write_excel_csv(folder: Path) -> Path:
    """What Excel saves as `CSV UTF-8` where the comma is in numbers: a BOM, semicolons, CRLF; sides in capitals."""
    rows = [(path, label, split.capitalize(), group) for path, label, split, group in manifest_rows(folder)]
    return _table(folder / "manifest.csv", ";", "utf-8-sig", [HEADER, *rows], "\r\n")


def write_tsv(folder: Path) -> Path:
    """Tabs between the cells, absolute paths, columns of other names and one too many."""
    rows = [(str(folder / path), "x", label) for path, label, *_ in manifest_rows(folder)]
    return _table(folder / "labels.tsv", "\t", "utf-8", [("file", "who", "kind"), *rows])


def write_parquet(folder: Path) -> Path:
    """As pandas writes it, the label as a category."""
    columns = dict(zip(HEADER, zip(*manifest_rows(folder), strict=True), strict=True))
    table = pa.table({name: pa.array(cells) for name, cells in columns.items()})
    labels = table["label"].combine_chunks().dictionary_encode()
    pq.write_table(table.set_column(1, "label", labels), folder / "manifest.parquet")
    return folder / "manifest.parquet"


def _table(path: Path, separator: str, encoding: str, rows: Iterable[Iterable[str]], end: str = "\n") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator=end).writerows(rows)
    return path


def roboflow_name(one: Picture) -> str:
    """Roboflow makes file names plain, and adds the old suffix, `rf` and a hash; all its files are called .jpg."""
    stem, suffix = one.name.replace("ö", "o").replace("ß", "ss").replace(" ", "-").rsplit(".", 1)
    return f"{stem}_{suffix}.rf.{hashlib.md5(one.data).hexdigest()}.jpg"


def write_roboflow_folders(folder: Path) -> Path:
    """Export `Folder Structure`."""
    for one in forty_pictures():
        put(folder, f"{VALID[one.split]}/{one.class_name}/{roboflow_name(one)}", one.data)
    return _roboflow_pages(folder)


def write_roboflow_classes(folder: Path) -> Path:
    """Export `Multi-Label Classification`: a blank after each comma, no newline at the end."""
    for side in VALID.values():
        lines = [", ".join(["filename", *CLASS_NAMES])]
        for one in forty_pictures():
            if VALID[one.split] == side:
                put(folder / side, roboflow_name(one), one.data)
                lines.append(", ".join([roboflow_name(one), *(str(int(one.class_name == c)) for c in CLASS_NAMES)]))
        put(folder / side, "_classes.csv", "\n".join(lines).encode())
    return _roboflow_pages(folder)


def _roboflow_pages(folder: Path) -> Path:
    put(folder, "README.roboflow.txt", b"parts - v1\n==============================\n")
    put(folder, "README.dataset.txt", b"# parts > v1\n")
    return folder


def arrays_of(pictures: Iterable[Picture]) -> tuple[np.ndarray, np.ndarray]:
    """(N, H, W, 3) uint8 and (N,) int64."""
    chosen = list(pictures)
    labels = [CLASS_NAMES.index(one.class_name) for one in chosen]
    return np.stack([one.pixels() for one in chosen]), np.array(labels)


def write_arrays(folder: Path) -> Path:
    """`np.savez_compressed` of x and y, with the names of the classes."""
    x, y = arrays_of(forty_pictures())
    np.savez_compressed(folder / "arrays.npz", x=x, y=y, class_names=np.array(CLASS_NAMES))
    return folder / "arrays.npz"


def write_keras_arrays(folder: Path) -> Path:
    """As Keras keeps CIFAR-10: x_train, y_train and so on, y of shape (N, 1); the groups beside them."""
    found = {}
    for side in ("train", "val", "test"):
        chosen = [one for one in forty_pictures() if one.split == side]
        x, y = arrays_of(chosen)
        groups = np.array([one.group for one in chosen])
        found |= {f"x_{side}": x, f"y_{side}": y[:, None].astype(np.uint8), f"groups_{side}": groups}
    np.savez(folder / "arrays.npz", allow_pickle=False, **found)
    return folder / "arrays.npz"


NAMED = "dataset.class_names=[" + ",".join(CLASS_NAMES) + "]"
TSV_COLUMNS = ("dataset.columns.path=file", "dataset.columns.label=kind")
FORMATS = (
    Format("folder", write_folder, "folder"),
    Format("raw", write_raw, "folder", sides=True, groups=True),
    Format("divided", write_divided, "divided", sides=True),
    Format("csv", write_csv, "manifest"),
    Format("excel", write_excel_csv, "manifest", WITH_SIDES, sides=True, groups=True),
    Format("tsv", write_tsv, "manifest", TSV_COLUMNS),
    Format("parquet", write_parquet, "manifest", WITH_SIDES, sides=True, groups=True),
    Format("roboflow folders", write_roboflow_folders, "roboflow", sides=True),
    Format("roboflow classes", write_roboflow_classes, "roboflow", sides=True),
    Format("arrays", write_arrays, "arrays", made=True),
    Format("keras arrays", write_keras_arrays, "arrays", (NAMED,), sides=True, groups=True, made=True),
    *ANNOTATED,
)
