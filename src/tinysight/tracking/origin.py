"""Where a version comes from: data, commit, settings and software; what of it is still here; how it is made again."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tinysight.config import load_params
from tinysight.data.dataset import read_info
from tinysight.errors import TinysightError, TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.environment import environment
from tinysight.tracking.kept import Kept, read_kept
from tinysight.tracking.pictures_kept import pointer_of, remote_holds
from tinysight.tracking.registry import find_version
from tinysight.tracking.remaking import commands, commit_of, comparing
from tinysight.tracking.store import open_store
from tinysight.tracking.version_info import VersionInfo
from tinysight.tracking.version_page import look_at_files
from tinysight.tracking.work_tree import file_at, has_commit

TOLD = ("tinysight", "python", "keras", "tensorflow-cpu", "scikit-learn", "onnxruntime")  # of all that is kept
PROVEN = ("conf", "params.yaml", "dvc.yaml", "data")  # what dvc.lock speaks for; it knows nothing of src/
MARKS = {True: "holds", False: "DIFFERS", None: "unknown"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `holds` is None where that cannot be known here."""

    what: str
    holds: bool | None
    text: str


@dataclass(frozen=True)
class Origin:
    """Where a version comes from.

    Attributes:
        version: of which registered model, and which.
        candidate: the rung of the ladder.
        git_commit: what was checked out.
        dataset_digest: of its data set.
        settings: the sections of params.yaml that made it; None if they are lost.
        environment: the software that registered it.
        commands: make it again, in a clone beside the project.
        comparing: the command that compares what they made with the version.
        findings: what was verified.
    """

    name: str
    version: str
    candidate: str
    sha256: str
    git_commit: str
    dataset_digest: str
    settings: dict[str, Any] | None
    environment: dict[str, str]
    commands: tuple[str, ...]
    comparing: str
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def explain(paths: Paths, version: str) -> Origin:
    """What a version was made from, verified as far as it can be.

    Raises:
        TrackingError: if there is no such version, or the store cannot be used.
    """
    with open_store(paths, write=False) as store:
        found = find_version(store, load_params(paths.params).register_.name, version)
        kept, files = read_kept(store, found), look_at_files(store, found)
    params, commit = kept.settings(), commit_of(paths.root, found, kept)
    sections = params.model_dump(mode="json", by_alias=True) if params else {}
    promised = str((files.get("contract") or {}).get("params_digest", ""))
    findings = [
        Finding("files", files["trouble"] is None, files["trouble"] or "Digests and golden pictures are as promised."),
        _commit(paths, found, commit),
        *_settings(paths, kept, params, commit, promised),
        _data(paths, found),
        *_pictures(paths, params, commit),
        *_lock(paths, commit, kept),
        *_software(found.environment),
    ]
    return Origin(
        name=found.name,
        version=found.version,
        candidate=kept.candidate,
        sha256=found.sha256,
        git_commit=found.git_commit,
        dataset_digest=found.dataset_digest,
        settings=sections | {"models": {kept.trained: sections["models"].get(kept.trained)}} if params else None,
        environment=found.environment,
        commands=tuple(commands(paths.root, found, kept, commit)),
        comparing=comparing(paths.root, found, kept),
        findings=tuple(findings),
    )


def params_of(paths: Paths, version: str) -> str:
    """The params.yaml that made a version, as it was.

    Raises:
        TrackingError: if there is no such version, its run has lost it, or the store cannot be used.
    """
    name = load_params(paths.params).register_.name
    with open_store(paths, write=False) as store:
        found = find_version(store, name, version)
        kept = read_kept(store, found)
    if not kept.params:
        raise TrackingError(
            f"The run of {name} {found.version} holds no params.yaml any more. That of its commit is the nearest:"
            f" `git show {found.git_commit or 'COMMIT'}:params.yaml`."
        )
    return kept.params


def origin_text(origin: Origin) -> str:
    """The origin for people."""
    then = origin.environment
    lines = [
        f"{origin.name} {origin.version}: candidate {origin.candidate or 'unknown'}",
        f"  data    {origin.dataset_digest}",
        f"  commit  {origin.git_commit or 'none'}",
        f"  sha256  {origin.sha256}",
        f"  with    {', '.join(f'{name} {then[name]}' for name in TOLD if name in then) or 'unknown'}",
        "",
        *(f"  {MARKS[one.holds]:<8} {one.what}: {one.text}" for one in origin.findings),
        "",
        "To make it again, beside this folder:" if origin.git_commit else "No commit is known. From what is here:",
        *(f"  {command}" for command in origin.commands),
        "",
        "Then, in this folder:",
        f"  {origin.comparing}",
    ]
    return "\n".join(lines)


def _commit(paths: Paths, version: VersionInfo, commit: str) -> Finding:
    if not version.git_commit:
        return Finding("commit", None, "It was registered outside of git.")
    loose = f"These files were not committed when it was made: {version.uncommitted}."
    if commit != version.git_commit:
        proven = all(name.startswith(PROVEN) for name in version.uncommitted.split(", "))
        rest = "" if proven else " Nothing says whether its other files are the same."
        told = f"{loose} {commit[:8]}, a later commit, has the same dvc.lock.{rest}"
        return Finding("commit", True if proven else None, told)
    if version.uncommitted:
        return Finding("commit", False, f"{loose} No commit has its dvc.lock: the commands below make the nearest.")
    here = has_commit(paths.root, version.git_commit)
    return Finding("commit", here, "This repository holds it." if here else "This repository lacks it: `git fetch`.")


def _settings(paths: Paths, kept: Kept, params: Params | None, commit: str, promised: str) -> Iterator[Finding]:
    """The run's settings against the file's own digest; the commit's against the run's."""
    if params is None or kept.trained not in params.models:
        yield Finding("settings", None, "Its run holds no params.yaml that this tinysight can read.")
    else:
        same = params.model_digest(kept.trained) == promised
        told = "The run's params.yaml is what the model file names." if same else (
            "The run's params.yaml is not what the model file names: the stages ran with other settings."
        )  # fmt: skip
        yield Finding("settings", same, told)
    committed = file_at(paths.root, commit, "params.yaml")
    if committed is not None and kept.params:
        same = committed == kept.params
        yield Finding("params.yaml", same, "The commit's is the run's." if same else "The commit's is another.")


def _data(paths: Paths, version: VersionInfo) -> Finding:
    try:
        digest = read_info(paths.dataset).digest
    except TinysightError:
        return Finding("data", None, "No data set is here. The commands below make it.")
    if digest == version.dataset_digest:
        return Finding("data", True, "The data set here is the version's.")
    return Finding("data", False, f"The data set here is another ({digest[:8]}). The commit's .dvc files name its own.")


def _pictures(paths: Paths, params: Params | None, commit: str) -> Iterator[Finding]:
    """Whether the remote holds what the commit's .dvc file stands for; nothing where the pictures come in a package."""
    if not commit:
        return
    path = params.dataset.path if params else "data/raw"
    pointer = pointer_of(paths.root, commit, path)
    if pointer is None:
        if path.startswith("data/"):
            keep = f"`dvc add {path}`, a commit of its .dvc file and `dvc push` keep them."
            yield Finding("pictures", False, f"No .dvc file of the commit stands for {path}: {keep}")
        return
    held, remote = remote_holds(paths.root, pointer)
    texts = {
        True: f"The remote {remote} holds them.",
        False: f"The remote {remote} lacks them. While the cache here has them: `dvc push -A {pointer.path}`.",
        None: f"Not looked for in the remote {remote}: `dvc status --cloud {pointer.path}` asks it.",
    }
    yield Finding("pictures", held, texts[held])


def _lock(paths: Paths, commit: str, kept: Kept) -> Iterator[Finding]:
    """Whether DVC can still bring the very file: a dvc.lock here or in the commit must name the same export."""
    stage, wanted = f"export@{kept.trained}", kept.export_in(kept.lock)
    if not wanted:
        return
    here = (paths.root / "dvc.lock").read_text(encoding="utf-8") if (paths.root / "dvc.lock").is_file() else ""
    named = [kept.export_in(lock) for lock in (here, file_at(paths.root, commit, "dvc.lock") or "")]
    if wanted in named:
        told = f"It names the version's own file: where `dvc push` sent it, `dvc pull {stage}` brings it untrained."
        yield Finding("dvc.lock", True, told)
    else:
        yield Finding("dvc.lock", False, f"It names another result of {stage}; the run of the version keeps its own.")


def _software(then: dict[str, str]) -> Iterator[Finding]:
    now = environment()
    if not then:
        yield Finding("software", None, "An earlier tinysight registered it without saying.")
        return
    other = [f"{name} {then[name]}, here {now.get(name, 'none')}" for name in then if then[name] != now.get(name)]
    told = f"Other versions here: {'; '.join(other)}." if other else "The same versions are installed here."
    yield Finding("software", not other, told)
