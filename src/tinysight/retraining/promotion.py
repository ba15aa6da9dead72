"""After a merge: the version that the merged dvc.lock names is released, if the gate had let it pass."""

import json

from tinysight.errors import DataError
from tinysight.paths import Paths, candidate_of
from tinysight.retraining.journal import Journal, why_failed
from tinysight.retraining.outcome import gate_passed
from tinysight.tracking.record import git_commit
from tinysight.tracking.registry import holder_of, list_versions, promote
from tinysight.tracking.version_info import PRODUCTION


def promote_merged(paths: Paths, journal: Journal) -> str:
    """Fetches the chosen model of the checked out dvc.lock and releases its version.

    Returns:
        One line that says what was done, or why nothing.

    Raises:
        DataError: if the model cannot be had, or is in no registry.
        TrackingError: if the registry cannot be used, or another version came into production meanwhile.
    """
    _pull(paths, journal, str(paths.verdict.relative_to(paths.root)))
    chosen = json.loads(paths.verdict.read_text(encoding="utf-8")).get("chosen")
    if not chosen:
        return "The merged verdict chose no candidate: nothing is released."
    _pull(paths, journal, str(paths.export(candidate_of(chosen)).relative_to(paths.root)))
    version = holder_of(list_versions(paths), paths.model(chosen))
    if version is None:
        raise DataError(
            f"No version of the registry holds the merged {chosen}. Run `tinysight retrain` on this commit."
        )
    if PRODUCTION in version.aliases:
        return f"{version.name} {version.version} is production already."
    if version.release == "refused" or not gate_passed(version):
        return (
            f"{version.name} {version.version} is not released: {version.why} To release it all the same:"
            f" `tinysight registry promote {version.version} --why …`."
        )
    judged_against = str(version.judgement.get("champion", ""))
    why = f"merged as {git_commit(paths.root)[:10]}; {version.judgement.get('reason', '')}"
    return promote(paths, version.version, why=why, instead_of=judged_against)


def _pull(paths: Paths, journal: Journal, what: str) -> None:
    code, lines = journal.run(paths.root, "dvc", "pull", what)
    if code:
        raise DataError(f"{what} cannot be had: {why_failed(lines)} `dvc push` from where it was made.")
