"""Brings a folder of pictures into data/raw, describes it in conf/, and makes it the default data set."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tinysight.config import compose_params, write_params
from tinysight.data.dataset_file import dataset_file, make_default, write_dataset_file
from tinysight.data.import_report import ImportReport, report_of
from tinysight.data.proposal import propose
from tinysight.data.raw_folder import Existing, holds_files, placed, recover
from tinysight.data.sources.folder import list_folder
from tinysight.data.sources.source import SourceFile
from tinysight.data.survey import Survey, survey
from tinysight.data.undo import restored_on_error
from tinysight.data.version_control import check_checkout, dvc_add, keep_links
from tinysight.errors import DataError
from tinysight.params import FolderParams
from tinysight.paths import Paths


def import_folder(
    source: Path, paths: Paths, *, link: bool = False, add: bool = False, replace: bool = False
) -> ImportReport:
    """Imports a folder that holds one folder a class; nothing changes unless all of it works.

    Args:
        source: the folder; data/raw itself if the pictures were put there by hand. It is never changed.
        paths: the checkout that the pictures go into.
        link: keep one copy less: data/raw holds links into DVC's cache.
        add: merge the pictures with those that data/raw holds already; mine.yaml stays as it is.
        replace: put them in the place of those.

    Raises:
        DataError: if the folder cannot be used, DVC cannot work here, pictures are there already, or a killed
            import left two folders to choose from.
        ConfigError: if conf/ is broken.
    """
    existing: Existing = "add" if add else "replace" if replace else "refuse"
    check_checkout(paths.root)
    compose_params(paths.conf, ["dataset=folder"])
    recover(paths.raw)
    in_place = _check_places(source, paths.raw, existing)
    merging = existing == "add" and not in_place
    files, found = _look_at(source, whole=not merging)
    with restored_on_error(*_small_files(paths)), _placing(source, files, paths, link, existing, in_place) as brought:
        if merging:
            _, found = _look_at(paths.raw, whole=True)
        if link:
            keep_links(paths.root)
        dvc_add(paths.root, paths.raw)
        kept_file = (merging or in_place) and dataset_file(paths.conf).exists()
        dataset = _configure(paths, "mine" if in_place else source.resolve().name, found, keep_file=kept_file)
    return report_of(dataset, found, brought, kept_file=kept_file)


def _look_at(folder: Path, *, whole: bool) -> tuple[list[SourceFile], Survey]:
    """Lists and surveys a folder; a whole data set must have two classes, each with a readable picture."""
    files = list_folder(folder, least_classes=2 if whole else 1)
    found = survey(files)
    if whole:
        _check_readable(files, found)
    return files, found


def _placing(
    source: Path, files: Sequence[SourceFile], paths: Paths, link: bool, existing: Existing, in_place: bool
) -> AbstractContextManager[int]:
    if in_place:
        return nullcontext(0)
    return placed(paths.raw, source, files, link=link, existing=existing)


def _configure(paths: Paths, name: str, found: Survey, *, keep_file: bool) -> FolderParams:
    if not keep_file:
        classes = {look.file.class_name for look in found.looks}
        proposed = propose(name, found.looks)
        write_dataset_file(paths.conf, proposed, pictures=len(found.looks), classes=len(classes))
    make_default(paths.conf)
    write_params(paths.conf, paths.params)
    dataset = compose_params(paths.conf).dataset
    if not isinstance(dataset, FolderParams):
        raise DataError(f"{dataset_file(paths.conf)} must have kind: folder. Received: {dataset.kind}. Correct it.")
    return dataset


def _small_files(paths: Paths) -> list[Path]:
    local = paths.root / ".dvc" / "config.local"
    return [paths.raw.with_name("raw.dvc"), dataset_file(paths.conf), paths.conf / "config.yaml", paths.params, local]


def _check_places(source: Path, raw: Path, existing: Existing) -> bool:
    """Whether the source is data/raw itself."""
    if not source.is_dir():
        raise DataError(
            f"{source} is {'not a folder: unpack it, and name' if source.exists() else 'missing. Name'} the folder"
            " that holds one folder of pictures for each class."
        )
    given, target = source.resolve(), raw.resolve()
    if given == target:
        return True
    if target.is_relative_to(given) or given.is_relative_to(target):
        raise DataError(f"{source} and {raw} lie inside one another. Name a folder elsewhere, or {raw} itself.")
    if existing == "refuse" and raw.exists() and holds_files(raw):
        raise DataError(
            f"{raw} holds pictures already. Choose: `--add` merges the new ones in, `--replace` takes their place"
            " (the old ones stay in DVC's cache and in git's history)."
        )
    return False


def _check_readable(files: Sequence[SourceFile], found: Survey) -> None:
    readable = {look.file.class_name for look in found.looks}
    for name in sorted({file.class_name for file in files} - readable):
        first = next(entry for entry in found.broken if entry.path.startswith(f"{name}/"))
        raise DataError(
            f"No file of class {name} can be read. The first, {first.path}: {first.reason}"
            " Repair them, or remove the class's folder."
        )
