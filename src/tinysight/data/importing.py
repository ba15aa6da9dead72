"""Brings pictures of any format into data/raw, describes them in conf/, and makes them the default data set."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tinysight.config import compose_params, write_params
from tinysight.data.dataset_file import dataset_file, make_default, write_dataset_file
from tinysight.data.detection import Asked
from tinysight.data.import_journal import recover, was_killed
from tinysight.data.import_outlook import Existing, Outlook, look_ahead
from tinysight.data.import_report import ImportReport, report_of
from tinysight.data.import_source import opened_source
from tinysight.data.proposal import propose
from tinysight.data.raw_folder import holds_files, placed
from tinysight.data.undo import restored_on_error
from tinysight.data.version_control import check_checkout, dvc_add, keep_links
from tinysight.errors import DataError
from tinysight.params import FolderParams
from tinysight.paths import Paths


def import_pictures(
    source: Path,
    paths: Paths,
    *,
    asked: Asked | None = None,
    existing: Existing = "refuse",
    link: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Imports pictures; nothing changes unless all of it works.

    Killed at any moment, the same import goes on where it stopped.

    Args:
        source: a folder, a label file or an archive, or data/raw itself if the pictures were put there by hand.
            It is never changed.
        paths: the checkout that the pictures go into.
        asked: what the user says about the source; the rest is found out.
        existing: what becomes of the pictures that data/raw holds: `add` keeps them as they are, `update` gives
            those that the source names too its class, side and group, `replace` puts the new ones in their place.
        link: keep one copy less: data/raw holds links into DVC's cache.
        dry_run: look, report, and change nothing.

    Raises:
        DataError: if the source cannot be used, DVC cannot work here, pictures are there already, or a killed
            import left two folders to choose from.
        ConfigError: if conf/ is broken, or what the user asks for cannot be.
    """
    check_checkout(paths.root)
    compose_params(paths.conf, ["dataset=folder"])
    in_place = _is_in_place(source, paths.raw)
    if not dry_run:
        recover(paths.raw, keep=in_place)
    holds = holds_files(paths.raw)
    taken = _why_taken(paths.raw) if holds and existing == "refuse" and not in_place else ""
    _stop(taken, dry_run=dry_run)
    merging = holds and existing in ("add", "update") and not in_place
    with opened_source(source, asked or Asked(), paths, least=1 if merging else 2, keep=dry_run) as opened:
        _check_kind(opened.kind, source, in_place=in_place)
        outlook = look_ahead(opened, paths.raw, existing if merging else "replace", in_place=in_place)
        _stop(outlook.refusal, dry_run=dry_run)
        kept = (merging or in_place) and dataset_file(paths.conf).exists()
        proposed = None if kept or outlook.refusal else _propose("mine" if in_place else opened.name, outlook)
        if dry_run:
            notes = [KILLED] if was_killed(paths.raw) else []
            return report_of(outlook, proposed, dry_run=True, refusal=taken or outlook.refusal, notes=notes)
        dataset = _carry_out(outlook, paths, proposed, link=link, in_place=in_place)
    return report_of(outlook, dataset, kept_file=kept)


def _stop(refusal: str, *, dry_run: bool = False) -> None:
    if refusal and not dry_run:
        raise DataError(refusal)


KILLED = "An import was killed here. The same command as then goes on where it stopped."


def _propose(name: str, outlook: Outlook) -> FolderParams:
    proposed = propose(name, outlook.looks)
    return proposed.model_copy(update={"group_pattern": outlook.opened.group_pattern})


def _carry_out(
    outlook: Outlook, paths: Paths, proposed: FolderParams | None, *, link: bool, in_place: bool
) -> FolderParams:
    with restored_on_error(*_small_files(paths)), _placing(outlook, paths, link=link, in_place=in_place):
        if link:
            keep_links(paths.root)
        dvc_add(paths.root, paths.raw)
        if proposed:
            classes = {look.file.class_name for look in outlook.looks}
            write_dataset_file(paths.conf, proposed, pictures=len(outlook.looks), classes=len(classes))
        return _make_default(paths)


def _placing(outlook: Outlook, paths: Paths, *, link: bool, in_place: bool) -> AbstractContextManager[None]:
    plan = outlook.plan
    unchanged = all(place.kept for place in plan.places) and not plan.relabelled
    return nullcontext() if in_place or unchanged else placed(paths.raw, plan, link=link)


def _make_default(paths: Paths) -> FolderParams:
    make_default(paths.conf)
    write_params(paths.conf, paths.params)
    dataset = compose_params(paths.conf).dataset
    if not isinstance(dataset, FolderParams):
        raise DataError(f"{dataset_file(paths.conf)} must have kind: folder. Received: {dataset.kind}. Correct it.")
    return dataset


def _small_files(paths: Paths) -> list[Path]:
    local = paths.root / ".dvc" / "config.local"
    return [paths.raw.with_name("raw.dvc"), dataset_file(paths.conf), paths.conf / "config.yaml", paths.params, local]


def _is_in_place(source: Path, raw: Path) -> bool:
    """Whether the source is data/raw itself."""
    given, target = source.resolve(), raw.resolve()
    if given != target and (target.is_relative_to(given) or given.is_relative_to(target)):
        raise DataError(f"{source} and {raw} lie inside one another. Name a source elsewhere, or {raw} itself.")
    return given == target


def _check_kind(kind: str, source: Path, *, in_place: bool) -> None:
    if in_place and kind != "folder":
        raise DataError(
            f"{source} must hold one folder for each class. Received: the format {kind}. Move it out of data/, and"
            " import it from there."
        )


def _why_taken(raw: Path) -> str:
    return (
        f"{raw} holds pictures already. Choose: `--add` merges the new ones in, `--update` does that and labels those"
        " anew that are known, `--replace` takes their place (the old ones stay in DVC's cache and in git's history)."
    )
