"""A study on disk: what was tried and what came of it, so that a kill costs no more than the trial it hits."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from tinysight.errors import ConfigError, DataError
from tinysight.params.tune import TuneParams
from tinysight.tuning.outcome import Outcome, Tried
from tinysight.tuning.space import distributions, values_of

OUTCOME, STOPPED = "outcome", "stopped"
STATES = {"whole": TrialState.COMPLETE, "stopped": TrialState.PRUNED, "failed": TrialState.FAIL}


class Study:
    """Hands out what to try next and keeps what came of it.

    What is tried next follows from the seed and from what came before alone: a study that was killed tries the same
    values as one that was not.
    """

    def __init__(self, study: optuna.Study, tune: TuneParams, seed: int) -> None:
        self._study, self._tune, self._seed = study, tune, seed
        self._space = distributions(tune)
        pruning = tune.pruning
        study.pruner = optuna.pruners.MedianPruner(n_startup_trials=pruning.trials, n_warmup_steps=pruning.epochs)

    def trials(self) -> list[Tried]:
        """Those that count, in their order; a trial that was running when its process was killed does not."""
        counted = [trial for trial in self._study.trials if trial.state.is_finished() and OUTCOME in trial.user_attrs]
        return [
            Tried(
                number=number,
                values=values_of(self._tune, trial.params) if number else {},
                outcome=Outcome.model_validate_json(trial.user_attrs[OUTCOME]),
            )
            for number, trial in enumerate(counted)
        ]

    def next(self) -> tuple[optuna.Trial, dict[str, Any]]:
        """The next trial and its values."""
        number = len(self.trials())
        # each trial draws anew: with one generator, a study that goes on would draw again what it has drawn before
        self._study.sampler = optuna.samplers.TPESampler(seed=(self._seed + number) % 2**32, multivariate=False)
        trial = self._study.ask(self._space)
        return trial, values_of(self._tune, trial.params)

    def end(self, trial: optuna.Trial, outcome: Outcome) -> None:
        """Keeps what came of a trial that `next` gave."""
        trial.set_user_attr(OUTCOME, outcome.model_dump_json())
        self._study.tell(trial, _value(outcome), STATES[outcome.end])

    def stop(self, trial: optuna.Trial) -> None:
        """A person has stopped it: it does not count, and will be tried again."""
        trial.set_user_attr(STOPPED, value=True)
        self._study.tell(trial, state=TrialState.FAIL)

    def add_first(self, drawn: Mapping[str, Any], outcome: Outcome) -> None:
        """Keeps what came of the candidate as it is.

        Args:
            drawn: those of its values that lie in the space.
            outcome: what came of it.
        """
        accuracies = outcome.curves.get("val_accuracy", ())
        self._add(drawn, outcome, dict(enumerate(accuracies, 1)))

    def settle_killed(self) -> None:
        """Ends what a killed process left running; what has killed its process twice counts as failed."""
        for left in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            killed = [one for one in self._study.trials if _was_killed(one) and one.params == left.params]
            self._study.tell(left.number, state=TrialState.FAIL)
            if killed:
                reason = "Its process was killed twice: it may need more memory than there is."
                self._add(left.params, Outcome(end="failed", reason=reason), {})

    def importance(self) -> dict[str, float]:
        """By key, its share in what makes trials good or bad; empty where too few say anything of it."""
        told = [
            one
            for one in self._study.get_trials(states=(TrialState.COMPLETE,))
            if one.params.keys() == self._space.keys()
        ]
        if len(told) < 10 or len({one.value for one in told}) < 2 or len(self._space) < 2:
            return {}
        whole = optuna.create_study(direction="maximize")
        whole.add_trials(told)
        return dict(optuna.importance.get_param_importances(whole))

    def _add(self, drawn: Mapping[str, Any], outcome: Outcome, seen: Mapping[int, float]) -> None:
        self._study.add_trial(
            optuna.trial.create_trial(
                state=STATES[outcome.end],
                value=_value(outcome),
                params=dict(drawn),
                distributions={key: self._space[key] for key in drawn},
                user_attrs={OUTCOME: outcome.model_dump_json()},
                intermediate_values=dict(seen),
            )
        )


@contextmanager
def open_study(database: Path, name: str, tune: TuneParams, seed: int) -> Iterator[Study]:
    """Opens a study, or starts it; one process at a time.

    Args:
        database: of all studies of one candidate.
        name: of this one: it follows from all that decides what comes of a trial.
        tune: what is tried.
        seed: of the whole pipeline.

    Raises:
        ConfigError: if another process has it open.
        DataError: if its file is broken or cannot be written.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    database.parent.mkdir(parents=True, exist_ok=True)
    with _alone(database.with_suffix(".lock")), _storage(database) as storage:
        study = optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)
        opened = Study(study, tune, seed)
        opened.settle_killed()
        yield opened


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"Another `tinysight tune {lock.stem}` is at work here. Wait for it, or stop it; then run this again."
            ) from None
        yield


@contextmanager
def _storage(database: Path) -> Iterator[optuna.storages.RDBStorage]:
    """SQLite; made under another name, so that a kill leaves no half-made tables."""
    try:
        if not database.exists():
            draft = database.with_name(database.name + ".part")
            draft.unlink(missing_ok=True)
            optuna.storages.RDBStorage(f"sqlite:///{draft}").engine.dispose()
            os.replace(draft, database)
        storage = optuna.storages.RDBStorage(f"sqlite:///{database}")
        try:
            yield storage
        finally:
            storage.engine.dispose()
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        first = str(error.__cause__ or error).splitlines()[0]
        raise DataError(
            f"{database} cannot be used: {first}. Free space or permit writing; if it is broken, move it away, and"
            " tuning starts anew."
        ) from error


def _value(outcome: Outcome) -> float | None:
    return outcome.accuracy if outcome.end == "whole" else None


def _was_killed(trial: FrozenTrial) -> bool:
    return trial.state == TrialState.FAIL and OUTCOME not in trial.user_attrs and STOPPED not in trial.user_attrs
