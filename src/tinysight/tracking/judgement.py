"""Judges a registered version against the champion: both on today's test pictures, from their files in the registry."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tinysight.bundle import Bundle, check_golden
from tinysight.errors import BundleError, TinysightError
from tinysight.evaluation.budget import over_budget
from tinysight.evaluation.comparison import compare
from tinysight.evaluation.gate import DECISIVE, Check, checks_of, outcome_of, rule_for
from tinysight.evaluation.scores import read_scores
from tinysight.evaluation.selection import Entrant
from tinysight.evaluation.source_files import HeldOut, held_out_files, judge
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.decision import Decision, told
from tinysight.tracking.registry import class_conflict, download, versions_of
from tinysight.tracking.store import open_store
from tinysight.tracking.version_info import VersionInfo

THREADS = 2  # answers are the same on any number


@dataclass(frozen=True)
class Contest:
    """Who is judged: the version of the chosen candidate, and the champion if it is another."""

    chosen: str
    version: VersionInfo
    champion: VersionInfo | None


def judge_version(params: Params, paths: Paths, contest: Contest) -> Decision:
    """What the figures say, whatever people and settings hold back.

    Raises:
        DataError: if the source does not hold a test picture.
        TrackingError: if the store cannot be used.
    """
    held_out = held_out_files(params, paths)
    with TemporaryDirectory() as folder:
        files, candidate = _fetch_candidate(paths, contest.version, Path(folder) / "candidate")
        basis = _basis(params, paths, contest, held_out, (files, _budget(params, paths, contest.chosen)))
        if candidate is None:
            return _decided(basis)
        if contest.champion is None:
            (marks,) = judge([candidate], held_out)
            return _decided(replace(basis, accuracy=float(marks.right.mean())), _first(paths, contest.version))
        try:
            champion = _predictor(_fetch(paths, contest.champion, Path(folder) / "champion"))
        except TinysightError as error:  # its files are gone or damaged, or a newer tinysight made it
            return _unscored(basis, error)
        return _against(params, contest, basis, candidate, champion, held_out)


def _against(
    params: Params, contest: Contest, basis: Decision, candidate: Predictor, champion: Predictor, held_out: HeldOut
) -> Decision:
    """Both on the same pictures, each by its own contract."""
    assert contest.champion is not None
    limits = params.register_
    ours, theirs = judge([candidate, champion], held_out, params.evaluate, seed=params.seed)
    found = compare(ours, theirs, held_out.truth, limits.significance, costs=params.select.error_costs)
    rule, why = rule_for(
        limits,
        same_recipe=same_recipe(candidate, champion, contest),
        same_data=candidate.contract.dataset_digest == champion.contract.dataset_digest,
    )
    scored = replace(
        basis,
        accuracy=found.accuracy.ours,
        champion_accuracy=found.accuracy.theirs,
        comparison=found,
        rule=f"{rule}, since {why}",
    )
    if candidate.contract.class_names != champion.contract.class_names:
        names = candidate.contract.class_names, champion.contract.class_names
        other = Check("class names", "failed", class_conflict(*names, contest.champion.version))
        return _decided(replace(scored, checks=(*basis.checks, other)))
    return _decided(replace(scored, checks=(*basis.checks, *checks_of(found, rule, limits))))


def same_recipe(candidate: Predictor, champion: Predictor, contest: Contest) -> bool:
    """Whether both are made in the same way: by the tags, or by the settings that their files name."""
    assert contest.champion is not None
    tags = contest.version.recipe, contest.champion.recipe
    return (bool(tags[0]) and tags[0] == tags[1]) or candidate.contract.params_digest == champion.contract.params_digest


def _decided(basis: Decision, reason: str = "") -> Decision:
    """The outcome, and as its reason the findings that decided it."""
    outcome = outcome_of(basis.checks)
    grade = {"refused": "failed", "challenger": "open", "promoted": "passed"}[outcome]
    findings = told([check for check in basis.checks if check.grade == grade])
    if outcome == "promoted":
        findings = [reason] if reason else [check.finding for check in basis.checks if check.name in DECISIVE]
    return replace(basis, outcome=outcome, reason=" ".join(findings))


def _basis(params: Params, paths: Paths, contest: Contest, held_out: HeldOut, checks: tuple[Check, ...]) -> Decision:
    """All that is known before anybody is scored."""
    judged = _judged(paths, contest.version, held_out.digest)
    return Decision(
        "refused", "", name=contest.version.name, candidate=contest.chosen, version=contest.version.version,
        champion=contest.champion.version if contest.champion else "", rows=len(held_out.pictures), checks=checks,
        test_digest=held_out.digest, judged=judged, warnings=tuple(_many(judged, params.register_.judged_warning)),
    )  # fmt: skip


def _judged(paths: Paths, version: VersionInfo, digest: str) -> int:
    """How many versions these very pictures have judged, with this one."""
    with open_store(paths, write=False) as store:
        others = [one for one in versions_of(store, version.name) if one.version != version.version]
    return 1 + sum(one.judged_on == digest for one in others)


def _many(judged: int, most: int) -> Iterator[str]:
    if judged >= most:
        yield (
            f"These test pictures have judged {judged} models. The best of many looks better than it is: add test"
            " pictures before you trust a small gain."
        )


def _first(paths: Paths, version: VersionInfo) -> str:
    with open_store(paths, write=False) as store:
        released = any(one.release == "promoted" for one in versions_of(store, version.name))
    return "Nothing is in production." if released else "It is the first version."


def _unscored(basis: Decision, error: TinysightError) -> Decision:
    finding = (
        f"The champion cannot be scored: {error} To replace it unseen: `tinysight registry promote"
        f" {basis.version} --force`."
    )
    return _decided(replace(basis, checks=(*basis.checks, Check("champion", "failed", finding))))


def _fetch_candidate(paths: Paths, version: VersionInfo, folder: Path) -> tuple[Check, Predictor | None]:
    """The version as the registry holds it, which is what would be served; its digests and golden pictures checked."""
    try:
        bundle = _fetch(paths, version, folder)
        if bundle.sha256["model.onnx"] != version.sha256:
            raise BundleError("model.onnx in the registry is not the version's.")
        predictor = _predictor(bundle)
        check_golden(bundle, predictor)
    except BundleError as error:
        return Check("files", "failed", f"Its files in the registry are not as promised: {error}"), None
    return Check("files", "passed", "Digests and golden pictures are as promised."), predictor


def _fetch(paths: Paths, version: VersionInfo, folder: Path) -> Bundle:
    with open_store(paths, write=False) as store:
        return download(store, version, folder)


def _predictor(bundle: Bundle) -> Predictor:
    return Predictor(bundle.model, threads=THREADS)


def _budget(params: Params, paths: Paths, chosen: str) -> Check:
    entrant = Entrant(chosen, "", read_scores(paths.scores(chosen)))
    too_much = over_budget([entrant], params.select.budget).get(chosen)
    if too_much:
        return Check("budget", "failed", f"It is not within select.budget: {too_much}.")
    return Check("budget", "passed", "Size, time and memory are within select.budget.")
