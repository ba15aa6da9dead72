"""`tinysight learning-curve`: trains on fewer pictures and at other image sizes, to say what more would bring."""

import subprocess
import sys

from tinysight.config import load_params
from tinysight.errors import ConfigError, ModelError
from tinysight.evaluation.explanation import MAJORITY
from tinysight.evaluation.learning import more_pictures, other_size, what_failed
from tinysight.evaluation.trial_file import (
    ROWS,
    SIZE,
    FailedTrial,
    Learning,
    Trial,
    as_it_is,
    read_learning,
    with_today,
    write_learning,
)
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of
from tinysight.stages import select
from tinysight.stages.train import tell
from tinysight.tracking.belonging import check_belonging
from tinysight.tracking.record import read_verdict
from tinysight.trials.questions import Planned, compared, plan
from tinysight.trials.training import train_trial

BY_HAND = "`dvc repro -f -s select` shows it in reports/verdict.html."


def learning_curve(paths: Paths) -> str:
    """Trains, judges on val, writes reports/learning.json after each trial, and at the end the verdict's page.

    A trial that fails is written down with its reason and stops no other; one that is there already is not made again.

    Returns:
        What was found and how to see it.

    Raises:
        ConfigError: if there is no chosen candidate that learns.
        DataError: if the pipeline's results are older than params.yaml, or learning.json is broken.
        ModelError: if no trial has come through.
    """
    params = load_params(paths.params)
    chosen = _chosen(params, paths)
    check_belonging(params, paths)
    learning, beside = read_learning(params, paths), compared(params, chosen)
    for name in beside:
        today = as_it_is(params, paths, name, ROWS)
        if isinstance(today, FailedTrial):  # it would fail again: its reason is shown in the place of its curve
            learning, beside = learning.add(today), [one for one in beside if one != name]
    for planned in plan(params, paths, chosen, beside):
        if not learning.answers(planned.question):
            print(planned.says, flush=True)
            learning = learning.add(_attempt(params, paths, planned))
            write_learning(paths.learning, learning)
    found = " ".join(_found(with_today(learning, params, paths, chosen), params, chosen))
    if not learning.trials:
        raise ModelError(f"No trial has come through. {found} Correct what they name, then run this again.")
    return f"{found}\n{paths.learning} is written. {_show(paths)}".strip()


def _chosen(params: Params, paths: Paths) -> str:
    chosen = str(read_verdict(paths).get("chosen") or "")
    model = params.models.get(candidate_of(chosen))
    if model is None or model.kind == MAJORITY:
        raise ConfigError("There is no chosen candidate to try out. Run `dvc repro` until the verdict names one.")
    return chosen


def _attempt(params: Params, paths: Paths, planned: Planned) -> Trial | FailedTrial:
    try:
        return train_trial(params, paths, planned)
    except Exception as error:  # whatever breaks one trial, the others go on
        return FailedTrial(**dict(planned.question), reason=tell(planned.question.candidate, error).reason)


def _found(learning: Learning, params: Params, chosen: str) -> list[str]:
    names = (chosen, *compared(params, chosen))
    said = [more_pictures(name, learning.of(name, ROWS)) for name in names]
    said.append(other_size(learning.of(chosen, SIZE), params.dataset.image_size))
    failed = [sentence for name in names for varied in (ROWS, SIZE) for sentence in what_failed(learning, name, varied)]
    return [sentence for sentence in (*said, *failed) if sentence]


def _show(paths: Paths) -> str:
    """Writes the verdict's pages again, by the params.yaml of now, and tells DVC that they are as they should be.

    Raises:
        DataError: if the pipeline's results are older than params.yaml by now.
    """
    params = load_params(paths.params)
    check_belonging(params, paths)
    select.run(params, paths)
    if (paths.root / "dvc.lock").is_file():
        commit = [sys.executable, "-m", "dvc", "commit", "-q", "-f", "select"]
        if subprocess.run(commit, cwd=paths.root, check=False).returncode:
            return BY_HAND
    return f"{paths.verdict_html} shows it."
