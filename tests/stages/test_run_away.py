"""A training that runs away is told with its reason to the last page, and the other candidates are judged."""

import json
from pathlib import Path

import pytest
from shapes import write_shapes
from tiny_datasets import make_params
from trained_projects import OF_THE_CANDIDATE, RUNGS, run_stages

from tinysight.models import mlp
from tinysight.models.networks import constant_rate
from tinysight.models.status import read_status
from tinysight.paths import Paths

JUDGED, LOST = ("majority", "logistic"), "mlp"
LEFT_OUT = tuple(f"~model@models.{name}" for name in RUNGS if name not in (*JUDGED, LOST))
QUICK = (
    "dataset.image_size=16", "train.epochs=2", "models.mlp.hidden=[16]", "export.int8=false",
    "evaluate.curve_images=20", "evaluate.timed_images=10", "evaluate.service_seconds=0",
)  # fmt: skip


def test_a_loss_that_ran_away_is_a_reason_in_words_and_stops_no_other_candidate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shapes(tmp_path)
    monkeypatch.setattr(mlp, "recipe", lambda params: constant_rate(1e30))
    params, paths = make_params(*QUICK, *LEFT_OUT), Paths(tmp_path)
    run_stages(params, paths, *OF_THE_CANDIDATE, "select")
    status = read_status(paths.train(LOST))
    assert status.failed
    assert status.reason.startswith("loss became nan in epoch 1: the training ran away.")
    assert "learning_rate" in status.reason
    assert "tinysight retry" in status.reason
    assert [path.name for path in paths.train(LOST).iterdir()] == ["status.json"]

    verdict = json.loads(paths.verdict.read_text())
    told = {one["name"]: (one["status"], one["reason"], bool(one["test"])) for one in verdict["candidates"]}
    assert told == {LOST: ("failed", status.reason, False)} | dict.fromkeys(JUDGED, ("ok", "", True))
    assert verdict["chosen"] in JUDGED
    for page in (paths.verdict_text, paths.verdict_html):
        assert "the training ran away" in page.read_text()
