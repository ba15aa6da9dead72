"""Reads the workflows as GitHub does: jobs, steps, commands, and what an expression comes to."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from projects import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")


def read(path: Path) -> dict[str, Any]:
    """A workflow; YAML 1.1 reads its key `on` as true."""
    content: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in content.items()}


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow by name."""
    found: dict[str, dict[str, Any]] = read(path)["jobs"]
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    """All steps of all jobs."""
    return [step for job in jobs(path).values() for step in job["steps"]]


def commands(path: Path, job: str, known: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """What a job runs, in order, each with its variables.

    Args:
        path: the workflow.
        job: its name.
        known: what expressions come to, such as `vars.X`; all others are empty, as GitHub has it.
    """
    job_wide = jobs(path)[job].get("env", {})
    for step in jobs(path)[job]["steps"]:
        if "run" in step:
            given = {**job_wide, **step.get("env", {})}
            yield step["run"], {name: filled(str(text), known) for name, text in given.items()}


def filled(text: str, known: Mapping[str, str]) -> str:
    """A text with its expressions replaced; `a || b` is the first that is not empty, `a && 'b'` is b if a is not."""

    def value(expression: str) -> str:
        if " || " in expression:
            return next((found for part in expression.split(" || ") if (found := value(part))), "")
        first, _, then = expression.partition(" && ")
        if then:
            return then.strip("'") if value(first) else ""
        return known.get(expression, "")

    return EXPRESSION.sub(lambda found: value(found[1]), text)
