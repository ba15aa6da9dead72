"""The verdict's page in a real Chromium: it prints no error, asks for nothing, and fits a phone."""

import pytest
from browser import browser
from evaluated import mistakes_of
from verdicts import LADDER, drawn, failed_trial, trial

from tinysight.evaluation.error_costs import ErrorCost, MeanCost
from tinysight.evaluation.trial_file import SIZE, Learning

LEARNING = Learning(
    trials=[
        *(trial(rows, 1 - 0.4 * (rows / 100) ** -0.5) for rows in (100, 200, 400, 800)),
        *(trial(800, 0.9, varied=SIZE, size=size, lengths={"side": 2 * size}) for size in (14, 28, 56)),
    ],
    failed=[failed_trial(100, "no memory for `models.svm.landmarks`")],
    stale=3,
)
COST = MeanCost(mean=0.0123, interval=(0.01, 0.02), standard_error=0.002)
COSTS = {entrant.name: ErrorCost(val=COST, test=COST) for entrant in LADDER}

pytestmark = pytest.mark.slow


def test_it_prints_nothing_asks_for_nothing_and_fits(tmp_path):
    path = tmp_path / "verdict.html"
    path.write_text(drawn(mistakes=mistakes_of(12), learning=LEARNING, costs=COSTS), encoding="utf-8")
    with browser() as chromium:
        for width, dark in ((360, False), (360, True), (1200, False), (1200, True)):
            chromium.open(path.as_uri(), width=width, dark=dark)
            assert chromium.evaluate("document.images.length") == 24
            assert chromium.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth)")
            assert chromium.evaluate("document.documentElement.scrollWidth") == width
            background = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
            assert background == ("rgb(19, 21, 23)" if dark else "rgb(250, 249, 246)")
            assert chromium.messages == []
            assert {request for request in chromium.requests if not request.startswith("data:")} == {path.as_uri()}
