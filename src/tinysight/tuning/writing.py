"""What a study leaves behind: table, page, figures, an experiment to run, and its runs in MLflow."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import yaml

from tinysight.params import Params
from tinysight.params.tune import with_values
from tinysight.paths import Paths
from tinysight.tuning.figures import draw_history, draw_importance
from tinysight.tuning.found import CAUTION, Found, experiment, report
from tinysight.tuning.outcome import Tried
from tinysight.tuning.publishing import Publisher
from tinysight.whole_file import write_table, write_whole


def write_found(found: Found, importance: dict[str, float], params: Params, paths: Paths, publisher: Publisher) -> str:
    """Everything for people and programs: table, page, figures, experiment, runs.

    Args:
        found: what the study has found.
        importance: of its keys; empty where nothing can be said.
        params: with the candidate as it is.
        paths: of the project.
        publisher: of its runs.

    Returns:
        what was found and what to do with it, for the terminal.
    """
    candidate, folder = found.candidate, paths.tune_report(found.candidate)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{candidate}_tuned"
    commands = [f"dvc exp run -S experiment={name}"] if found.better else []
    note = report(found, importance, commands)
    files = [folder / "history.png", folder / "trials.csv", folder / "report.md"]
    draw_history(files[0], found.trials, f"Tuning {candidate}: {len(found.trials)} trials")
    _write_trials(files[1], found.trials)
    write_whole(files[2], note)
    if importance:
        files.append(folder / "importance.png")
        draw_importance(files[-1], importance, f"Tuning {candidate}: what mattered")
    if found.better:
        files.append(_write_experiment(found, name, params, paths))
    publisher.at_the_end(found.trials, note, files)
    return "\n".join(_said(found, paths, commands, publisher.trouble))


def _write_experiment(found: Found, name: str, params: Params, paths: Paths) -> Path:
    section = with_values(params.models[found.candidate], found.best.values).model_dump(mode="json")
    path = paths.experiment(name)
    path.parent.mkdir(exist_ok=True)
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    rung = yaml.safe_dump({"models": {name: section}}, sort_keys=False)
    write_whole(path, experiment(found, name, date) + rung)
    return path


def _write_trials(path: Path, trials: Sequence[Tried]) -> None:
    keys = list(dict.fromkeys(key for tried in trials for key in tried.values))
    header = ["trial", "end", "val_moved_accuracy", "seconds", "epochs", *keys]
    rows = [
        [
            *(one.number + 1, one.outcome.end, one.outcome.accuracy, one.outcome.seconds),
            *(len(one.outcome.curves.get("epoch", ())), *(one.values.get(key, "") for key in keys)),
        ]
        for one in trials
    ]
    write_table(path, header, rows)


def _said(found: Found, paths: Paths, commands: Sequence[str], trouble: str) -> list[str]:
    left = found.wanted - len(found.trials)
    lines = [found.line()]
    lines += [CAUTION, *(f"  {command}" for command in commands)] if found.better else []
    folder = paths.tune_report(found.candidate).relative_to(paths.root)
    lines.append(f"{folder} has the figures and the table of all trials; MLflow has their runs.")
    lines += [f"{left} of {found.wanted} trials are left; the same command goes on."] if left > 0 else []
    return lines + ([f"But MLflow has not: {trouble}"] if trouble else [])
