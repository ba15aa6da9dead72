"""A released version, or the verdict's choice, as a folder that a server can be given: whole, checked, and its own."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tinysight.bundle import Bundle, open_bundle, write_bundle
from tinysight.classifier import LOCAL, Classifier
from tinysight.config import load_params
from tinysight.errors import ConfigError, DataError
from tinysight.paths import Paths

FOLDER_MODE, FILE_MODE = 0o755, 0o644  # the service runs as a user of its own, and only reads


def bundle_version(uri: str, out: Path) -> Bundle:
    """Makes `out` the bundle of a registered version.

    Args:
        uri: `models:/NAME@ALIAS` or `models:/NAME/NUMBER`.
        out: a folder that is not there yet.

    Raises:
        DataError: if the folder is there.
        TinysightError: if the version cannot be had or is not as promised.
    """
    from tinysight.tracking.pull import pull

    return _make(out, lambda draft: pull(uri, draft).folder)


def bundle_chosen(paths: Paths, out: Path) -> Bundle:
    """Makes `out` a bundle of what the verdict chose, without a registry; its version is `local`.

    Raises:
        DataError: if the folder is there, or the pipeline's files are not all there.
        ConfigError: if the verdict chose nothing.
    """
    from tinysight.evaluation.scores import bundle_scores, read_scores
    from tinysight.tracking.drift_reference import drift_reference
    from tinysight.tracking.golden import golden_pictures
    from tinysight.tracking.record import read_verdict

    params, chosen = load_params(paths.params), read_verdict(paths).get("chosen")
    if not chosen:
        raise ConfigError("The verdict chose no candidate: read reports/verdict.md, or name a version with --version.")

    def write(draft: Path) -> Path:
        model, golden = paths.model(str(chosen)), golden_pictures(params, paths)
        scores = bundle_scores(read_scores(paths.scores(str(chosen))))
        name = params.register_.name
        beside = drift_reference(params, paths, model)
        return write_bundle(
            draft / "bundle", model, golden, name=name, version=LOCAL, scores=scores, beside=beside
        ).folder

    return _make(out, write)


def bundle_line(bundle: Bundle) -> str:
    """What was made and how it is started."""
    files = [bundle.folder / name for name in bundle.sha256]
    kilobytes = sum(path.stat().st_size for path in files) / 1000
    return (
        f"{bundle.folder} holds {bundle.name} version {bundle.version}: {len(files)} files, {kilobytes:,.0f} kB,"
        f" digests and golden pictures checked.\nStart it: TINYSIGHT_MODEL={bundle.folder} python -m serve"
    )


def _make(out: Path, write: Callable[[Path], Path]) -> Bundle:
    """Puts a bundle together beside its place, checks it as the service would, and moves it there in one step."""
    if out.exists():
        raise DataError(f"{out} is there already. Name a folder that is not, or remove it.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as draft:
        folder = write(Path(draft))
        Classifier.load(folder)
        _let_others_read(folder)
        os.replace(folder, out)
    return open_bundle(out)


def _let_others_read(folder: Path) -> None:
    folder.chmod(FOLDER_MODE)
    for path in folder.rglob("*"):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
