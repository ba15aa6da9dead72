"""Nothing that was scored on test rows is lost: the log of such calls keeps each figure, and the commit behind it."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny_datasets import make_params

from tests.bench import bench, bench_peers, bench_training, final_calls
from tests.bench.final_calls import FinalCall, commit_of
from tinysight.whole_file import write_whole

OLD = {"at": "2031-05-02T01:58:47+00:00", "arguments": ["--final"]}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A work tree of one commit."""
    folder = tmp_path / "code"
    (folder / "docs").mkdir(parents=True)
    for name in ("docs/page.md", "train.py"):
        (folder / name).write_text("first\n")
    for words in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "calls.json"
    path.write_text(json.dumps([OLD]))
    return path


def calls(log: Path) -> list[dict]:
    return json.loads(log.read_text())


def test_a_call_is_logged_with_its_commit_before_it_scores(log: Path, code: Path) -> None:
    FinalCall(["--final", "--sets", "digits"], log, code)
    before, own = calls(log)
    assert before == OLD
    assert own["arguments"] == ["--final", "--sets", "digits"]
    assert own["commit"] == commit_of(code)
    assert "figures" not in own
    assert {path.name for path in log.parent.iterdir()} == {"calls.json", "code"}


def test_each_seed_is_there_as_soon_as_it_is_scored_and_no_later_call_takes_it_away(log: Path, code: Path) -> None:
    first, second = (FinalCall(["--final"], log, code) for _ in range(2))
    first.scored("digits", "svm", {"accuracy": 0.98123456})
    second.scored("digits", "svm", {"accuracy": 0.5})
    assert calls(log)[1]["figures"] == {"digits": {"svm": {"runs": [{"accuracy": 0.9812}]}}}
    first.scored("digits", "svm", {"accuracy": 0.97})
    first.judged("digits", "svm", {"accuracy": 0.9756})
    first.scored("fashion", "mlp", {"accuracy": 0.8})
    runs = [{"accuracy": 0.9812}, {"accuracy": 0.97}]
    assert calls(log)[1]["figures"] == {
        "digits": {"svm": {"runs": runs, "accuracy": 0.9756}}, "fashion": {"mlp": {"runs": [{"accuracy": 0.8}]}},
    }  # fmt: skip


def test_calls_at_once_lose_nothing(log: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them reads, waits and writes: without turns, one would write what another has not seen."""

    def write_late(path: Path, content: str) -> None:
        time.sleep(0.005)
        write_whole(path, content)

    monkeypatch.setattr(final_calls, "write_whole", write_late)

    def score(number: int) -> None:
        call = FinalCall([str(number)], log, code)
        for seed in range(5):
            call.scored("digits", "svm", {"accuracy": seed})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(score, range(4)))
    assert sorted(call["arguments"][0] for call in calls(log)[1:]) == ["0", "1", "2", "3"]
    assert [len(call["figures"]["digits"]["svm"]["runs"]) for call in calls(log)[1:]] == [5, 5, 5, 5]


@pytest.mark.parametrize(
    ("file", "changed"), [("docs/page.md", False), ("docs/new.json", False), ("train.py", True), ("new.py", True)]
)
def test_what_is_not_committed_is_said_but_for_the_figures_themselves(code: Path, file: str, changed: bool) -> None:
    commit = commit_of(code)
    assert 7 <= len(commit) <= 40
    (code / file).write_text("second\n")
    assert commit_of(code) == (f"{commit} changed" if changed else commit)


def test_what_a_training_scores_on_test_rows_is_logged_seed_by_seed(
    log: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the rows are those of test only where a call is logged."""
    seen = []

    def run(pictures: object, judged: str, *rest: object) -> dict[str, float]:
        seen.append(judged)
        return {"accuracy": len(seen) / 10}

    monkeypatch.setattr(bench_training, "_run", run)
    monkeypatch.setattr(bench_training, "_data", lambda *_: None)
    monkeypatch.setitem(bench_training.SETS, "digits", lambda seed: SimpleNamespace(test="test", val="val"))
    call = FinalCall([], log, code)
    found = bench_training.over_seeds("digits", "svm", make_params(), 3, "svm, quick", call=call)
    runs = [{"accuracy": 0.1}, {"accuracy": 0.2}, {"accuracy": 0.3}]
    assert calls(log)[1]["figures"] == {"digits": {"svm, quick": {"runs": runs, **found}}}
    bench_training.over_seeds("digits", "svm", make_params(), 1, "svm", call=None)
    assert seen == ["test", "test", "test", "val"]
    assert list(calls(log)[1]["figures"]["digits"]) == ["svm, quick"]


def test_what_a_peer_scores_on_test_rows_is_logged_too(log: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finals = []

    def run(*_: object, final: bool) -> dict[str, float]:
        finals.append(final)
        return {"accuracy": 0.5}

    monkeypatch.setattr(bench_peers, "_run", run)
    monkeypatch.setitem(bench_peers.SETS, "fashion", lambda seed: None)
    trainer, call = bench_peers.TRAINERS["scikit-learn's SVC on pixels"], FinalCall([], log, code)
    bench_peers._over_seeds("python", "svc", trainer, "fashion", 2, call)
    bench_peers._over_seeds("python", "svc", trainer, "fashion", 1, None)
    assert finals == [True, True, False]
    assert calls(log)[1]["figures"] == {"fashion": {"svc": {"runs": [{"accuracy": 0.5}] * 2, "accuracy": 0.5}}}


def test_what_a_peer_came_to_stands_beside_the_others_of_the_same_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(name: str, figures: dict[str, object]) -> None:
        (tmp_path / f"{name}.json").write_text(json.dumps({"figures": figures}), encoding="utf-8")

    monkeypatch.setattr(bench, "FIGURES", tmp_path)
    monkeypatch.setattr(bench_peers, "write", write)
    for pictures, name in (("digits", "old"), ("fashion", "one"), ("fashion", "other")):
        bench_peers._keep("peers", pictures, name, {"accuracy": 0.5})
    kept = json.loads((tmp_path / "peers.json").read_text(encoding="utf-8"))["figures"]
    assert kept == {"set": "fashion", "one": {"accuracy": 0.5}, "other": {"accuracy": 0.5}}
