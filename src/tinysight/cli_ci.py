"""The commands that a workflow calls after a retraining: their words, and what they call."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.paths import Paths

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name
    Project = Callable[[], Paths]

PROPOSE = """\
Commits dvc.lock upon the commit that is checked out and pushes it: in a pull request's job onto its branch, else to
the branch tinysight/retrain, for which it opens a pull request where there is a GITHUB_TOKEN. The work tree stays.
"""


def add_ci(commands: "Commands", project: "Project") -> None:
    """`tinysight ci`."""
    actions = commands.add_parser("ci", help="what workflows call: report, comment, propose, promote, doctor")
    added = actions.add_subparsers(required=True, metavar="DO")
    reporting = added.add_parser("report", help="what changed, scores, comparison and decision as Markdown")
    reporting.add_argument("--base", default="", metavar="REV", help="say what changed since this revision")
    reporting.add_argument("--out", type=Path, metavar="FILE", help="write it there too")
    commenting = added.add_parser("comment", help="write a report under the pull request, in one comment")
    commenting.add_argument("report", type=Path, metavar="FILE")
    proposing = added.add_parser("propose", help="push the new dvc.lock as a commit", description=PROPOSE)
    proposing.add_argument("--report", type=Path, metavar="FILE", help="the text of the pull request")
    proposing.add_argument("--lock", type=Path, metavar="FILE", help="the dvc.lock to commit; default: the one here")
    promoting = added.add_parser("promote", help="release the version of the merged dvc.lock if the gate let it pass")
    doctor = added.add_parser("doctor", help="what the workflows need and do not have here")
    runs = (_report, _comment, _propose, _promote, _doctor)
    for command, run in zip((reporting, commenting, proposing, promoting, doctor), runs, strict=True):
        command.set_defaults(run=lambda arguments, run=run: _do(run, arguments, project()))


def _do(run: Callable[[argparse.Namespace, Paths], int], arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.retraining.identity import forget_empty_variables, fresh_token

    forget_empty_variables()
    fresh_token()  # report, promote and doctor read what lies in the remote; that of a step before is too old
    return run(arguments, paths)


def _report(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.retraining.report import report
    from tinysight.whole_file import write_whole

    text = report(paths, arguments.base)
    if arguments.out:
        write_whole(arguments.out, text)
    print(text, end="")
    return 0


def _comment(arguments: argparse.Namespace, _: Paths) -> int:
    from tinysight.retraining.github import GitHub, pull_number
    from tinysight.retraining.markdown import MARKER

    number = pull_number()
    if number is None:
        print("This job is about no pull request: nothing to comment on.")
        return 0
    print(GitHub.from_environment().comment(number, arguments.report.read_text(encoding="utf-8"), MARKER))
    return 0


def _propose(arguments: argparse.Namespace, paths: Paths) -> int:
    from tinysight.retraining.github import GitHub, pull_number
    from tinysight.retraining.proposal import LOCK, propose, results_are_lost

    if results_are_lost(paths.root):
        print(
            "DVC's default remote is a folder of this runner, so its results are lost: nothing to propose. docs/ci.md"
        )
        return 0
    onto = os.environ.get("GITHUB_HEAD_REF", "") if pull_number() else ""
    lock = arguments.lock or paths.root / LOCK
    pushed = propose(paths.root, "The results of retraining: dvc.lock", onto, lock=lock.resolve())
    if pushed is None:
        print("dvc.lock is committed already: nothing to propose.")
        return 0
    print(f"{pushed.commit[:10]} pushed to {pushed.branch}")
    if not onto and os.environ.get("GITHUB_TOKEN"):
        text = arguments.report.read_text(encoding="utf-8") if arguments.report else ""
        base = os.environ.get("GITHUB_REF_NAME") or "main"
        print(GitHub.from_environment().propose(pushed.branch, base, "Retrained: new results", text))
    return 0


def _promote(_: argparse.Namespace, paths: Paths) -> int:
    from contextlib import closing

    from tinysight.retraining.journal import Journal
    from tinysight.retraining.promotion import promote_merged
    from tinysight.retraining.run import alone

    with alone(paths), closing(Journal(paths.state / "retrain")) as journal:
        print(promote_merged(paths, journal))
    return 0


def _doctor(_: argparse.Namespace, paths: Paths) -> int:
    from tinysight.retraining.ci_doctor import examine

    findings = examine(paths)
    print("\n".join(finding.line() for finding in findings), file=sys.stdout)
    return 1 if any(finding.level == "bad" for finding in findings) else 0
