import pytest
from mlflow.exceptions import MlflowException

from tinysight.tracking import collisions
from tinysight.tracking.collisions import TRIES, again_on_collision

MET = "BAD_REQUEST: (sqlite3.IntegrityError) UNIQUE constraint failed: datasets.experiment_id, datasets.name"


class Failing:
    """A call that fails so many times, then answers how often it was made."""

    def __init__(self, times: int, text: str) -> None:
        self.left, self.text, self.made = times, text, 0

    def __call__(self) -> int:
        self.made += 1
        if self.made <= self.left:
            raise MlflowException(self.text)
        return self.made


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collisions.time, "sleep", lambda _: None)


def test_where_two_writers_met_the_call_is_made_again() -> None:
    assert again_on_collision(Failing(TRIES - 1, MET)) == TRIES
    assert again_on_collision(Failing(1, "Model Version creation error (name=x). Giving up after 3 attempts.")) == 2


def test_another_error_is_raised_at_once() -> None:
    call = Failing(1, "INTERNAL_ERROR: disk full")
    with pytest.raises(MlflowException, match="disk full"):
        again_on_collision(call)
    assert call.made == 1


def test_who_meets_others_every_time_is_told() -> None:
    call = Failing(100, MET)
    with pytest.raises(MlflowException, match="UNIQUE"):
        again_on_collision(call)
    assert call.made == TRIES
