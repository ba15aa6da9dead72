"""What one pipeline run left on disk, as MLflow will show it: read from files, without MLflow."""

import csv
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinysight.bundle import sha256_of
from tinysight.data.dataset import DatasetInfo, read_info
from tinysight.data.report.content import JSON, PAGE, read_figures
from tinysight.errors import DataError
from tinysight.evaluation.scores import Scores, read_scores
from tinysight.models.status import STATUS, Status, read_status
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of
from tinysight.tracking.work_tree import who

CURVES = "curves.csv"
FIGURES = "*.png"
OF_THE_RELEASE = ("generated", "logger", "register")
OF_THE_RUN = (*OF_THE_RELEASE, "models")  # sections that say nothing about one candidate


@dataclass(frozen=True)
class CurvePoint:
    """One metric after one epoch."""

    metric: str
    epoch: int
    value: float


@dataclass(frozen=True)
class CandidateRecord:
    """One rung of the ladder.

    Attributes:
        name: its key in params.yaml.
        kind: what it is made by.
        status: why it failed, if it failed; then all below is empty.
        params: what made it, dotted names to text.
        metrics: its scores and cost, by MLflow's name.
        curves: its metrics after each epoch.
        files: figures, scores and curves to keep beside the run.
        model: its model.onnx.
    """

    name: str
    kind: str
    status: Status
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    curves: Sequence[CurvePoint]
    files: Sequence[Path]
    model: Path | None


@dataclass(frozen=True)
class PipelineRecord:
    """All that is published of one pipeline run.

    Attributes:
        key: digest of params.yaml, data set, scores and models: the same files are the same run.
        name: the DVC experiment, else the data set.
        chosen: the verdict's candidate, or None if none was good enough to choose.
        verdict: reports/verdict.md.
        metrics: the main figures of the data report.
        tags: what the runs are found by.
        files: verdict, what the made copies look like, params.yaml and dvc.lock.
        data_report: the data report's page and its content.
    """

    key: str
    name: str
    dataset: DatasetInfo
    chosen: str | None
    verdict: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Sequence[Path]
    data_report: Sequence[Path]
    candidates: Sequence[CandidateRecord]


def read_pipeline(params: Params, paths: Paths) -> PipelineRecord:
    """Reads what select and the stages before it wrote.

    Raises:
        DataError: if a file is missing or broken.
    """
    dataset = read_info(paths.dataset)
    candidates = [_read_candidate(params, paths, scored) for name in params.models for scored in paths.judged(name)]
    key = _key(params, paths, dataset.digest)
    experiment = experiment_name()
    return PipelineRecord(
        key=key,
        name=experiment or params.dataset.name,
        dataset=dataset,
        chosen=read_verdict(paths).get("chosen"),
        verdict=_read_text(paths.verdict_text),
        params={**flat(params, without=OF_THE_RELEASE), "pictures": f"{dataset.images} ({dataset.digest[:7]})"},
        metrics=read_figures(paths.data_report),
        tags=tags_of(params, paths, key, dataset.digest, experiment),
        files=[
            *sorted(paths.reports.glob("verdict.*")),
            *paths.reports.glob(paths.augmented_picture.name),
            paths.params,
            *paths.root.glob("dvc.lock"),
        ],
        data_report=[paths.data_report / name for name in (PAGE, JSON) if (paths.data_report / name).is_file()],
        candidates=candidates,
    )


def read_verdict(paths: Paths) -> dict[str, Any]:
    """The content of verdict.json.

    Raises:
        DataError: if it is missing or no JSON object.
    """
    text = _read_text(paths.verdict)
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise DataError(f"{paths.verdict} must hold a JSON object. Run `dvc repro -f -s select`.")
    return content


def experiment_name() -> str:
    """The DVC experiment that runs this process, or an empty text."""
    return os.environ.get("DVC_EXP_NAME", "").strip()


def git_commit(root: Path) -> str:
    """The commit that is checked out; empty outside of git."""
    answer = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _read_candidate(params: Params, paths: Paths, name: str) -> CandidateRecord:
    section = params.models[candidate_of(name)]
    status = read_status(paths.scores(name))
    settings = {**flat(params, without=OF_THE_RUN), **prefixed("model", section.model_dump(mode="json"))}
    if status.failed:
        return CandidateRecord(name, section.kind, status, settings, {}, [], [paths.scores(name) / STATUS], None)
    model, curves = paths.model(name), paths.train(name) / CURVES
    if not model.is_file():
        raise DataError(f"{model} is missing, but its scores are there. Run `dvc repro`.")
    files = sorted(paths.scores(name).glob(FIGURES)) + sorted(paths.scores(name).glob("*.json"))
    metrics = dict(_metrics(read_scores(paths.scores(name))))
    return CandidateRecord(
        name, section.kind, status, settings, metrics, read_curves(curves), [*files, curves], model
    )  # fmt: skip


def read_curves(path: Path) -> list[CurvePoint]:
    """A training's metrics by epoch, as `epoch/loss`; empty for candidates that learn in one go.

    Raises:
        DataError: if the file is missing or holds what is no number.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [
                CurvePoint(f"epoch/{name}", int(float(row["epoch"])), float(value))
                for row in csv.DictReader(file)
                for name, value in row.items()
                if name != "epoch" and value
            ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be read: {error}. Run `dvc repro`.") from None


def _metrics(scores: Scores) -> Iterator[tuple[str, float]]:
    for side, content in (("val", scores.val), ("test", scores.test)):
        fields = content.model_dump(exclude={"rows", "per_class", "confusion_matrix", "interval", "expected_interval"})
        yield from ((f"{side}/{k}", float(v)) for k, v in fields.items() if isinstance(v, int | float))
        for name, interval in (("accuracy", content.interval), ("expected_accuracy", content.expected_interval)):
            yield f"{side}/{name}_low", interval[0]
            yield f"{side}/{name}_high", interval[1]
        for class_name, of_class in content.per_class.items():
            yield f"{side}/recall/{metric_name(class_name)}", of_class.recall
            yield f"{side}/precision/{metric_name(class_name)}", of_class.precision
    yield from ((f"cost/{k}", float(v)) for k, v in scores.cost.model_dump().items() if v is not None)


def metric_name(class_name: str) -> str:
    """A class's name in MLflow's alphabet."""
    return re.sub(r"[^\w\- ]", "_", class_name)


def _key(params: Params, paths: Paths, dataset_digest: str) -> str:
    lines = [params.digest(), dataset_digest]
    for name in [scored for candidate in params.models for scored in paths.judged(candidate)]:
        files = [*sorted(paths.scores(name).glob("*.json")), paths.model(name)]
        lines += [f"{name} {path.name} {sha256_of(path)}" for path in files if path.is_file()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def tags_of(params: Params, paths: Paths, key: str, dataset_digest: str, experiment: str) -> dict[str, str]:
    """What a run is found by, and where it comes from."""
    lock = paths.root / "dvc.lock"
    tags = {
        "tinysight.publication": key,
        "tinysight.dataset_digest": dataset_digest,
        "tinysight.params_digest": params.digest(),
        "tinysight.git_commit": git_commit(paths.root),
        "tinysight.dvc_lock": sha256_of(lock) if lock.is_file() else "",
        "tinysight.experiment": experiment,
        "mlflow.source.name": "dvc exp run" if experiment else "dvc repro",
        "mlflow.source.type": "PROJECT",
        "mlflow.user": who(paths.root).partition(" <")[0],
    }
    tags["mlflow.source.git.commit"] = tags["tinysight.git_commit"]
    return {name: value for name, value in tags.items() if value}


def flat(params: Params, *, without: Sequence[str]) -> dict[str, str]:
    """Params as MLflow keeps them: dotted names to text."""
    content = params.model_dump(mode="json", by_alias=True)
    return prefixed("", {name: value for name, value in content.items() if name not in without})


def prefixed(prefix: str, content: Any) -> dict[str, str]:
    """A section as MLflow keeps it, its names below another."""
    if not isinstance(content, dict):
        return {prefix: content if isinstance(content, str) else json.dumps(content)}
    flat: dict[str, str] = {}
    for name, value in content.items():
        flat |= prefixed(f"{prefix}.{name}".lstrip("."), value)
    return flat


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}. Run `dvc repro`.") from None
