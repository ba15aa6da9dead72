import json

from tinysight.evaluation.headline import headline
from tinysight.evaluation.selection import Verdict

FIGURES = {
    "rows": 15, "expected_standard_error": 0.05, "accuracy": 0.91234, "interval": (0.8, 1.0), "macro_f1": 0.9,
    "expected_calibration_error": 0.1, "expected_accuracy": 0.80001, "expected_interval": (0.7, 0.9),
}  # fmt: skip
COST = {"multiply_adds": 1000, "file_bytes": 2000, "cpu_ms": 0.1, "p50_ms": 0.1, "p99_ms": 0.2, "peak_mb": None,
        "train_seconds": 2.0}  # fmt: skip
SVM = {"name": "svm", "kind": "svm", "status": "ok", "reason": "", "val": FIGURES, "test": FIGURES, "cost": COST}
FAILED = {"name": "mlp", "kind": "mlp", "status": "failed", "reason": "memory", "val": None, "test": None, "cost": None}


def verdict(chosen: str | None) -> Verdict:
    content = {"schema": 1, "chosen": chosen, "why": "", "rule": None, "candidates": [SVM, FAILED]}
    return Verdict.model_validate_json(json.dumps(content))


def test_it_has_the_chosen_candidates_figures_and_nothing_that_a_clock_decides() -> None:
    assert headline(verdict("svm")) == {
        "chosen": "svm",
        "val_accuracy": 0.9123,
        "val_expected_accuracy": 0.8,
        "test_accuracy": 0.9123,
        "multiply_adds": 1000,
        "file_bytes": 2000,
        "expected_accuracy": {"svm": 0.8},
    }


def test_without_a_choice_it_says_so_and_still_compares_the_candidates() -> None:
    assert headline(verdict(None)) == {"chosen": "none", "expected_accuracy": {"svm": 0.8}}
