"""A study as MLflow shows it; a store that is down stops no trial."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tinysight.errors import TrackingError
from tinysight.params import CandidateParams, Params
from tinysight.params.tune import with_values
from tinysight.paths import Paths
from tinysight.tracking.trial_runs import StudyRecord, TrialRecord, publish_study
from tinysight.tuning.outcome import Tried, best_of

STATUS: Mapping[str, str] = {"whole": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}


class Publisher:
    """Publishes after each trial as long as the store answers, and once more at the end.

    Attributes:
        trouble: why the store could not be used; empty where it could.
    """

    def __init__(self, params: Params, paths: Paths, candidate: str, key: str) -> None:
        self._params, self._paths, self._candidate, self._key = params, paths, candidate, key
        self.trouble = ""

    def so_far(self, trials: Sequence[Tried]) -> None:
        """After a trial; once the store has failed, it is left alone until the end."""
        if not self.trouble:
            self._publish(trials, "", ())

    def at_the_end(self, trials: Sequence[Tried], note: str, files: Sequence[Path]) -> None:
        """With what was found."""
        self.trouble = ""
        self._publish(trials, note, files)

    def _publish(self, trials: Sequence[Tried], note: str, files: Sequence[Path]) -> None:
        section = self._params.models[self._candidate]
        records = [_record(self._candidate, section, tried) for tried in trials]
        best = best_of(trials)
        metrics = {} if best is None else _metrics(best)
        record = StudyRecord(self._key, self._candidate, self._params, records, metrics, note, files)
        try:
            publish_study(self._paths, record)
        except TrackingError as error:
            self.trouble = str(error).replace("`dvc repro`", f"`tinysight tune {self._candidate}`")


def _record(candidate: str, section: CandidateParams, tried: Tried) -> TrialRecord:
    outcome = tried.outcome
    return TrialRecord(
        number=tried.number,
        name=f"{candidate} · trial {tried.number + 1} · {tried.told(' ')}",
        section=_section(section, tried),
        metrics=_metrics(tried),
        curves=outcome.curves,
        status=STATUS[outcome.end],  # type: ignore[arg-type] # they are MLflow's words
        reason=outcome.reason,
    )


def _metrics(tried: Tried) -> dict[str, float]:
    """By the names that the runs of the pipeline use."""
    outcome = tried.outcome
    if outcome.accuracy is None or outcome.interval is None or outcome.macro_f1 is None:
        return {}
    low, high = outcome.interval
    return {
        "val/expected_accuracy": outcome.accuracy,
        "val/expected_accuracy_low": low,
        "val/expected_accuracy_high": high,
        "val/expected_macro_f1": outcome.macro_f1,
        "cost/train_seconds": outcome.seconds,
    }


def _section(section: CandidateParams, tried: Tried) -> CandidateParams:
    """What does not go together has failed; it is shown all the same."""
    try:
        return with_values(section, tried.values)
    except ValueError:
        return section.model_copy(update=dict(tried.values))
