"""What README.md quotes of docs/figures, made from them: no number stands there by hand."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.bench.answer_blocks import percent, table
from tests.bench.measured import Figures
from tinysight.evaluation.wording import count, duration, duration_ms, file_size, memory

QUIET = 3  # load of a machine of two cores that runs the pipeline and little else


def digits_example(figures: Figures) -> str:
    """The verdict on the digits: a table of all candidates, and its own words."""
    found, origin = figures.read("digits"), _origin(figures, "digits")
    candidates = found["candidates"]
    header = ("candidate", "test, moved", "test", "training", "multiply-adds", "file", "a request", "memory")
    rows = [_row(name, candidates[name], found["chosen"]) for name in _cheapest_first(candidates, "file_bytes")]
    failed = "".join(f" {name} failed: {reason}" for name, reason in found["failed"].items())
    minutes, processor, load = found["minutes"], found["processor_minutes"], found["load_of_the_machine"]
    busy = f", on a machine that others kept busy (load {load:g})" if load > QUIET else ""
    trained = sum(one["train_seconds"] for name, one in candidates.items() if not name.endswith("_int8")) / 60
    return (
        f"5,000 handwritten digits, a plain `dvc repro` on two cores without a GPU: {minutes:.1f} minutes for all of it"
        f" ({processor:.1f} of processor time), in {trained:.1f} of which all candidates train{busy}."
        f" On {found['test_rows']} test images, from the exported files"
        f" ({origin}):\n\n{table(header, rows)}\n\nThe verdict says: *{found['why']}*{failed}"
        f"\n\n![The beginning of reports/verdict.html: {found['why'].partition(':')[0]}, and why](docs/verdict.png)"
    )


def fashion_example(figures: Figures) -> str:
    """The pipeline on a set of everyday size: how long it takes, and a table of all candidates."""
    found = figures.read("fashion")
    candidates = found["candidates"]
    header = ("candidate", "test, moved", "test", "training", "multiply-adds")
    rows = [_row(name, candidates[name], found["chosen"])[:5] for name in _cheapest_first(candidates)]
    return (
        "Fashion-MNIST, 70,000 pictures of clothes in 10 kinds, `dvc exp run -S dataset=fashion_mnist` on two cores"
        f" without a GPU: {found['minutes']:.0f} minutes for the whole pipeline. Scores on its official 10,000 test"
        f" images, from the exported files ({_origin(figures, 'fashion')}):\n\n{table(header, rows)}"
    )


def _origin(figures: Figures, name: str) -> str:
    return figures.origin(name).replace("](figures/", "](docs/figures/")


def _cheapest_first(candidates: Mapping[str, Any], *then: str) -> list[str]:
    """Their names but for majority, which is there to be beaten."""
    names = [name for name in candidates if name != "majority"]
    return sorted(names, key=lambda name: [candidates[name][key] for key in ("multiply_adds", *then)])


def _row(name: str, one: Mapping[str, Any], chosen: str) -> tuple[str, ...]:
    parts = [one[key] for key in ("decode_ms", "cpu_ms", "http_ms") if key in one]
    return (
        f"{name} (chosen)" if name == chosen else name,
        percent(one["expected_accuracy"]),
        percent(one["accuracy"]),
        duration(one["train_seconds"]),
        count(one["multiply_adds"]),
        file_size(one["file_bytes"]) if "file_bytes" in one else "–",
        duration_ms(sum(parts)) if len(parts) == 3 else "–",
        memory(one.get("service_mb")),
    )


README_BLOCKS: dict[str, Callable[[Figures], str]] = {
    "digits_example": digits_example,
    "fashion_example": fashion_example,
}
