"""Brings pictures of any format into data/raw, describes them in conf/, and makes them the default data set."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
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

KILLED = "An import was killed here. The same command as then goes on where it stopped."


def import_pictures(
    source: Path,
    paths: Paths,
    *,
    asked: Asked | None = None,
    existing: Existing = "refuse",
    link: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Imports pictures; nothing changes unless all of it works. Killed, the same import goes on where it stopped.

    Args:
        source: a folder, a label file or an archive, or data/raw itself if the pictures lie there; never changed.
        paths: the checkout that the pictures go into.
        asked: what the user says about the source; the rest is found out.
        existing: what becomes of the pictures that data/raw holds.
        link: keep one copy less: data/raw holds links into DVC's cache.
        dry_run: look, report, and change nothing.

    Raises:
        DataError: if the source cannot be used, DVC cannot work here, pictures are there already, or a killed
            import left two folders to choose from.
        ConfigError: if conf/ is broken, or what the user asks for cannot be.
    """
    check_checkout(paths.root)
    compose_params(paths.conf, ["dataset=folder"])
    way = _way(source, paths.raw, existing, dry_run=dry_run)
    asked = replace(asked or Asked(), format="folder") if way.in_place else asked or Asked()
    with opened_source(source, asked, paths, least=1 if way.merging else 2, keep=dry_run) as opened:
        outlook = look_ahead(opened, paths.raw, way.existing, in_place=way.in_place)
        _stop(outlook.refusal, dry_run=dry_run)
        kept = (way.merging or way.in_place) and dataset_file(paths.conf).exists()
        proposed = None if kept or outlook.refusal else _propose(outlook, in_place=way.in_place)
        if dry_run:
            refusal, notes = way.refusal or outlook.refusal, [KILLED] * was_killed(paths.raw)
            return report_of(outlook, proposed, dry_run=True, refusal=refusal, notes=notes)
        dataset = _carry_out(outlook, paths, proposed, link=link, in_place=way.in_place)
    return report_of(outlook, dataset, kept_file=kept)


@dataclass(frozen=True)
class _Way:
    """How the source and data/raw come together.

    Attributes:
        existing: what becomes of the pictures that are there; `replace` where there are none.
        in_place: the source is data/raw itself.
        refusal: why nothing can be done, else empty.
    """

    existing: Existing
    in_place: bool
    refusal: str

    @property
    def merging(self) -> bool:
        """Whether pictures that are there stay."""
        return self.existing in ("add", "update") and not self.in_place


def _way(source: Path, raw: Path, existing: Existing, *, dry_run: bool) -> _Way:
    in_place = _is_in_place(source, raw)
    if not dry_run:
        recover(raw, keep=in_place)
    holds = holds_files(raw)
    refusal = _why_taken(raw) if holds and existing == "refuse" and not in_place else ""
    _stop(refusal, dry_run=dry_run)
    return _Way(existing if holds and not refusal else "replace", in_place, refusal)


def _stop(refusal: str, *, dry_run: bool) -> None:
    if refusal and not dry_run:
        raise DataError(refusal)


def _propose(outlook: Outlook, *, in_place: bool) -> FolderParams:
    proposed = propose("mine" if in_place else outlook.opened.name, outlook.looks)
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


def _why_taken(raw: Path) -> str:
    return (
        f"{raw} holds pictures already. Choose: `--add` merges the new ones in, `--update` does that and labels those"
        " anew that are known, `--replace` takes their place (the old ones stay in DVC's cache and in git's history)."
    )
