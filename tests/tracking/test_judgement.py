"""The gate on real model files and real pictures in a real registry."""

import shutil
import subprocess
from pathlib import Path

import pytest
from results import BAD, make_results

from tinysight.evaluation.comparison import compare
from tinysight.evaluation.gate import Check
from tinysight.evaluation.source_files import held_out_files, judge
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.stages import register
from tinysight.tracking.alias_moves import read_moves
from tinysight.tracking.decision import Decision, told
from tinysight.tracking.registry import list_versions, promote
from tinysight.tracking.release import release
from tinysight.tracking.store import open_store

# these models were never calibrated: only answers count here; and one candidate is published sooner than two
PLAIN = ("register.calibration_loss=1.0", "~model@models.mlp")


def grades(decision: Decision) -> dict[str, str]:
    return {check.name: check.grade for check in decision.checks}


def test_who_wins_overall_and_ruins_one_class_is_refused_with_that_reason(finished: tuple[Params, Paths]) -> None:
    root = finished[1].root
    release(*make_results(root, *PLAIN, faint=70, weak=("green", "blue")))
    decision = release(*make_results(root, *PLAIN, faint=70, weak=("red",), seed=1))
    assert decision.outcome == "refused"
    assert decision.accuracy is not None
    assert decision.champion_accuracy is not None
    assert decision.accuracy > decision.champion_accuracy
    assert grades(decision)["class red"] == "failed"
    assert decision.reason.startswith("Class red: ")
    assert "may be lost" in decision.reason


DEAR = "select.error_costs={red: {green: 20, blue: 20}}"  # a red one that is missed
FREE = ("register.class_loss=1.0", "register.robustness_loss=1.0")


@pytest.mark.parametrize(
    ("costs", "check", "grade", "outcome"),
    [((), "accuracy", "open", "challenger"), ((DEAR,), "cost of mistakes", "passed", "promoted")],
)
def test_a_model_with_more_but_cheaper_mistakes_is_judged_by_what_they_cost(
    finished: tuple[Params, Paths], costs: tuple[str, ...], check: str, grade: str, outcome: str
) -> None:
    root, settings = finished[1].root, (*PLAIN, *FREE, *costs)
    release(*make_results(root, *settings, faint=70, weak=("red",)))
    decision = release(*make_results(root, *settings, "models.svm.c=3.0", faint=70, weak=("green", "blue"), seed=1))
    assert decision.accuracy is not None
    assert decision.champion_accuracy is not None
    assert decision.accuracy < decision.champion_accuracy
    assert grades(decision)[check] == grade
    assert decision.outcome == outcome
    assert ("as select.error_costs weighs them" in decision.reason) is bool(costs)


def test_a_model_with_fewer_but_dearer_mistakes_is_refused(finished: tuple[Params, Paths]) -> None:
    root, settings = finished[1].root, (*PLAIN, *FREE, DEAR)
    release(*make_results(root, *settings, faint=70, weak=("green", "blue")))
    decision = release(*make_results(root, *settings, "models.svm.c=3.0", faint=70, weak=("red",), seed=1))
    assert decision.outcome == "refused"
    assert decision.reason.startswith("Worse: its mistakes cost ")


def test_the_champions_recipe_on_grown_data_need_not_be_better(finished: tuple[Params, Paths]) -> None:
    """The champion is judged on today's pictures too: what it cannot do there, it is replaced for."""
    root = finished[1].root
    release(*make_results(root, *PLAIN, faint=70))
    decision = release(*make_results(root, *PLAIN, faint=90, seed=1))
    assert decision.outcome == "promoted"
    assert decision.rule == "non_inferior, since the champion's recipe met other data"
    assert decision.reason.startswith("Not worse by 2.0 points or more: 100.0 % instead of 100.0 % on 285 pictures")
    third = release(*make_results(root, *PLAIN, "models.svm.c=3.0", faint=70, seed=2))
    assert (third.outcome, third.rule) == ("challenger", "superior, since the recipe is another")


def test_the_candidates_figures_are_those_of_its_file_asked_by_hand(finished: tuple[Params, Paths]) -> None:
    params, paths = make_results(finished[1].root, *PLAIN, faint=20, weak=("red",))
    release(params, paths)
    before = Predictor(paths.model("svm").read_bytes())
    params, paths = make_results(paths.root, *PLAIN, faint=20, seed=1)
    decision = release(params, paths)
    held_out = held_out_files(params, paths)
    marks = judge([Predictor(paths.model("svm")), before], held_out, params.evaluate, seed=params.seed)
    assert decision.comparison == compare(*marks, held_out.truth)


def test_a_model_over_the_budget_is_refused_even_as_the_first(finished: tuple[Params, Paths]) -> None:
    decision = release(*make_results(finished[1].root, *PLAIN, "select.budget.p99_ms=0.1"))
    assert decision.outcome == "refused"
    assert "is not within select.budget: slowest of 100 pictures" in decision.reason
    assert list_versions(finished[1])[0].aliases == ()


def test_a_version_whose_golden_pictures_do_not_come_true_is_refused(finished: tuple[Params, Paths]) -> None:
    params, paths = make_results(finished[1].root, *PLAIN, "register.promote=never")
    release(params, paths)
    golden = next(paths.artifacts.rglob("bundle/*/golden/00.png"))
    shutil.copyfile(golden.with_name("01.png"), golden)
    decision = release(*make_results(paths.root, *PLAIN))
    assert decision.outcome == "refused"
    assert "files in the registry are not as promised" in decision.reason


def test_a_reason_tells_the_first_findings_and_names_the_others() -> None:
    checks = [
        Check(name, "failed", f"{name} is bad.") for name in ("accuracy", "class a", "class b", "class c", "budget")
    ]
    assert told(checks[:3]) == ["accuracy is bad.", "class a is bad.", "class b is bad."]
    assert told(checks)[2:] == ["class b is bad.", "Not held either: class c, budget."]


def test_pictures_that_judged_many_models_are_warned_of(finished: tuple[Params, Paths]) -> None:
    root, warned = finished[1].root, "register.judged_warning=2"
    first = release(*make_results(root, warned, *PLAIN))
    many = release(*make_results(root, warned, *PLAIN, seed=1))
    others = release(*make_results(root, warned, *PLAIN, seed=2, faint=5))
    assert [(decision.judged, len(decision.warnings)) for decision in (first, many, others)] == [(1, 0), (2, 1), (1, 0)]
    assert "These test pictures have judged 2 models" in many.warnings[0]


def in_git(root: Path) -> None:
    (root / ".gitignore").write_text(
        "/data/dataset\n/data/split\n/data/raw\n/models/\n/scores/\n/reports/\n/.tinysight/\n"
    )
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all of it"]):
        subprocess.run(["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words], cwd=root, check=True)


def test_what_no_commit_can_make_again_is_released_by_force_only(finished: tuple[Params, Paths]) -> None:
    params, paths = make_results(finished[1].root, *PLAIN, noise=BAD)
    in_git(paths.root)
    assert release(params, paths).outcome == "promoted"
    params, paths = make_results(paths.root, *PLAIN, "seed=7")  # params.yaml is not committed any more
    (paths.root / "notes.txt").write_text("a note decides nothing")
    decision = release(params, paths)
    assert decision.outcome == "challenger"
    assert "no commit can make it again (not committed: params.yaml)" in decision.reason
    assert list_versions(paths)[0].uncommitted == "params.yaml"
    subprocess.run(["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qam", "seed 7"],
                   cwd=paths.root, check=True)  # fmt: skip
    assert release(params, paths).outcome == "promoted"
    assert list_versions(paths)[0].uncommitted == ""


def test_the_first_version_is_released_from_loose_files_too_with_a_note(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    in_git(paths.root)
    paths.params.write_text(paths.params.read_text() + "\n")
    decision = release(params, paths)
    assert decision.outcome == "promoted"
    assert decision.warnings == ("No commit can make it again (not committed: params.yaml).",)


def test_release_md_says_rule_conditions_classes_and_what_these_pictures_can_show(
    finished: tuple[Params, Paths],
) -> None:
    params, paths = finished
    register.run(params, paths)
    register.run(*make_results(paths.root, *PLAIN, seed=1))
    text = paths.release.read_text(encoding="utf-8")
    assert text.startswith("# Release: challenger\n\nNot shown to be better")
    assert "| rule | superior, since recipe and data are the champion's |" in text
    assert "| smallest difference that these pictures show (4 times in 5) | 37.1 points |" in text
    assert "| accuracy | not shown | Not shown to be better: 100.0 % instead of 100.0 % on 15 pictures" in text
    assert "| green | 100.0 % | 100.0 % | +0.0 (" in text


def test_a_champion_that_moved_while_a_model_was_judged_is_judged_against_anew(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tinysight.tracking import release as room

    params, paths = make_results(finished[1].root, *PLAIN, noise=BAD)
    release(params, paths)
    release(*make_results(paths.root, *PLAIN, "register.promote=never", noise=BAD, seed=1))
    judged, look = [], room.judge_version

    def slow(params, paths, contest):  # type: ignore[no-untyped-def]
        decision = look(params, paths, contest)
        judged.append(contest.champion.version)
        if len(judged) == 1:
            promote(paths, "2", why="somebody else's", force=True)
        return decision

    monkeypatch.setattr(room, "judge_version", slow)
    decision = release(*make_results(paths.root, *PLAIN, seed=2))
    assert (decision.outcome, decision.champion, judged) == ("promoted", "2", ["1", "2"])
    with open_store(paths, write=False) as store:
        moves = [(move.before, move.after) for move in read_moves(store, "colours") if move.alias == "production"]
    assert moves == [("", "1"), ("1", "2"), ("2", "3")]
