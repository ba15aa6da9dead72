"""Feedback, drift and retraining together, once round."""

from pathlib import Path

import pytest
from whole_loop import go_round


@pytest.mark.slow
def test_drift_is_noticed_and_what_people_say_makes_a_better_release(tmp_path: Path) -> None:
    figures = go_round(tmp_path)
    print(figures)
    assert not figures.calm_alarm
    assert figures.alarm_after is not None
    assert figures.gave == (300, 300)
    assert figures.again == 0
    assert figures.ending == "released"
    assert figures.versions == ("1", "2")
    before, after = figures.accuracy
    assert after > before + 0.1
