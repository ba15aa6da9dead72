"""The tables and sentences of docs/answers.md, each made from figures: no number stands in the page by hand."""

from collections.abc import Callable, Iterable, Mapping

from tests.bench.measured import COMMANDS, SETS, SIDES, Figures, Measured, NotMeasuredError, Row

STRANGE = {  # sets that were shown pictures of another one, and of which
    "digits_folds": ("5,000 handwritten digits, in five folds", "Fashion-MNIST"),
    "digits": ("5,000 handwritten digits", "Fashion-MNIST"),
    "fashion": ("Fashion-MNIST", "handwritten digits"),
}
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
    ladders = {key: one for key, one in figures.ladders().items() if "transfer" in one.rows}
    if not ladders:
        raise NotMeasuredError("Not measured yet: `make bench-training`.")
    lines = []
    for key, one in ladders.items():
        others = {name: row for name, row in one.rows.items() if name != "transfer"}
        best = max(others, key=lambda name: others[name].accuracy)
        lines.append(
            f"- {SETS[key]}: transfer {percent(one.rows['transfer'].accuracy)}, the best of the others ({best})"
            f" {percent(others[best].accuracy)}."
        )
    return _with_origin("\n".join(lines), ladders.values())


def files(figures: Figures) -> str:
    """Sizes of model files, and what bytes instead of floats cost in accuracy."""
    ladders = {key: one for key, one in figures.ladders().items() if any(row.kilobytes for row in one.rows.values())}
    if not ladders:
        raise NotMeasuredError("Not measured yet: `make bench-training`.")
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


def unknown(figures: Figures) -> str:
    """What is answered, how much of that is right, and how many pictures of another set are answered all the same."""
    file = next((name for name in SIDES if (figures.folder / f"{name}.json").exists()), None)
    found = figures.read(file) if file else {}
    rows = [
        (name, learned, percent(one["answered"]), percent(one["precision"]),
         f"{percent(one['others_unknown'])} of {other}")
        for key, (learned, other) in STRANGE.items()
        for name, one in found.get(key, {}).items()
        if "," not in name and "others_unknown" in one
    ]  # fmt: skip
    if file is None or not rows:
        raise NotMeasuredError(f"Not measured yet: `{COMMANDS['training']}`.")
    header = ("candidate", "trained on", "of its own kind answered", "right of these", "answered with unknown")
    return f"{table(header, rows)}\n\nFrom {figures.origin(file, f' on {SIDES[file]} rows')}."


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
    for make in (ladder, moved, seconds, canned, files, packages, serving, start, unknown, splits, labels)
}
