"""Writes what people said of the service's answers as a project of Label Studio, and reads it back."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

from tinysight.data.dataset import read_info
from tinysight.data.detection import Asked, detect_format
from tinysight.data.exports.picked import Opinion, Reason
from tinysight.data.exports.writing import FORMATS, Stock, write_samples
from tinysight.data.imageset import Sample
from tinysight.data.sources.disk import walk
from tinysight.data.sources.source import SourceFile, list_source
from tinysight.errors import DataError, ImageError
from tinysight.feedback.decisions import Decision, decide, read_decisions, write_decisions
from tinysight.feedback.gathered import Gathered, Seen, gather
from tinysight.paths import Paths
from tinysight.records import NONE

Pick = Literal["feedback", "doubts", "all"]
NEXT = (
    "Choose NONE for what is none of the classes, and cancel what should not be used. Then export as JSON and run\n"
    "  tinysight feedback review --read EXPORT.json\n  tinysight feedback merge"
)


def write_project(paths: Paths, out: Path, *, pick: Pick, limit: int | None = None) -> str:
    """Writes the pictures that nobody has decided about yet.

    Args:
        paths: the checkout.
        out: a folder that is not there yet.
        pick: those with feedback, those that the model doubted as well, or all.
        limit: how many at most, those with feedback first.

    Returns:
        What was done and what to do next.

    Raises:
        DataError: if nothing was pulled, or the folder is in use.
    """
    gathered = pulled(paths)
    wanted = [one for one in _open_ones(paths, gathered) if _is_wanted(one, pick)]
    wanted.sort(key=lambda one: one.feedback is None)
    shown = [one for one in wanted[:limit] if one.is_here]
    passed = "".join(f"\n{line}" for line in passed_over(paths, len(wanted[:limit]) - len(shown)))
    if not shown:
        return f"Nothing was written: there is no picture to review ({pick}).{passed}"
    names = class_names(paths, gathered)
    _write(out, shown, names)
    step, _, _ = FORMATS["label_studio"].next_steps(out).rpartition("\n")
    return (
        f"{len(shown):,} pictures are in {out}.{passed}\n{step.removesuffix(',')}.\n{NEXT.replace('NONE', repr(NONE))}"
    )


def read_project(paths: Paths, export: Path, images: Path | None = None) -> str:
    """Takes what was labelled as decided.

    Args:
        paths: the checkout.
        export: what Label Studio exported.
        images: where its pictures lie; beside it, if None.

    Returns:
        What was done, in words.

    Raises:
        DataError: if it cannot be read, or names no picture that was pulled.
    """
    if not export.is_file():
        raise DataError(f"{export} is missing. Name the file that Label Studio exported.")
    known = {one.digest for one in pulled(paths).pictures}
    said = {digest: name for digest, name in _labelled(paths, export, images) if digest in known}
    if not said:
        raise DataError(f"{export} labels no picture that was pulled. Name the export of `tinysight feedback review`.")
    new = [Decision(digest, "" if name == NONE else name, export.name) for digest, name in said.items()]
    decisions, changed = decide(read_decisions(paths.decisions), new)
    write_decisions(paths.decisions, decisions.values())
    none = sum(not one.class_name for one in new)
    return f"{len(new):,} pictures are decided, {none:,} of them none of the classes; {changed:,} were not before."


def pulled(paths: Paths) -> Gathered:
    """What has been pulled.

    Raises:
        DataError: if that is nothing.
    """
    gathered = gather(paths.feedback)
    if not gathered.pictures:
        raise DataError("Nothing has been pulled. Run `tinysight feedback pull SOURCE` first.")
    return gathered


def passed_over(paths: Paths, count: int) -> list[str]:
    """A line about pictures whose bytes are not there, and what to do; none for none."""
    if not count:
        return []
    line = f"{count:,} pictures were passed over, since they are damaged or no longer here: `tinysight feedback pull`"
    return [f"{line} fetches what is missing in {paths.feedback}; remove a damaged file there first."]


def class_names(paths: Paths, gathered: Gathered) -> list[str]:
    """Of the data set; where there is none yet, of the model that answered last."""
    try:
        return list(read_info(paths.dataset).class_names)
    except DataError:
        return gathered.class_names


def _open_ones(paths: Paths, gathered: Gathered) -> list[Seen]:
    decided = read_decisions(paths.decisions)
    there = _digests_below(paths.raw)
    return [one for one in gathered.pictures if one.digest not in decided and one.digest not in there]


def _digests_below(raw: Path) -> Collection[str]:
    return {sha256(path.read_bytes()).hexdigest() for path in walk(raw)} if raw.is_dir() else ()


def _is_wanted(one: Seen, pick: Pick) -> bool:
    doubted = one.capture.reason in ("unknown", "unsure")
    return bool(one.feedback) or pick == "all" or (pick == "doubts" and doubted)


def _write(out: Path, wanted: Sequence[Seen], names: Sequence[str]) -> None:
    files = [_as_file(one) for one in wanted]
    pairs = [*zip(files, wanted, strict=True)]
    samples = {file.path: Sample(file.path, one.digest, file.class_name, 0) for file, one in pairs}
    reasons = [_reason(file.path, one) for file, one in pairs]
    stock = Stock(samples, {file.path: file for file in files}, [*names, NONE])
    write_samples(out, FORMATS["label_studio"], stock, reasons, labelled=False)


def _as_file(one: Seen) -> SourceFile:
    said = one.feedback.class_name or NONE if one.feedback else one.capture.best_class
    return SourceFile(f"{one.day}/{one.name}", said, reader=one.capture.picture)


def _reason(path: str, one: Seen) -> Reason:
    capture, feedback = one.capture, one.feedback
    answer = capture.class_name or f"unknown (best: {capture.best_class})"
    words = f"Version {capture.model_version} answered {answer}, {100 * capture.confidence:.0f} %, on {one.day}"
    if feedback is None:
        return Reason(path, f"{words}.", confidence=capture.confidence)
    words = f"{words}; {feedback.who or 'somebody'} said {feedback.class_name or NONE}."
    whose = f"{capture.model} version {capture.model_version}"
    return Reason(path, words, Opinion(capture.best_class, capture.confidence, whose))


def _labelled(paths: Paths, export: Path, images: Path | None) -> list[tuple[str, str]]:
    """Digest and class of each labelled picture."""
    place = str((images or export.parent).resolve())
    dataset = detect_format(export, Asked(format="label_studio", images=place, boxes="whole"))
    labelled = []
    for file in list_source(dataset, paths.root, least_classes=1).files:
        try:
            labelled.append((sha256(file.read()).hexdigest(), file.class_name))
        except ImageError as error:
            raise DataError(f"{export} names {file.path}, but: {error} Name the folder with --images.") from None
    return labelled
