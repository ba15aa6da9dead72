"""A study counts what came to an end, goes on where it was killed, and tries then what it would have tried anyway."""

import fcntl
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
from studies import SPACE, outcome

from tinysight.errors import ConfigError, DataError
from tinysight.params.tune import PruningParams, TuneParams
from tinysight.tuning.study import Study, open_study

KILLED = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from studies import SPACE
from tinysight.tuning.study import open_study
with open_study(Path(sys.argv[1]), "s", SPACE, 0) as study:
    print(json.dumps(study.next()[1]), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def go_on(study: Study, count: int) -> list[dict[str, Any]]:
    """Ends so many trials; the larger the side, the better."""
    for _ in range(count):
        if not study.trials():
            study.add_first({"side": 32}, outcome(8))
            continue
        trial, values = study.next()
        study.end(trial, outcome(values["side"] // 4))
    return [dict(tried.values) for tried in study.trials()]


def in_memory(seed: int = 0, tune: TuneParams = SPACE) -> Study:
    """A study for tests that neither close nor kill it."""
    return Study(optuna.create_study(direction="maximize"), tune, seed)


def test_a_study_that_was_closed_goes_on_as_one_that_was_not(tmp_path: Path) -> None:
    whole = go_on(in_memory(), 13)
    for count in (1, 6, 6):
        with open_study(tmp_path / "s.db", "s", SPACE, 0) as study:
            parts = go_on(study, count)
    assert parts == whole
    assert whole[0] == {}
    assert len({str(values) for values in whole}) == 13


def test_another_seed_tries_other_values() -> None:
    assert go_on(in_memory(0), 4) != go_on(in_memory(100), 4)


def test_after_the_first_ten_it_tries_more_of_what_is_good() -> None:
    sides = [values.get("side", 32) for values in go_on(in_memory(), 40)]
    assert sum(sides[25:]) / 15 > sum(sides[:10]) / 10 + 8


def killed(database: Path) -> dict[str, Any]:
    """What a process tried that was killed in the middle of the trial."""
    words = [sys.executable, "-c", KILLED, str(database), str(Path(__file__).parent.parent)]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values


@pytest.mark.slow
def test_a_killed_trial_is_tried_again_and_after_a_second_kill_counts_as_failed(tmp_path: Path) -> None:
    """Else a trial that needs too much memory would be tried for ever."""
    database, whole = tmp_path / "s.db", go_on(in_memory(), 3)
    with open_study(database, "s", SPACE, 0) as study:
        go_on(study, 2)
    assert killed(database) == whole[2]
    assert killed(database) == whole[2]
    with open_study(database, "s", SPACE, 0) as study:
        *_, last = study.trials()
        assert (last.number, last.outcome.end, last.values) == (2, "failed", whole[2])
        assert "killed twice" in last.outcome.reason
        assert go_on(study, 1)[3] != whole[2]


def test_what_a_person_has_stopped_does_not_count_however_often() -> None:
    study, tried_again = in_memory(), []
    go_on(study, 1)
    for _ in range(3):
        trial, values = study.next()
        tried_again.append(values)
        study.stop(trial)
    study.settle_killed()
    assert len(study.trials()) == 1
    assert [go_on(study, 1)[1]] * 3 == tried_again


def test_what_failed_counts_and_is_not_learned_from() -> None:
    study = in_memory()
    study.add_first({}, outcome(0, "failed", reason="no memory"))
    trial, _ = study.next()
    study.end(trial, outcome(0, "failed", reason="no memory"))
    assert [tried.outcome.reason for tried in study.trials()] == ["no memory", "no memory"]
    assert study.importance() == {}


def test_a_network_worse_than_the_others_is_given_up_but_not_before_its_time() -> None:
    study = in_memory(tune=SPACE.model_copy(update={"pruning": PruningParams(trials=3, epochs=2)}))
    study.add_first({}, outcome(10, epochs=4))
    for _ in range(2):
        trial, _ = study.next()
        for epoch in range(1, 5):
            trial.report(0.5, epoch)
            assert not trial.should_prune()
        study.end(trial, outcome(10, epochs=4))
    worse, _ = study.next()
    given_up = []
    for epoch in range(1, 4):
        worse.report(0.1, epoch)
        given_up.append(worse.should_prune())
    assert given_up == [False, True, True]
    study.end(worse, outcome(2, "stopped", epochs=2))
    assert study.trials()[-1].outcome.end == "stopped"


def test_importance_finds_the_key_that_matters() -> None:
    study = in_memory()
    go_on(study, 9)
    assert study.importance() == {}  # too few to tell
    go_on(study, 21)
    importance = study.importance()
    assert importance["side"] > 0.8
    assert sum(importance.values()) == pytest.approx(1)


def test_two_processes_cannot_tune_one_candidate_at_once(tmp_path: Path) -> None:
    with (tmp_path / "svm.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with (
            pytest.raises(ConfigError, match=r"Another `tinysight tune svm` is at work"),
            open_study(tmp_path / "svm.db", "s", SPACE, 0),
        ):
            pass


def test_a_file_that_is_no_study_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "svm.db").write_bytes(b"no database, but long enough to be looked at" * 100)
    with (
        pytest.raises(DataError, match=r"svm\.db cannot be used.*move it away"),
        open_study(tmp_path / "svm.db", "s", SPACE, 0),
    ):
        pass


def test_optuna_says_nothing_and_nothing_half_made_stays(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with open_study(tmp_path / "s.db", "s", SPACE, 0) as study:
        go_on(study, 3)
    assert capfd.readouterr() == ("", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.db", "s.lock"]
