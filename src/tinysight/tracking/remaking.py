"""The commands that make a version again, in a clone beside the project."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from tinysight.tracking.kept import Kept
from tinysight.tracking.pictures_kept import pointer_of
from tinysight.tracking.version_info import VersionInfo
from tinysight.tracking.work_tree import clone_url, commits_with, file_at


def commit_of(root: Path, version: VersionInfo, kept: Kept) -> str:
    """The commit to check out: the version's own or, where that lacked files, the first that has its very dvc.lock.

    A dvc.lock names pictures and settings by digest, so a later one that says the same of this export proves that the
    files which were missing are there. Many commit only when they have seen the result.
    """
    wanted = kept.export_in(kept.lock)
    if not version.uncommitted or wanted is None:
        return version.git_commit
    for commit in commits_with(root, "dvc.lock"):
        if kept.export_in(file_at(root, commit, "dvc.lock") or "") == wanted:
            return commit
    return version.git_commit


def clone_of(root: Path, version: str) -> str:
    """Where the clone goes: beside the project, since DVC's default remote is a folder beside it."""
    return f"../{root.resolve().name}-{version}-again"


def commands(root: Path, version: VersionInfo, kept: Kept, commit: str) -> Iterator[str]:
    """What makes the version again, begun in the project's folder and ended in the clone's; without a commit, here."""
    clone, params = shlex.quote(clone_of(root, version.version)), kept.settings()
    if commit:
        yield f"git clone {shlex.quote(clone_url(root, commit))} {clone}"
        yield f"git -C {clone} checkout {commit}"
        if kept.params and file_at(root, commit, "params.yaml") != kept.params:
            yield f"tinysight registry explain {version.version} --params > {clone}/params.yaml"
        yield f"cd {clone}"
        yield "make install"
        yield "source .venv/bin/activate"
    pointer = pointer_of(root, commit, params.dataset.path if params else "data/raw")
    if pointer is not None:
        yield f"dvc pull {shlex.quote(pointer.path)}"
    yield f"dvc repro export@{kept.trained or 'CANDIDATE'}"
    yield f"sha256sum {kept.file}"


def comparing(root: Path, version: VersionInfo, kept: Kept) -> str:
    """What says whether the new file answers as the version does; run in the project's folder."""
    made = f"{clone_of(root, version.version)}/{kept.file}" if version.git_commit else kept.file
    return f"tinysight registry compare {version.version} {shlex.quote(made)}"
