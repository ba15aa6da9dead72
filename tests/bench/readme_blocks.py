"""What README.md quotes of docs/figures, made from them: no number stands there by hand."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.bench.answer_blocks import percent, table
from tests.bench.measured import Figures
from tinysight.evaluation.wording import count, duration, duration_ms, file_size, memory

QUIET = 3  # load of a machine of two cores that runs the pipeline and little else


def digits_example(figures: Figures) -> str:
    """The verdict on the digits: a table of all candidates, and its own words."""
    found, origin = figures.read("digits"), figures.origin("digits").replace("](figures/", "](docs/figures/")
    candidates = found["candidates"]
    header = ("candidate", "test, moved", "test", "training", "multiply-adds", "file", "a request", "memory")
    ordered = sorted(candidates, key=lambda name: (candidates[name]["multiply_adds"], candidates[name]["file_bytes"]))
    rows = [_row(name, candidates[name], found["chosen"]) for name in ordered if name != "majority"]
    failed = "".join(f" {name} failed: {reason}" for name, reason in found["failed"].items())
    minutes, processor, load = found["minutes"], found["processor_minutes"], found["load_of_the_machine"]
    busy = f", on a machine that others kept busy (load {load:g})" if load > QUIET else ""
    trained = sum(one["train_seconds"] for name, one in candidates.items() if not name.endswith("_int8")) / 60
    return (
        f"5,000 handwritten digits, a plain `dvc repro` on two cores without a GPU: {minutes:.1f} minutes for all of it"
        f" ({processor:.1f} of processor time), in {trained:.1f} of which all candidates train{busy}."
        f" On {found['test_rows']} test images, from the exported files"
        f" ({origin}):\n\n{table(header, rows)}\n\nThe verdict says: *{found['why']}*{failed}"
        f"\n\n![The beginning of reports/verdict.html: {found['chosen']} is enough, and why](docs/verdict.png)"
    )


def _row(name: str, one: Mapping[str, Any], chosen: str) -> tuple[str, ...]:
    parts = [one[key] for key in ("decode_ms", "cpu_ms", "http_ms") if key in one]
    return (
        f"{name} (chosen)" if name == chosen else name,
        percent(one["expected_accuracy"]),
        percent(one["accuracy"]),
        duration(one["train_seconds"]),
        count(one["multiply_adds"]),
        file_size(one["file_bytes"]),
        duration_ms(sum(parts)) if len(parts) == 3 else "–",
        memory(one.get("service_mb")),
    )


README_BLOCKS: dict[str, Callable[[Figures], str]] = {"digits_example": digits_example}
