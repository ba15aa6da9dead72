"""Sends pictures of the data set to a labelling tool: those with problems, those that the model doubts, or all."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tinysight.config import load_params
from tinysight.data.dataset import read_info
from tinysight.data.exports.picked import Opinion, Reason
from tinysight.data.exports.problem_pictures import find_problems
from tinysight.data.exports.writing import FORMATS, Stock, write_samples
from tinysight.data.imageset import Sample, read_samples
from tinysight.data.sources.source import open_source
from tinysight.errors import DataError
from tinysight.evaluation.doubts import find_doubts
from tinysight.paths import Paths
from tinysight.predictor import Predictor

DOUBTS = 100  # pictures, where nobody says how many


def export_samples(paths: Paths, out: Path, *, form: str, pick: str, limit: int | None = None) -> str:
    """Writes pictures with their labels for a labelling tool, or for a person.

    Args:
        paths: the checkout; what it takes must have run: ingest, for problems validate, for uncertain all.
        out: a folder that is not there yet.
        form: label_studio, csv or folder.
        pick: problems, uncertain or all.
        limit: how many at most.

    Returns:
        What was done and what to do next.

    Raises:
        DataError: if a stage has not run, the source has changed, or the folder is in use.
    """
    samples = {sample.path: sample for sample in _read(paths)}
    reasons = _reasons(pick, paths, samples, limit)[:limit]
    if not reasons:
        return f"Nothing was written: there is no picture to send ({pick})."
    files = open_source(load_params(paths.params).dataset, paths.root)
    info = read_info(paths.dataset)
    stock = Stock(samples, files, [*info.class_names, *info.empty_classes])
    write_samples(out, FORMATS[form], stock, reasons, labelled=pick == "all")
    return f"{len(reasons):,} pictures are in {out}.\n{FORMATS[form].next_steps(out)}"


def _read(paths: Paths) -> list[Sample]:
    try:
        return read_samples(paths.dataset / "samples.csv")
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{paths.dataset} holds no data set: {error}. Run `dvc repro ingest`.") from None


def _reasons(pick: str, paths: Paths, samples: Mapping[str, Sample], limit: int | None) -> list[Reason]:
    if pick == "all":
        return [Reason(path) for path in samples]
    if pick == "problems":
        return find_problems(paths.validation / "violations.json", samples)
    return _uncertain(paths, [*samples.values()], limit or DOUBTS)


def _uncertain(paths: Paths, samples: Sequence[Sample], most: int) -> list[Reason]:
    chosen = _chosen(paths)
    contract = Predictor(paths.model(chosen)).contract
    if contract.dataset_digest != read_info(paths.dataset).digest:
        raise DataError(f"{chosen} was trained on another data set than data/dataset holds. Run `dvc repro` first.")
    reasons = []
    for doubt in find_doubts(paths.scores(chosen), most):
        sample, best = samples[doubt.row], contract.class_names[doubt.best]
        unknown = ", which it answers with unknown" if doubt.confidence < contract.unknown_threshold else ""
        words = f"{chosen} takes it for {best} ({100 * doubt.confidence:.0f} %){unknown}"
        present = float(doubt.probabilities[sample.label])
        reasons.append(Reason(sample.path, words, Opinion(best, doubt.confidence, chosen), present))
    return reasons


def _chosen(paths: Paths) -> str:
    try:
        chosen = json.loads(paths.verdict.read_text(encoding="utf-8"))["chosen"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{paths.verdict} cannot be read: {error!r}. Run `dvc repro`.") from None
    if not isinstance(chosen, str):
        raise DataError("No candidate was chosen, so that nobody has doubts. Read reports/verdict.md.")
    return chosen
