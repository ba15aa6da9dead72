"""Where a version comes from: data, commit, settings and software; what of it is still here; how it is made again."""

import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tinysight.config import load_params
from tinysight.data.dataset import read_info
from tinysight.errors import TinysightError
from tinysight.params import Params, parse_params
from tinysight.paths import Paths, candidate_of, is_int8
from tinysight.tracking.environment import environment
from tinysight.tracking.registry import find_version
from tinysight.tracking.runs import CANDIDATE, PARENT
from tinysight.tracking.store import Store, open_store, tracking_errors
from tinysight.tracking.version_info import VersionInfo
from tinysight.tracking.version_page import look_at_files
from tinysight.tracking.work_tree import clone_url, file_at, has_commit

TOLD = ("tinysight", "python", "keras", "tensorflow-cpu", "scikit-learn", "onnxruntime")  # of all that is kept
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
        commands: make it again.
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
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True)
class _Kept:
    """What the version's runs hold: the pipeline run, its params.yaml and dvc.lock, empty where they are lost."""

    candidate: str
    run_id: str
    params: str
    lock: str = ""


def explain(paths: Paths, version: str) -> Origin:
    """What a version was made from, verified as far as it can be.

    Raises:
        TrackingError: if there is no such version, or the store cannot be used.
    """
    name = load_params(paths.params).register_.name
    with open_store(paths, write=False) as store:
        found = find_version(store, name, version)
        kept, files = _kept(store, found), look_at_files(store, found)
    params = _parsed(kept.params)
    contract = files.get("contract") or {}
    candidate = candidate_of(kept.candidate)
    sections = params.model_dump(mode="json", by_alias=True) if params else {}
    findings = [
        Finding("files", files["trouble"] is None, files["trouble"] or "Digests and golden pictures are as promised."),
        _commit(paths, found),
        *_settings(paths, found, kept, params, str(contract.get("params_digest", ""))),
        _data(paths, found),
        *_lock(paths, found, kept),
        *_software(found.environment),
    ]
    return Origin(
        name=name,
        version=found.version,
        candidate=kept.candidate,
        sha256=found.sha256,
        git_commit=found.git_commit,
        dataset_digest=found.dataset_digest,
        settings=sections | {"models": {candidate: sections["models"].get(candidate)}} if params else None,
        environment=found.environment,
        commands=tuple(_commands(paths, found, kept)),
        findings=tuple(findings),
    )


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
        "To make it again:",
        *(f"  {command}" for command in origin.commands),
    ]
    return "\n".join(lines)


def _kept(store: Store, version: VersionInfo) -> _Kept:
    from mlflow.exceptions import MlflowException

    try:
        tags = store.client.get_run(version.run_id).data.tags
    except MlflowException:
        return _Kept(str(version.judgement.get("candidate") or ""), "", "")
    parent = tags.get(PARENT, "")
    return _Kept(tags.get(CANDIDATE, ""), parent, _text(store, parent, "params.yaml"),
                 _text(store, parent, "dvc.lock"))  # fmt: skip


def _text(store: Store, run_id: str, name: str) -> str:
    """A file of a run; empty if it is not there."""
    with TemporaryDirectory() as folder:
        try:
            with tracking_errors(store.uri):
                fetched = store.client.download_artifacts(run_id, name, folder)
        except TinysightError:
            return ""
        return Path(fetched).read_text(encoding="utf-8")


def _parsed(text: str) -> Params | None:
    """None where it is lost, or of a tinysight whose settings this one does not know."""
    try:
        return parse_params(yaml.safe_load(text), origin="params.yaml") if text else None
    except (TinysightError, yaml.YAMLError):
        return None


def _commit(paths: Paths, version: VersionInfo) -> Finding:
    if not version.git_commit:
        return Finding("commit", None, "It was registered outside of git.")
    if version.uncommitted:
        return Finding("commit", False, f"These files were not committed when it was made: {version.uncommitted}.")
    here = has_commit(paths.root, version.git_commit)
    return Finding("commit", here, "This repository holds it." if here else "This repository lacks it: `git fetch`.")


def _settings(
    paths: Paths, version: VersionInfo, kept: _Kept, params: Params | None, promised: str
) -> Iterator[Finding]:
    """The run's settings against the file's own digest; the commit's against the run's."""
    candidate = candidate_of(kept.candidate)
    if params is None or candidate not in params.models:
        why = "Its run holds no params.yaml that this tinysight can read."
        yield Finding("settings", None, why)
    else:
        same = params.model_digest(candidate) == promised
        told = "The run's params.yaml is what the model file names." if same else (
            "The run's params.yaml is not what the model file names: the stages ran with other settings."
        )  # fmt: skip
        yield Finding("settings", same, told)
    committed = file_at(paths.root, version.git_commit, "params.yaml")
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


def _lock(paths: Paths, version: VersionInfo, kept: _Kept) -> Iterator[Finding]:
    """Whether DVC can still bring the very file: a dvc.lock here or in the commit must name the same export."""
    stage = f"export@{candidate_of(kept.candidate)}"
    wanted = _outs(kept.lock, stage)
    if not wanted:
        return
    here = (paths.root / "dvc.lock").read_text(encoding="utf-8") if (paths.root / "dvc.lock").is_file() else ""
    if wanted in (_outs(here, stage), _outs(file_at(paths.root, version.git_commit, "dvc.lock") or "", stage)):
        yield Finding("dvc.lock", True, f"It names the version's own file: `dvc pull {stage}` brings it untrained.")
    else:
        yield Finding("dvc.lock", False, f"It names another result of {stage}; the run of the version keeps its own.")


def _outs(lock: str, stage: str) -> object:
    """What a stage made, as dvc.lock names it; None where it does not."""
    try:
        return [out.get("md5") for out in yaml.safe_load(lock)["stages"][stage]["outs"]]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return None


def _software(then: dict[str, str]) -> Iterator[Finding]:
    now = environment()
    if not then:
        yield Finding("software", None, "An earlier tinysight registered it without saying.")
        return
    other = [f"{name} {then[name]}, here {now.get(name, 'none')}" for name in then if then[name] != now.get(name)]
    told = f"Other versions here: {'; '.join(other)}." if other else "The same versions are installed here."
    yield Finding("software", not other, told)


def _commands(paths: Paths, version: VersionInfo, kept: _Kept) -> Iterator[str]:
    candidate, commit = candidate_of(kept.candidate), version.git_commit
    if commit:
        yield f"git clone {shlex.quote(clone_url(paths.root))} again"
        yield "cd again"
        yield f"git checkout {commit}"
    yield "make install"
    yield "source .venv/bin/activate"
    if commit and kept.params and file_at(paths.root, commit, "params.yaml") != kept.params:
        yield f"mlflow artifacts download --run-id {kept.run_id} --artifact-path params.yaml --dst-path ."
    if file_at(paths.root, commit, "data/raw.dvc") is not None:
        yield "dvc pull data/raw.dvc"
    yield f"dvc repro export@{candidate or 'CANDIDATE'}"
    file = "model.int8.onnx" if is_int8(kept.candidate) else "model.onnx"
    yield f"sha256sum models/{candidate or 'CANDIDATE'}/export/{file}"
