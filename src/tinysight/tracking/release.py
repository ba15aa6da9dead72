"""Decides whether a pipeline's chosen model becomes the release, and says why."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tinysight.data.dataset import read_info
from tinysight.errors import TinysightError
from tinysight.evaluation.scores import bundle_scores, read_scores
from tinysight.evaluation.source_files import held_out_files, judge
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.golden import golden_pictures
from tinysight.tracking.record import experiment_name, git_commit, read_verdict
from tinysight.tracking.registration import ModelFile, register
from tinysight.tracking.registry import (
    VersionInfo,
    class_conflict,
    download,
    find_champion,
    promote,
    record_decision,
)
from tinysight.tracking.runs import publish
from tinysight.tracking.store import open_store

NO_PROMOTE = "TINYSIGHT_NO_PROMOTE"


@dataclass(frozen=True)
class Decision:
    """What register decided.

    Attributes:
        outcome: `promoted`; `kept`: registered and no more; `refused`: must not replace the champion;
            `published`: runs only.
        reason: why, in a sentence or two.
        name: the registered model.
        candidate: the verdict's choice; None if it chose none.
        version: the version that holds it; empty if it was not registered.
        champion: the version that was production before; empty if there was none.
        rows: how many test pictures both were judged on.
        accuracy: the candidate's on them.
        champion_accuracy: the champion's on them.
    """

    outcome: Literal["promoted", "kept", "refused", "published"]
    reason: str
    name: str
    candidate: str | None = None
    version: str = ""
    champion: str = ""
    rows: int = 0
    accuracy: float | None = None
    champion_accuracy: float | None = None

    def line(self) -> str:
        """The decision in one line."""
        what = f"{self.name} {self.version}".strip()
        return f"{what}: {self.outcome}. {self.reason}"


def release(params: Params, paths: Paths) -> Decision:
    """Publishes the runs, registers the chosen model, and promotes it if it may and should be.

    Raises:
        DataError: if the pipeline's files are not all there.
        TrackingError: if the store cannot be used.
    """
    name, chosen = params.register_.name, read_verdict(paths).get("chosen")
    runs = publish(params, paths)
    if not chosen:
        return Decision("refused", "The verdict chose no candidate: see reports/verdict.md.", name)
    if experiment := experiment_name():
        reason = (
            f"An experiment ({experiment}) never releases. To keep it: `dvc exp apply {experiment}`,"
            " set its keys in conf/, then `dvc repro -f -s register`."
        )
        return Decision("published", reason, name, chosen)
    model = ModelFile(
        path=paths.model(chosen),
        golden=golden_pictures(params, paths),
        run_id=runs.candidates[chosen],
        dataset_digest=read_info(paths.dataset).digest,
        git_commit=git_commit(paths.root),
        scores=bundle_scores(read_scores(paths.scores(chosen))),
    )
    with open_store(paths) as store:
        version = register(store, name, model)
        champion = find_champion(store, name)
    other = champion if champion and champion.version != version.version else None
    before = champion.version if champion else ""
    compared = _compare(params, paths, model.path, other)
    decision = replace(compared, name=name, candidate=chosen, version=version.version, champion=before)
    return _carry_out(paths, version, _hold_back(params, decision, version))


def _compare(params: Params, paths: Paths, model: Path, champion: VersionInfo | None) -> Decision:
    """Scores candidate and champion on today's test pictures and says who is better."""
    candidate = Predictor(model)
    pictures = held_out_files(params, paths)
    if champion is None:
        accuracy = float(judge([candidate], pictures)[0].mean())
        return Decision("promoted", "It is the first version.", "", rows=len(pictures), accuracy=accuracy)
    try:
        with TemporaryDirectory() as folder, open_store(paths, write=False) as store:
            theirs = Predictor(download(store, champion, Path(folder) / "champion").model)
    except TinysightError as error:  # its files are gone or damaged, or a newer tinysight made it
        reason = (
            f"The champion cannot be scored: {error} To replace it unseen:"
            " `tinysight registry promote VERSION --force`."
        )
        return Decision("refused", reason, "", champion=champion.version)
    ours, old = (float(right.mean()) for right in judge([candidate, theirs], pictures))
    numbers = Decision(
        "kept", "", "", champion=champion.version, rows=len(pictures), accuracy=ours, champion_accuracy=old
    )
    if candidate.contract.class_names != theirs.contract.class_names:
        names = candidate.contract.class_names, theirs.contract.class_names
        return replace(numbers, outcome="refused", reason=class_conflict(*names, champion.version))
    return _better(numbers)


def _better(numbers: Decision) -> Decision:
    assert numbers.accuracy is not None
    assert numbers.champion_accuracy is not None
    both = f"{numbers.accuracy:.4f} to {numbers.champion_accuracy:.4f} of version {numbers.champion}"
    on = f"on today's {numbers.rows} test pictures"
    if numbers.accuracy > numbers.champion_accuracy:
        return replace(numbers, outcome="promoted", reason=f"It is better {on}: accuracy {both}.")
    return replace(numbers, outcome="kept", reason=f"It is not better {on}: accuracy {both}.")


def _hold_back(params: Params, decision: Decision, version: VersionInfo) -> Decision:
    """Turns a promotion into `kept` where a person has said so, or must."""
    if version.version == decision.champion:
        return replace(decision, outcome="kept", reason=f"Version {version.version} is production already.")
    if decision.outcome != "promoted":
        return decision
    why = ""
    if params.register_.promote == "never":
        why = "register.promote is never"
    elif os.environ.get(NO_PROMOTE, "").strip() not in ("", "0"):
        why = f"{NO_PROMOTE} is set"
    elif version.release == "promoted":
        why = f"version {version.version} was production before and somebody took it back"
    if not why:
        return decision
    reason = f"{decision.reason} Not promoted, since {why}: `tinysight registry promote {version.version}` does it."
    return replace(decision, outcome="kept", reason=reason)


def _carry_out(paths: Paths, version: VersionInfo, decision: Decision) -> Decision:
    if decision.outcome == "promoted":
        # the classes have been compared above: force saves downloading both again
        promote(
            paths,
            version.version,
            name=decision.name,
            force=True,
            why=decision.reason,
            instead_of=decision.champion,
        )
    elif version.release != "promoted":
        with open_store(paths) as store:
            record_decision(store, version, decision.outcome, decision.reason)
    return decision
