"""`tinysight tune`: tries values of a candidate until so many trials are done, and writes what it found."""

import logging
import time
from dataclasses import dataclass

from pydantic import ValidationError

from tinysight.config import compose_tune, load_params
from tinysight.errors import ConfigError, ModelError
from tinysight.models.start import start_tensorflow
from tinysight.models.training_data import TrainingData
from tinysight.params import Params
from tinysight.params.tune import TuneParams, parse_tune, with_values
from tinysight.paths import Paths
from tinysight.tuning.bar import StudyBar
from tinysight.tuning.found import Found
from tinysight.tuning.outcome import Outcome, best_of
from tinysight.tuning.publishing import Publisher
from tinysight.tuning.rows import read_rows, study_key
from tinysight.tuning.space import drawn_from
from tinysight.tuning.study import Study, open_study
from tinysight.tuning.writing import write_found

FRUITLESS = 3  # trials: if the first ones all fail, so will the others


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        candidate: its name in params.yaml.
        trials: how many there are to be in all, those of earlier runs included.
        minutes: after which no trial starts any more; None for no limit.
        epochs: that a network may have in each trial; None as in params.yaml.
    """

    candidate: str
    trials: int
    minutes: float | None = None
    epochs: int | None = None


def tune(paths: Paths, wish: Wish) -> str:
    """Tries, judges on val, and writes figures, runs and an experiment; nothing of the pipeline's own is touched.

    Returns:
        What was found and what to do with it.

    Raises:
        ConfigError: if the candidate, its space or the wish is wrong.
        DataError: if the rows are not there, or the study cannot be kept.
        ModelError: if no trial comes to its end.
    """
    params = _with_epochs(load_params(paths.params), wish)
    if wish.candidate not in params.models:
        raise ConfigError(f"params.yaml has no candidate {wish.candidate}. Allowed: {', '.join(params.models)}.")
    section = params.models[wish.candidate]
    content, origin = compose_tune(paths.conf, wish.candidate, section.kind)
    space = parse_tune(content, section, origin=origin)
    data = read_rows(params, paths)
    key = study_key(params, paths, wish.candidate, space)
    publisher = Publisher(params, paths, wish.candidate, key)
    with open_study(paths.study(wish.candidate), f"{wish.candidate}-{key[:16]}", space, params.seed) as study:
        _search(study, params, paths, space, data, wish, publisher)
        trials = study.trials()
        if best_of(trials) is None:
            raise ModelError("No trial has come to its end, so there is nothing to compare. Give it more --minutes.")
        found = Found(wish.candidate, trials, wish.trials, len(data.val_rows), params.train.epochs)
        return write_found(found, study.importance(), params, paths, publisher)


def _with_epochs(params: Params, wish: Wish) -> Params:
    if wish.epochs is None:
        return params
    return params.model_copy(update={"train": params.train.model_copy(update={"epochs": wish.epochs})})


def _search(
    study: Study, params: Params, paths: Paths, space: TuneParams, data: TrainingData, wish: Wish, publisher: Publisher
) -> None:
    """Trials until there are enough, or no time is left to start another."""
    trials = study.trials()
    ends = None if wish.minutes is None else time.monotonic() + 60 * wish.minutes
    if len(trials) >= wish.trials:
        return
    if trials:
        print(f"{len(trials)} of {wish.trials} trials are done already.", flush=True)
    start_tensorflow()  # here, so that what is wrong with the words is said before: it takes seconds
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it takes many models in one process for a mistake
    bar = StudyBar(wish.candidate, wish.trials, trials)
    with bar.shown():
        while len(trials) < wish.trials and (ends is None or time.monotonic() < ends):
            _one_trial(study, params, paths, space, data, wish.candidate, bar)
            trials = study.trials()
            bar.end(trials[-1])
            publisher.so_far(trials)
            if len(trials) == FRUITLESS and all(tried.outcome.end == "failed" for tried in trials):
                raise ModelError(f"The first {FRUITLESS} trials have all failed: {trials[-1].outcome.reason}")


def _one_trial(
    study: Study, params: Params, paths: Paths, space: TuneParams, data: TrainingData, candidate: str, bar: StudyBar
) -> None:
    from tinysight.tuning.trial import run_trial

    section = params.models[candidate]
    if not study.trials():  # the candidate as it is comes first: the others are compared with it
        outcome = run_trial(params, section, data, paths.cache, bar.epoch)
        study.add_first(drawn_from(space, section), outcome)
        return
    trial, values = study.next()

    def give_up(epoch: int, accuracy: float) -> bool:
        bar.epoch(epoch, accuracy)
        trial.report(accuracy, epoch)
        return trial.should_prune()

    try:
        tried = with_values(section, values)
    except ValidationError as error:
        study.end(trial, Outcome(end="failed", reason=str(error.errors()[0]["msg"])))
        return
    try:
        study.end(trial, run_trial(params, tried, data, paths.cache, give_up))
    except KeyboardInterrupt:
        study.stop(trial)
        raise
