"""Tables of answers on disk, as Parquet, CSV or JSON lines, written some rows at a time."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TextIO

import tinysight
from tinysight.errors import ConfigError
from tinysight.scoring.answers import Answers, Source

SUFFIXES = (".parquet", ".csv", ".jsonl")
PROBABILITY = "p_"  # stands before a class's name in that of its column
NAMED = ("class", "best_class", "error", "model_version")  # columns of few different texts


class AnswerTable(Protocol):
    """A table that is being written.

    Attributes:
        rows: how many it likes to be given at once.
    """

    rows: int

    def write(self, answers: Answers) -> None:
        """Adds rows."""


def check_table(path: Path) -> None:
    """Makes sure that a table of this name can be written.

    Raises:
        ConfigError: if its ending names no format, or the format needs a package that is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"A table of predictions ends in {', '.join(SUFFIXES)}. Received: {path.name}.")
    if path.suffix.lower() == ".parquet":
        try:
            import pyarrow  # noqa: F401, whether it is there
        except ModuleNotFoundError:
            raise ConfigError(
                f"{path.name} needs the package pyarrow, which is not installed. Name a .csv or .jsonl file instead,"
                " or install it: pip install pyarrow."
            ) from None


@contextmanager
def answer_table(path: Path, suffix: str, source: Source) -> Iterator[AnswerTable]:
    """A new table; it is whole when the block has ended well.

    Args:
        path: the file.
        suffix: which of SUFFIXES the table is.
        source: where its answers come from.
    """
    if suffix.lower() == ".parquet":
        with _parquet(path, source) as table:
            yield table
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield CsvTable(file, source) if suffix.lower() == ".csv" else LinesTable(file)


class LinesTable:
    """What `tinysight predict` prints, one JSON line for each picture."""

    rows = 256

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, answers: Answers) -> None:
        """Adds lines."""
        for file, prediction, error in zip(answers.files, answers.predictions(), answers.errors, strict=True):
            line: dict[str, object] = {"file": file, "error": error}
            if prediction is not None:
                line = {"file": file, **prediction.answer(), "model_version": answers.source.model_version}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")


class CsvTable:
    """The same columns as in Parquet; where a value is missing the cell is empty."""

    rows = 256

    def __init__(self, file: TextIO, source: Source) -> None:
        self._plain, self._quoted = (
            csv.writer(file, lineterminator="\n", quoting=how) for how in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )
        self._plain.writerow(columns(source))

    def write(self, answers: Answers) -> None:
        """Adds lines."""
        version = answers.source.model_version
        for file, prediction, error in zip(answers.files, answers.predictions(), answers.errors, strict=True):
            # a lone carriage return in a name would end the line for who reads it
            writer = self._quoted if "\r" in file else self._plain
            if prediction is None:
                writer.writerow([file, "", False, "", "", *[""] * len(answers.source.class_names), error, version])
            else:
                said = (prediction.class_name, prediction.unknown, prediction.best_class, prediction.confidence)
                writer.writerow([file, *said, *prediction.probabilities.values(), "", version])


class ParquetTable:
    """Row groups of Parquet, with what the model is in the file's metadata."""

    rows = 4_096  # of a row group: larger ones take 10 MB more while they are written, and gain nothing

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, answers: Answers) -> None:
        """Adds a row group."""
        import numpy as np
        import pyarrow

        answered = np.array([error is None for error in answers.errors])
        named = pyarrow.array(answers.source.class_names)
        best = named.take(pyarrow.array(answers.best, mask=~answered))
        values = {
            "file": answers.files,
            "class": named.take(pyarrow.array(answers.best, mask=~(answered & answers.sure))),
            "unknown": answered & ~answers.sure,
            "best_class": best,
            "confidence": pyarrow.array(answers.confidence, mask=~answered),
            **{
                PROBABILITY + name: pyarrow.array(np.ascontiguousarray(column), mask=~answered)
                for name, column in zip(answers.source.class_names, answers.probabilities.T, strict=True)
            },
            "error": answers.errors,
            "model_version": [answers.source.model_version] * len(answers.files),
        }
        self._writer.write_table(pyarrow.table(values, schema=self._writer.schema), row_group_size=self.rows)


@contextmanager
def _parquet(path: Path, source: Source) -> Iterator[ParquetTable]:
    from pyarrow import parquet

    with path.open("wb") as file:
        writer = parquet.ParquetWriter(file, _schema(source), use_dictionary=list(NAMED))
        try:
            yield ParquetTable(writer)
            writer.close()
        except BaseException:
            with suppress(Exception):  # it would write the end when it is collected, to a disk that may be full
                writer.close()
            writer.is_open = False
            raise


def _schema(source: Source) -> Any:
    """The columns, with their types, and where the answers come from."""
    import pyarrow

    kinds = {"unknown": pyarrow.bool_(), **dict.fromkeys(_numbers(source), pyarrow.float32())}
    metadata = {
        "tinysight.model_version": source.model_version,
        "tinysight.model_sha256": source.sha256,
        "tinysight.class_names": json.dumps(source.class_names, ensure_ascii=False),
        "tinysight.unknown_threshold": json.dumps(source.unknown_threshold),
        "tinysight.made_by": f"tinysight {tinysight.__version__}",
    }
    return pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in columns(source)], metadata=metadata)


def columns(source: Source) -> Sequence[str]:
    """The names of a table's columns, in order."""
    return ["file", "class", "unknown", "best_class", *_numbers(source), "error", "model_version"]


def _numbers(source: Source) -> Sequence[str]:
    return ["confidence", *(PROBABILITY + name for name in source.class_names)]
