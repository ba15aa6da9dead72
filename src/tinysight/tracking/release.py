"""Publishes, registers and judges a pipeline's chosen model, and makes it the release if it may and should be."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace

from tinysight.data.dataset import read_info
from tinysight.data.splits import Split
from tinysight.evaluation.card import CARD, PICTURE, Origin, model_card
from tinysight.evaluation.scores import bundle_scores, read_scores
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of, is_int8
from tinysight.tracking.alias_moves import AliasMovedError, move_alias, settle
from tinysight.tracking.collisions import tag_version
from tinysight.tracking.decision import Decision
from tinysight.tracking.drift_reference import drift_reference
from tinysight.tracking.golden import golden_pictures
from tinysight.tracking.judgement import Contest, judge_version
from tinysight.tracking.record import experiment_name, git_commit, read_verdict
from tinysight.tracking.registration import ModelFile, register
from tinysight.tracking.registry import find_champion, find_version, promote, record_decision, take_back_challenger
from tinysight.tracking.runs import publish
from tinysight.tracking.store import open_store
from tinysight.tracking.version_info import CHALLENGER, GATE, JUDGED_ON, VersionInfo
from tinysight.tracking.work_tree import uncommitted, who

NO_PROMOTE = "TINYSIGHT_NO_PROMOTE"
TRIES = 5  # each against the champion of that moment


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
    model = _model_file(params, paths, chosen, runs.candidates[chosen])
    for _ in range(TRIES - 1):
        try:
            return _attempt(params, paths, chosen, model)
        except AliasMovedError:  # another pipeline was faster: judge against what it released
            continue
    return _attempt(params, paths, chosen, model)


def _model_file(params: Params, paths: Paths, chosen: str, run_id: str) -> ModelFile:
    recipe, commit, loose = params.recipe_digest(candidate_of(chosen)), git_commit(paths.root), uncommitted(paths.root)
    return ModelFile(
        path=paths.model(chosen),
        golden=golden_pictures(params, paths),
        run_id=run_id,
        dataset_digest=read_info(paths.dataset).digest,
        git_commit=commit,
        scores=bundle_scores(read_scores(paths.scores(chosen))),
        recipe=f"{recipe}-int8" if is_int8(chosen) else recipe,
        uncommitted=loose,
        beside=_card(params, paths, chosen, commit, loose) | drift_reference(params, paths, paths.model(chosen)),
    )


def _card(params: Params, paths: Paths, chosen: str, commit: str, loose: Sequence[str]) -> dict[str, bytes]:
    """The model card, and the picture of its worst mistakes where evaluate drew one."""
    drawn = paths.scores(chosen) / "mistakes.png"
    picture = drawn.read_bytes() if drawn.is_file() else b""
    train_rows, expected = len(Split.open(paths.split).train), params.evaluate.expected
    origin = Origin(
        params.register_.name, read_info(paths.dataset), train_rows, expected, commit, loose,
        grouped=params.validate_.group_near_duplicates,
    )  # fmt: skip
    text = model_card(read_scores(paths.scores(chosen)), origin, picture=bool(picture))
    return {CARD: text.encode(), **({PICTURE: picture} if picture else {})}


def _attempt(params: Params, paths: Paths, chosen: str, model: ModelFile) -> Decision:
    with open_store(paths) as store:
        version = register(store, params.register_.name, model)
        settle(store, params.register_.name)  # what a killed process left
        champion = find_champion(store, params.register_.name)
    if champion is not None and champion.version == version.version:
        reason = f"Version {version.version} is production already. {champion.why}".strip()
        decision = Decision("kept", reason, version.name, chosen, version.version, champion.version)
    else:
        decision = judge_version(params, paths, Contest(chosen, version, champion))
    return _carry_out(paths, version, _hold_back(params, decision, version))


def _hold_back(params: Params, decision: Decision, version: VersionInfo) -> Decision:
    """Turns a promotion into `challenger` where a person has said so, or must."""
    if decision.outcome != "promoted":
        return decision
    why, force = "", ""
    if params.register_.promote == "never":
        why = "register.promote is never"
    elif os.environ.get(NO_PROMOTE, "").strip() not in ("", "0"):
        why = f"{NO_PROMOTE} is set"
    elif version.release == "promoted":
        why = f"version {version.version} was production before and was taken back or replaced"
    elif version.uncommitted and decision.champion:
        why, force = f"no commit can make it again (not committed: {version.uncommitted})", " --force"
    elif version.uncommitted:
        note = f"No commit can make it again (not committed: {version.uncommitted})."
        return replace(decision, warnings=(*decision.warnings, note))
    if not why:
        return decision
    command = f"`tinysight registry promote {version.version}{force}`"
    reason = f"{decision.reason} Not promoted, since {why}: {command} does it."
    return replace(decision, outcome="challenger", reason=reason)


def _carry_out(paths: Paths, version: VersionInfo, decision: Decision) -> Decision:
    """Writes down what was found, then moves the aliases."""
    if decision.outcome == "kept":
        promote(paths, version.version, name=version.name)  # completes what a kill may have left
        return decision
    with open_store(paths) as store:
        judged = {JUDGED_ON: decision.test_digest, GATE: json.dumps(decision.as_json(), ensure_ascii=False)}
        for tag, value in judged.items():
            tag_version(store.client, version.name, version.version, tag, value)
    if decision.outcome == "promoted":
        # the gate has looked at all that force would pass over, and at the files
        promote(paths, version.version, name=version.name, force=True, checked=True, why=decision.reason,
                instead_of=decision.champion)  # fmt: skip
        return decision
    with open_store(paths) as store:
        now = find_version(store, version.name, version.version)
        if version.release != "promoted":
            record_decision(store, version, decision.outcome, decision.reason)
        if decision.outcome == "refused":
            take_back_challenger(store, now, who(paths.root), decision.reason)
        elif CHALLENGER not in now.aliases:
            move_alias(store, version.name, CHALLENGER, version.version, kind="challenger", who=who(paths.root),
                       why=decision.reason)  # fmt: skip
    return decision
