"""What docs/figures say about the candidates, whichever benchmark wrote it, in one form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinysight.params import ExpectedParams

COMMANDS = {
    "augmentation": "python -m tests.bench.bench augmentation",
    "digits": "make bench-digits",
    "drift": "make bench-drift",
    "fashion": "make bench-fashion",
    "large_pictures": "python -m tests.soak.soak_large_pictures",
    "packages": "make bench-packages",
    "planted": "make bench-planted",
    "serving": "make bench-serving",
    "start": "make bench-start",
    "training": "make bench-training",
    "training_final": "make bench-training ARGS=--final",
    "training_peers": "make bench-peers",
    "training_peers_final": "make bench-peers ARGS=--final",
    "tuning": "make bench-tuning",
}
SETS = {  # in the order of the answers, and what they call them
    "digits": "5,000 handwritten digits",
    "fashion": "Fashion-MNIST",
    "clip_art_folds": "clip art",
    "clip_art_2_folds": "clip art, second set",
    "clip_art_3_folds": "clip art, third set",
    "practice_clip_art": "other clip art",
}
ONE_SPLIT = {  # the same drawings with 15 % of them on test, which are some tens
    "clip_art_folds": "scored_clip_art",
    "clip_art_2_folds": "scored_clip_art_2",
    "clip_art_3_folds": "scored_clip_art_3",
}
OURS, TUTORIAL = "small_cnn, quick", "the tutorials' network"  # the trainers whose time to a goal is compared
FEW = " a class"  # in the name of a training on few pictures
CALLS = "training_final_calls"


def expected_of(name: str) -> ExpectedParams:
    """How far pictures of a set are moved where they are judged moved."""
    return ExpectedParams(shift=0.10 if name == "fashion" else 0.15, rotation=10)


class NotMeasuredError(Exception):
    """A figure that no file has yet; says which command makes it."""

    def __init__(self, file: str) -> None:
        super().__init__(f"Not measured yet: `{COMMANDS[file]}`.")


@dataclass(frozen=True)
class Row:
    """What one candidate reached on one set; sizes in kB, None where that was not measured."""

    accuracy: float
    moved: float
    seconds: float
    kilobytes: float | None = None
    int8_accuracy: float | None = None
    int8_kilobytes: float | None = None


@dataclass(frozen=True)
class Measured:
    """The candidates on one set, and where that stands."""

    rows: Mapping[str, Row]
    origin: str


class Figures:
    """Reads docs/figures, or a folder like it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> dict[str, Any]:
        """The figures of one file.

        Raises:
            NotMeasuredError: if it is not there.
        """
        path = self.folder / f"{name}.json"
        if not path.exists():
            raise NotMeasuredError(name)
        figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["figures"]
        return figures

    def origin(self, name: str, on: str = "") -> str:
        """Which file, which command and the day of its last figures; the log of calls where test was scored by hand."""
        date = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))["date"]
        final = name.endswith("_final")
        log = f" (its words: [{CALLS}.json](figures/{CALLS}.json))" if final else ""
        on = f" on {'test' if final else 'val'} rows" if name.startswith("training") else on
        return f"[{name}.json](figures/{name}.json), `{COMMANDS[name]}`{log} of {date}{on}"

    def calls(self) -> list[dict[str, Any]]:
        """The log of calls that scored test rows; see `FinalCall`."""
        path = self.folder / f"{CALLS}.json"
        return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []

    def trained(self, name: str = "training") -> tuple[dict[str, Any], str]:
        """What a benchmark of trainings has written, and where from: on test rows if it was called so, else on val.

        Raises:
            NotMeasuredError: if there is neither.
        """
        file = f"{name}_final" if (self.folder / f"{name}_final.json").exists() else name
        return self.read(file), self.origin(file)

    def ladders(self) -> dict[str, Measured]:
        """Every set that was measured: on test rows where `--final` was called, else by a whole pipeline, else on val.

        Raises:
            NotMeasuredError: if there is none.
        """
        found: dict[str, Measured] = {}
        for name in ("training_final", "digits", "fashion", "training"):
            if (self.folder / f"{name}.json").exists():
                for key, measured in self._ladders_of(name).items():
                    found.setdefault(key, measured)
        if not found:
            raise NotMeasuredError("training")
        return {key: found[key] for key in SETS if key in found}

    def _ladders_of(self, name: str) -> dict[str, Measured]:
        figures = self.read(name)
        if name.startswith("training"):
            # a comma in a name: other settings, or few pictures; no answer to what a candidate can do
            plain = {key: {c: _trained(one) for c, one in figures[key].items() if "," not in c}
                     for key in SETS if key in figures}  # fmt: skip
            origin = self.origin(name)
            return {key: Measured(rows, origin) for key, rows in plain.items() if rows}
        scored = figures["candidates"]
        rows = {c: _piped(one, scored.get(f"{c}_int8", {})) for c, one in scored.items() if not c.endswith("_int8")}
        return {name: Measured(rows, self.origin(name, " on test rows"))}


def _trained(one: Mapping[str, float]) -> Row:
    more = (one.get("kilobytes"), one.get("int8_accuracy"), one.get("int8_kilobytes"))
    return Row(one["accuracy"], one["moved_accuracy"], one["seconds"], *more)


def _piped(one: Mapping[str, float], int8: Mapping[str, float]) -> Row:
    """One candidate of a pipeline, and its int8 file where it was scored."""
    return Row(
        one["accuracy"],
        one["expected_accuracy"],
        one["train_seconds"],
        _kilobytes(one),
        int8.get("accuracy"),
        _kilobytes(int8),
    )


def _kilobytes(one: Mapping[str, float]) -> float | None:
    return one["file_bytes"] / 1000 if "file_bytes" in one else None
