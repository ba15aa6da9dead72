"""What ingest found: the facts of a data set, its digest, and the files that could not be read."""

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any

from tinysight.data.imageset import Sample
from tinysight.errors import DataError
from tinysight.imaging import Decoding
from tinysight.params import DatasetParams
from tinysight.whole_file import write_table, write_whole

INFO, QUARANTINE = "dataset.json", "quarantine.csv"


@dataclass(frozen=True)
class DatasetInfo:
    """The facts of a data set.

    Attributes:
        digest: sha256 over what the samples are and how they were decoded.
        name: the data set's name in conf/dataset/.
        class_names: sorted; a label is a place in it.
        image_size: height and width of each image in pixels.
        images: how many samples there are.
        quarantined: how many files could not be read.
        empty_classes: classes that the source names without a picture of them; sorted.
        notes: what the source passed over and why, one line each.
    """

    digest: str
    name: str
    class_names: tuple[str, ...]
    image_size: int
    images: int
    quarantined: int
    empty_classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quarantined:
    """A source file that is no sample.

    Attributes:
        path: where it is below the source.
        reason: why it cannot be used, in words.
    """

    path: str
    reason: str


def decoding_of(dataset: DatasetParams) -> Decoding:
    """How the data set's pictures are decoded."""
    return Decoding(
        image_size=dataset.image_size, fit=dataset.fit, background=dataset.background, window=dataset.window
    )


def dataset_digest(samples: Iterable[Sample], decoding: Decoding) -> str:
    """sha256 over the samples, in whatever order, and the decoding; paths do not count."""
    lines = sorted(json.dumps([s.digest, s.class_name, s.split, s.group], ensure_ascii=False) for s in samples)
    # What memory decoding may take is the machine's, not the data set's.
    settings = json.dumps({name: value for name, value in asdict(decoding).items() if name != "memory"}, sort_keys=True)
    return hashlib.sha256("\n".join([settings, *lines]).encode()).hexdigest()


def write_info(folder: Path, info: DatasetInfo) -> None:
    """Writes dataset.json."""
    write_whole(folder / INFO, json.dumps(asdict(info), indent=1, ensure_ascii=False) + "\n")


def read_info(folder: Path) -> DatasetInfo:
    """Reads dataset.json; keys of later versions are passed over, those of earlier ones have a default.

    Raises:
        DataError: if it is missing or not what write_info wrote.
    """
    try:
        content = json.loads((folder / INFO).read_text(encoding="utf-8"))
        known: dict[str, Any] = {f.name: content[f.name] for f in fields(DatasetInfo) if f.name in content}
        known.update({name: tuple(value) for name, value in known.items() if isinstance(value, list)})
        return DatasetInfo(**known)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder / INFO} cannot be read: {error!r}. Run `dvc repro ingest`.") from None


def write_quarantine(folder: Path, quarantined: Sequence[Quarantined]) -> None:
    """Writes quarantine.csv, with a header also when nothing is in it."""
    write_table(
        folder / QUARANTINE, [field.name for field in fields(Quarantined)], (astuple(entry) for entry in quarantined)
    )


def read_quarantine(folder: Path) -> list[Quarantined]:
    """Reads quarantine.csv.

    Raises:
        DataError: if it is missing or not what write_quarantine wrote.
    """
    try:
        with (folder / QUARANTINE).open(encoding="utf-8", newline="") as file:
            return [Quarantined(row["path"], row["reason"]) for row in csv.DictReader(file)]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder / QUARANTINE} cannot be read: {error!r}. Run `dvc repro ingest`.") from None
