"""Brings pictures that were decided about into data/raw, with where they came from, and puts them under DVC."""

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from tinysight.config import load_params
from tinysight.data.class_names import folder_names
from tinysight.data.detection import Asked
from tinysight.data.importing import import_pictures
from tinysight.data.raw_folder import holds_files
from tinysight.data.raw_manifest import RawPicture, write_manifest
from tinysight.data.sources.disk import walk
from tinysight.errors import DataError
from tinysight.feedback.decisions import Decision, decide, read_decisions, write_decisions
from tinysight.feedback.gathered import Seen
from tinysight.feedback.review import passed_over, pulled
from tinysight.paths import Paths

BELIEVED = "feedback of "  # who decided, where nobody has reviewed it
MOST_NAMED = 20
NEXT = "Next: `git add data/raw.dvc`, commit, `dvc push`, then `dvc repro` or `tinysight retrain`."


def merge(paths: Paths, *, unreviewed: bool = False, by_day: bool = False) -> str:
    """Adds what is decided and was not added yet; killed, the same goes on.

    Args:
        paths: the checkout.
        unreviewed: take what people said as decided where nobody has reviewed it.
        by_day: the pictures of one day stay on one side of the split.

    Returns:
        What was done, in words.

    Raises:
        DataError: if the data set is not data/raw, nothing was pulled, or the import fails.
    """
    _check_own(paths)
    pictures = {one.digest: one for one in pulled(paths).pictures}
    decisions = read_decisions(paths.decisions)
    if unreviewed:
        decisions, _ = decide(decisions, _believed(pictures.values(), decisions))
        write_decisions(paths.decisions, decisions.values())
    wanted = [one for one in decisions.values() if one.class_name and not one.merged]
    due = [one for one in wanted if one.digest in pictures and pictures[one.digest].is_here]
    said = [_import(paths, [(pictures[one.digest], one) for one in due], by_day=by_day)] if due else []
    done = {one.digest for one in due}
    after = [replace(one, merged="yes") if one.digest in done else one for one in decisions.values()]
    write_decisions(paths.decisions, after)
    said += [_words(decisions.values(), len(due)), *passed_over(paths, len(wanted) - len(due)), *_left(paths, after)]
    return "\n".join([*said, NEXT] if due else said)


def _words(before: Collection[Decision], merged: int) -> str:
    had, none = sum(bool(one.merged) for one in before), sum(not one.class_name for one in before)
    return f"{merged:,} pictures were merged; {had:,} had been, {none:,} are none of the classes and stay out."


def _left(paths: Paths, decisions: Iterable[Decision]) -> list[str]:
    """A line about pictures that data/raw got and that a later decision took the class from: people remove them."""
    taken = {one.digest for one in decisions if one.merged and not one.class_name}
    if not taken:
        return []
    lying = sorted(f"{path.relative_to(paths.raw)}" for path in walk(paths.raw) if _digest(path) in taken)
    names = ", ".join([*lying[:MOST_NAMED], *["…"] * (len(lying) > MOST_NAMED)])
    line = f"{len(lying):,} that had been merged are none of the classes now. Remove from {paths.raw}: {names};"
    return [f"{line} then run `dvc add data/raw`."] if lying else []


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _check_own(paths: Paths) -> None:
    dataset = load_params(paths.params).dataset
    if dataset.kind != "folder" or not holds_files(paths.raw):
        raise DataError(
            f"The data set is {dataset.name} ({dataset.kind}), and feedback is added to pictures of one's own in"
            f" {paths.raw}. Bring them in with `tinysight import DIR` first, or run `dvc pull`."
        )


def _believed(pictures: Iterable[Seen], known: Mapping[str, Decision]) -> Iterator[Decision]:
    """What people said, taken as it is where no review has decided; their last word replaces an earlier one."""
    for one in pictures:
        before = known.get(one.digest)
        if one.feedback and (before is None or before.by.startswith(BELIEVED)):
            yield Decision(one.digest, one.feedback.class_name or "", f"{BELIEVED}{one.feedback.who or 'somebody'}")


def _import(paths: Paths, due: Sequence[tuple[Seen, Decision]], *, by_day: bool) -> str:
    folder = paths.cache / "feedback"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _lay_out(folder, due, by_day=by_day)
        return import_pictures(folder, paths, asked=Asked(format="folder"), existing="update").text(next_steps=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path, due: Sequence[tuple[Seen, Decision]], *, by_day: bool) -> None:
    """A folder for each class, and a manifest that says where each picture comes from."""
    folders = folder_names(decision.class_name for _, decision in due)
    rows = []
    for one, decision in due:
        name = f"{folders[decision.class_name]}/{one.name}"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(one.capture.picture())
        group = f"feedback {one.day}" if by_day else ""
        rows.append(RawPicture(name, decision.class_name, group=group, origin=one.origin(decision.by)))
    write_manifest(folder, rows)
