"""The tables and sentences of docs/answers.md, each made from figures: no number stands in the page by hand."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.bench.measured import FEW, ONE_SPLIT, OURS, SETS, TUTORIAL, Figures, Measured, NotMeasuredError, Row

GOAL = 0.9  # right, for which processor time is compared
ORDER = ("logistic", "svm", "mlp", "tutorial_cnn", "small_cnn", "transfer")


def ladder(figures: Figures) -> str:
    """What each candidate names rightly, set by set."""
    return _by_set(figures.ladders(), lambda row: percent(row.accuracy))


def moved(figures: Figures) -> str:
    """The same under shifts and turns, and the points that they cost."""
    return _by_set(figures.ladders(), lambda row: f"{percent(row.moved)} ({points(row.moved - row.accuracy)})")


def seconds(figures: Figures) -> str:
    """How long each candidate trained."""
    return _by_set(figures.ladders(), lambda row: f"{row.seconds:.0f} s")


def canned(figures: Figures) -> str:
    """The pretrained network against the best of the others, where it was measured."""
    ladders = {key: one for key, one in figures.ladders().items() if {"transfer"} < one.rows.keys()}
    if not ladders:
        raise NotMeasuredError("training")
    lines = [
        f"- {SETS[key]}: {_beside_transfer({name: row.accuracy for name, row in one.rows.items()})}"
        f"{_in_one_split(figures, key)}"
        for key, one in ladders.items()
    ]
    return _with_origin("\n".join(lines), ladders.values())


def _beside_transfer(accuracies: Mapping[str, float]) -> str:
    best = max((name for name in accuracies if name != "transfer"), key=lambda name: accuracies[name])
    ours, theirs = accuracies["transfer"], accuracies[best]
    return (
        f"transfer {percent(ours)}, the best of the others ({best}) {percent(theirs)}: {points(ours - theirs)} points."
    )


def _in_one_split(figures: Figures, folds: str) -> str:
    """What was found where only some tens of drawings were judged; nothing where that was not measured."""
    if folds not in ONE_SPLIT:
        return ""
    found = figures.trained()[0].get(ONE_SPLIT[folds], {})
    accuracies = {name: one["accuracy"] for name, one in found.items() if FEW not in name}
    return f" In one split, three seeds: {_beside_transfer(accuracies)}" if "transfer" in accuracies else ""


def files(figures: Figures) -> str:
    """Sizes of model files, and what bytes instead of floats cost in accuracy."""
    ladders = {key: one for key, one in figures.ladders().items() if any(row.kilobytes for row in one.rows.values())}
    if not ladders:
        raise NotMeasuredError("training")
    return _by_set(ladders, _file)


def packages(figures: Figures) -> str:
    """What a library takes before it has answered anything."""
    libraries = figures.read("packages")["libraries"]
    rows = [
        (f"{name} {one['version']}", f"{one['installed_mib']:.0f} MiB, {one['packages']} packages",
         f"{one['import_s']:.2f} s ({one['cpu_s']:.2f} s)", f"{one['memory_mib']:.0f} MiB")
        for name, one in libraries.items()
    ]  # fmt: skip
    header = ("library, with what one prediction needs", "installed", "import (processor time)", "memory after it")
    return f"{table(header, rows)}\n\nFrom {figures.origin('packages')}."


def serving(figures: Figures) -> str:
    """Requests a second and memory of our service and of what one could pick instead."""
    servers = figures.read("serving")["servers"]
    rows = [
        (name, f"{one['requests_per_s']:.0f}", f"{one['p99_ms']:.0f} ms", f"{one['cpu_ms']:.1f} ms",
         f"{one['pss_mib']:.0f} MiB")
        for name, one in servers.items() if "p99_ms" in one
    ]  # fmt: skip
    header = ("server, the same network and photo", "requests/s", "p99", "CPU a request", "memory")
    return f"{table(header, rows)}\n\nFrom {figures.origin('serving')}."


def start(figures: Figures) -> str:
    """Seconds to the first answer."""
    found = figures.read("start")
    two, load = found["seconds"]["a bundle, two workers"], found["load_of_the_machine"]
    return (
        f"From the start of two workers to their first correct answer: {two['median']:.1f} s, on a machine with a load"
        f" of {load:g}. From {figures.origin('start')}."
    )


def more_pictures(figures: Figures) -> str:
    """How the score rises with the number of train pictures."""
    rows = [(one["candidate"], f"{one['rows']:,}", *_scored(one)) for one in _trials(figures, "rows")]
    header = ("candidate", "train pictures", "right", "right when moved")
    return f"{table(header, rows)}\n\nFrom {figures.origin('digits', ' on val rows')}."


def sizes(figures: Figures) -> str:
    """What half and twice the image size bring and cost."""
    rows = [
        (one["candidate"], f"{one['image_size']} pixels", *_scored(one), f"{one['multiply_adds'] / 1e6:.1f} million",
         f"{one['p50_ms']:.2f} ms")
        for one in _trials(figures, "size")
    ]  # fmt: skip
    header = ("candidate", "side", "right", "right when moved", "multiply-adds", "its answer on one thread")
    return f"{table(header, rows)}\n\nFrom {figures.origin('digits', ' on val rows')}."


def _scored(one: Mapping[str, Any]) -> tuple[str, str]:
    return percent(one["accuracy"]), percent(one["expected_accuracy"])


def _trials(figures: Figures, varied: str) -> list[dict[str, Any]]:
    found = [one for one in figures.read("digits").get("trials", []) if one["varied"] == varied]
    if not found:
        raise NotMeasuredError("digits")
    return sorted(found, key=lambda one: (one["candidate"], one["rows"], one["image_size"]))


def peers(figures: Figures) -> str:
    """What others train on the same rows, and what that costs them."""
    kept, origin = figures.trained("training_peers")
    found = {name: one for name, one in kept.items() if isinstance(one, dict)}
    rows = [
        (name, percent(one["accuracy"]), percent(one["moved_accuracy"]), f"{one['seconds']:.0f} s",
         f"{one['cpu_seconds']:.0f} s", f"{one['kilobytes']:.0f} kB", f"{one['seeds']:.0f}")
        for name, one in found.items()
    ]  # fmt: skip
    header = ("trained on Fashion-MNIST", "right", "right when moved", "trained in", "processor time", "file", "seeds")
    parts = (table(header, rows), _to_the_goal(found), f"From {origin}.")
    return "\n\n".join(part for part in parts if part)


def _to_the_goal(found: Mapping[str, Mapping[str, float]]) -> str:
    """Processor time until so many are right, ours to that of the tutorials; nothing where ours never names so many."""
    if not {OURS, TUTORIAL} <= found.keys() or found[OURS]["accuracy"] < GOAL:
        return ""
    ours, theirs = found[OURS]["cpu_seconds"], found[TUTORIAL]["goal_cpu"]
    came = found[TUTORIAL]["goal_reached"] == 1
    took = f"takes {theirs:.0f} s" if came else f"has not come there after {theirs:.0f} s"
    return (
        f"Until {100 * GOAL:.0f} % are right, `{OURS}` takes {ours:.0f} s of processor time and {TUTORIAL} {took}:"
        f" {'' if came else 'less than '}{ours / theirs:.2f} of it."
    )


def splits(figures: Figures) -> str:
    """What a random split would have told of planted copies."""
    found = figures.read("planted")["clip_art"]["medians"]
    (across, _), (own, copies) = found["across_random"], found["across_own"]
    return (
        f"Of {copies} copies that were planted in clip art, a random split puts {across:g} on another side than their"
        f" original, and tinysight's split {own:g}. From {figures.origin('planted')}."
    )


def labels(figures: Figures) -> str:
    """What is found of wrong labels and broken files."""
    sets = [("digits", "in digits"), ("clip_art", "in clip art")]
    found = {words: figures.read("planted")[key]["medians"] for key, words in sets}
    parts = ["{} {:g} of {:g}".format(words, *one["flips"]) for words, one in found.items()]
    said = f"Wrong labels that stand among the first 60 which the data report shows; {', '.join(parts)}."
    return f"{said} From {figures.origin('planted')}."


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    header = list(header)
    lines = [header, ["---"] * len(header), *map(list, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines).replace(" --- ", "---")


def percent(share: float) -> str:
    """One digit behind the point."""
    return f"{100 * share:.1f} %"


def points(change: float) -> str:
    """A change of a share, with its sign."""
    return f"{'−' if change < 0 else '+'}{abs(100 * change):.1f}"


def _by_set(ladders: Mapping[str, Measured], cell: Callable[[Row], str]) -> str:
    """A row for each candidate, a column for each set."""
    known = [name for name in ORDER if any(name in one.rows for one in ladders.values())]
    rows = [[name, *(cell(one.rows[name]) if name in one.rows else "" for one in ladders.values())] for name in known]
    return _with_origin(table(["candidate", *(SETS[key] for key in ladders)], rows), ladders.values())


def _with_origin(text: str, ladders: Iterable[Measured]) -> str:
    origins = dict.fromkeys(one.origin for one in ladders)
    return f"{text}\n\nFrom {'; '.join(origins)}."


def _file(row: Row) -> str:
    if row.kilobytes is None:
        return ""
    if row.int8_kilobytes is None or row.int8_accuracy is None:
        return f"{row.kilobytes:.0f} kB"
    return f"{row.kilobytes:.0f} kB; int8 {row.int8_kilobytes:.0f} kB ({points(row.int8_accuracy - row.accuracy)})"


BLOCKS: dict[str, Callable[[Figures], str]] = {
    make.__name__: make
    for make in (
        ladder,
        moved,
        seconds,
        canned,
        files,
        packages,
        serving,
        start,
        more_pictures,
        sizes,
        peers,
        splits,
        labels,
    )
}
