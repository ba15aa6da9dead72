"""The few figures of a verdict by which DVC compares experiments: `dvc exp show`, `dvc metrics diff`."""

from typing import Any

from tinysight.evaluation.selection import Candidate, Verdict


def headline(verdict: Verdict) -> dict[str, Any]:
    """The chosen candidate's figures, and the val accuracy of each when pictures move as expected."""
    chosen = next((one for one in verdict.candidates if one.name == verdict.chosen), None)
    moved = {one.name: round(one.val.expected_accuracy, 4) for one in verdict.candidates if one.val}
    return {"chosen": verdict.chosen or "none", **(_figures(chosen) if chosen else {}), "expected_accuracy": moved}


def _figures(chosen: Candidate) -> dict[str, float]:
    assert chosen.val
    assert chosen.test
    assert chosen.cost
    return {
        "val_accuracy": round(chosen.val.accuracy, 4),
        "val_expected_accuracy": round(chosen.val.expected_accuracy, 4),
        "test_accuracy": round(chosen.test.accuracy, 4),
        "multiply_adds": chosen.cost.multiply_adds,
        "file_bytes": chosen.cost.file_bytes,
    }
