"""Brings pictures that were decided about into data/raw, with where they came from, and puts them under DVC."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from tinysight.config import load_params
from tinysight.data.class_names import folder_names
from tinysight.data.detection import Asked
from tinysight.data.importing import import_pictures
from tinysight.data.raw_folder import holds_files
from tinysight.data.raw_manifest import RawPicture, write_manifest
from tinysight.errors import DataError
from tinysight.feedback.decisions import Decision, decide, read_decisions, write_decisions
from tinysight.feedback.gathered import Seen
from tinysight.feedback.review import pulled
from tinysight.paths import Paths

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
        decisions, _ = decide(_believed(pictures.values()), decisions.values())
        write_decisions(paths.decisions, decisions.values())
    due = [one for one in decisions.values() if one.class_name and not one.merged and one.digest in pictures]
    said = _import(paths, [(pictures[one.digest], one) for one in due], by_day=by_day) if due else ""
    done = {one.digest for one in due}
    after = [replace(one, merged="yes") if one.digest in done else one for one in decisions.values()]
    write_decisions(paths.decisions, after)
    none, before = sum(not one.class_name for one in after), sum(bool(one.merged) for one in decisions.values())
    words = f"{len(due):,} pictures were merged; {before:,} had been, {none:,} are none of the classes and stay out."
    return "\n".join([said, words, NEXT]) if due else words


def _check_own(paths: Paths) -> None:
    dataset = load_params(paths.params).dataset
    if dataset.kind != "folder" or not holds_files(paths.raw):
        raise DataError(
            f"The data set is {dataset.name} ({dataset.kind}), and feedback is added to pictures of one's own in"
            f" {paths.raw}. Bring them in with `tinysight import DIR` first, or run `dvc pull`."
        )


def _believed(pictures: Iterable[Seen]) -> dict[str, Decision]:
    """What people said, taken as it is."""
    found = {}
    for one in pictures:
        if one.feedback:
            name = one.feedback.class_name or ""
            found[one.digest] = Decision(one.digest, name, f"feedback of {one.feedback.who or 'somebody'}")
    return found


def _import(paths: Paths, due: Sequence[tuple[Seen, Decision]], *, by_day: bool) -> str:
    folder = paths.cache / "feedback"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _lay_out(folder, due, by_day=by_day)
        return import_pictures(folder, paths, asked=Asked(format="folder"), existing="update").text()
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
