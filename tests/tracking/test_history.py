import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from results import BAD, make_results

from tinysight.cli import main
from tinysight.errors import TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.alias_moves import Move
from tinysight.tracking.history import history, history_table, released_in_turn, rollback
from tinysight.tracking.registry import list_versions, promote
from tinysight.tracking.release import release
from tinysight.tracking.store import open_store
from tinysight.tracking.version_table import versions_table

LEAN = "~model@models.mlp"  # one candidate is published sooner than two


def production(paths: Paths) -> str:
    return next(version.version for version in list_versions(paths) if "production" in version.aliases)


@pytest.fixture
def three(finished: tuple[Params, Paths]) -> Paths:
    """A project with three versions, each of which was production; 3 is it now."""
    params, paths = make_results(finished[1].root, LEAN, noise=BAD)
    release(params, paths)
    for seed in (1, 2):
        release(*make_results(paths.root, LEAN, seed=seed))
    promote(paths, "3", why="it looks nicer")
    paths.conf.mkdir()
    return paths


def moved(*changes: tuple[str, str, str]) -> list[Move]:
    return [
        Move(number, "production", before, after, "2026-11-22T08:00:00Z", "Ada", "why", kind, "done", "", str(number))
        for number, (before, after, kind) in enumerate(changes)
    ]


def test_going_back_again_goes_one_further_and_not_forth() -> None:
    moves = moved(("", "1", "promoted"), ("1", "2", "promoted"), ("2", "3", "promoted"), ("3", "2", "rolled back"))
    assert released_in_turn(moves) == ["1", "2"]
    assert released_in_turn([*moves, *moved(("2", "1", "rolled back"))]) == ["1"]
    assert released_in_turn([*moves, *moved(("2", "4", "promoted"))]) == ["1", "2", "4"]
    assert released_in_turn([*moves, *moved(("2", "1", "promoted"))]) == ["1", "2", "1"]


def test_a_long_reason_takes_one_line_of_the_table() -> None:
    (move,) = moved(("", "1", "promoted"))
    _, line = history_table([replace(move, why="because of this and that, " * 40)]).splitlines()
    assert len(line) < 220
    assert line.endswith(" …")


def test_going_back_to_one_that_the_history_does_not_know_starts_anew() -> None:
    assert released_in_turn(moved(("", "5", "outside"), ("5", "2", "rolled back"))) == ["2"]


def test_rollback_serves_the_version_before_and_what_was_taken_back_stays_back(three: Paths) -> None:
    assert rollback(three) == "colours 2 is production now, instead of 3."
    decision = release(*make_results(three.root, LEAN, seed=2))
    assert (decision.outcome, decision.version, production(three)) == ("challenger", "3", "2")
    assert rollback(three, "worse still") == "colours 1 is production now, instead of 2."
    (line,) = (row for row in versions_table(list_versions(three)).splitlines() if " production " in row)
    assert line.endswith("promoted: rolled back from 2: worse still")
    with pytest.raises(TrackingError, match="no version that was production before 1"):
        rollback(three)
    assert production(three) == "1"
    last = history(three)[-1]
    assert (last.kind, last.before, last.after, last.why) == ("rolled back", "2", "1", "worse still")


def test_rollback_takes_back_what_was_moved_without_tinysight(three: Paths) -> None:
    """Somebody chose a version in MLflow's pages; the way back is to where the history ended."""
    with open_store(three) as store:
        store.client.set_registered_model_alias("colours", "production", "1")
    assert rollback(three) == "colours 3 is production now, instead of 1."
    told = [(move.before, move.after, move.kind) for move in history(three)[-2:]]
    assert told == [("3", "1", "outside"), ("1", "3", "rolled back")]
    assert rollback(three) == "colours 2 is production now, instead of 3."


@pytest.mark.parametrize("damage", ["a byte", "all files"])
def test_rollback_to_a_version_that_cannot_be_served_moves_nothing(three: Paths, damage: str) -> None:
    """A service would keep what it has, while the registry says otherwise."""
    bundle = Path(unquote(urlsplit(list_versions(three)[1].source).path))
    if damage == "a byte":
        (bundle / "model.onnx").write_bytes(b"x" + (bundle / "model.onnx").read_bytes()[1:])
    else:
        shutil.rmtree(bundle)
    with pytest.raises(TrackingError, match=r"colours 2 cannot be served: .* Nothing was moved"):
        rollback(three)
    assert production(three) == "3"


def test_the_history_names_who_git_knows(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    for words in (["init", "-q"], ["config", "user.name", "Ada"], ["config", "user.email", "ada@example.org"]):
        subprocess.run(["git", *words], cwd=paths.root, check=True)
    release(params, paths)
    assert history(paths)[0].who == "Ada <ada@example.org>"


def test_without_a_registry_the_history_is_empty(
    finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]
) -> None:
    finished[1].conf.mkdir()
    assert main(["registry", "history"]) == 0
    assert main(["registry", "rollback"]) == 1
    said = capsys.readouterr()
    assert said.out == "No alias has moved yet. Run `dvc repro`.\n"
    assert "no version that was production before nothing" in said.err


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["registry", *words]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def check_history(moves: list[Move]) -> None:
    """What happened in `three`."""
    assert [(move.alias, move.before, move.after, move.kind) for move in moves] == [
        ("production", "", "1", "promoted"),
        ("production", "1", "2", "promoted"),
        ("challenger", "", "3", "challenger"),
        ("production", "2", "3", "promoted"),
        ("challenger", "3", "", "taken away"),
    ]
    head, newest, *_, oldest = history_table(moves).splitlines()
    assert head.split()[:4] == ["when", "(UTC)", "alias", "from"]
    assert "it is production now" in newest
    assert oldest.endswith("It is the first version.")


def test_the_commands_say_what_people_and_programs_ask(
    three: Paths, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One project, every command once: looking, comparing, going back, fetching."""
    check_history(history(three))
    capsys.readouterr()
    page = run(capsys, "show", "production")
    assert page.splitlines()[0] == "colours 3 (production)"
    assert "decision    promoted: it looks nicer" in page
    assert "classes     red, green, blue" in page
    assert "    not shown  accuracy     Not shown to be better" in page
    shown = json.loads(run(capsys, "show", "2", "--json"))
    assert (shown["version"], shown["files"]["trouble"], shown["gate"]["outcome"]) == ("2", None, "promoted")
    text = run(capsys, "compare", "2", "1")
    assert text.startswith("colours: 15 test pictures of today\n")
    assert "Only version 2 is right on" in text
    assert "mistakes cost" not in text
    settings = three.params.read_text()
    three.params.write_text(settings.replace("error_costs: null", "error_costs: {red: {green: 5}}"))
    assert "\nmistakes cost a picture" in run(capsys, "compare", "2", "1")
    three.params.write_text(settings)
    compared = json.loads(run(capsys, "compare", "production", "2", "--json"))
    assert (compared["versions"], compared["gained"], compared["lost"]) == (["3", "2"], 0, 0)
    svm = str(three.export("svm") / "model.onnx")
    assert run(capsys, "compare", "production", svm).endswith("\nBoth are the same file.\n")
    assert main(["registry", "compare", "production", "none.onnx"]) == 1
    assert "none.onnx is not there" in capsys.readouterr().err
    assert json.loads(run(capsys, "rollback", "--why", "a test", "--json")) == {
        "done": "colours 2 is production now, instead of 3."
    }
    assert json.loads(run(capsys, "history", "--json"))[-1]["why"] == "a test"
    assert "promoted" in run(capsys, "list")
    pulled = json.loads(run(capsys, "pull", "production", str(tmp_path / "out"), "--json"))
    assert (pulled["version"], (tmp_path / "out" / "model.onnx").is_file()) == ("2", True)
    assert "holds colours version 1" in run(capsys, "pull", "1", str(tmp_path / "one"))
    assert main(["registry", "show", "9"]) == 1
    assert "colours 9 is not registered" in capsys.readouterr().err
    for model in three.artifacts.rglob("bundle/*/model.onnx"):
        model.write_bytes(b"damaged")
    assert "TROUBLE     " in run(capsys, "show", "3")
