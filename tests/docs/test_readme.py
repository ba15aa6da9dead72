"""The README is a tour: what it names exists, and what exists at the top it names."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_pages import broken_links, fenced, page, shell_commands, table, tracked_files, written_pages
from our_commands import is_known, subcommands
from projects import ROOT

from serve.settings import Settings
from tinysight.cli import build_parser
from tinysight.config import compose_params

README = page("README.md")
OF_THE_USER = {"data", "dvc.lock"}  # pointers that users commit, and this repository does not
INTERNAL = {"TINYSIGHT_TRACKING_URI"}  # the field of MLFLOW_TRACKING_URI
VARIABLE = re.compile(r"\bTINYSIGHT_[A-Z_]+\b")


@pytest.mark.parametrize("name", written_pages())
def test_every_command_of_every_page_is_known(name: str) -> None:
    assert [c for c in shell_commands(page(name)) if not is_known(c)] == []


@pytest.mark.parametrize("command", ["make nothing", "tinysight nothing", "tinysight params --nothing", "rm -r ."])
def test_an_unknown_command_would_be_found(command: str) -> None:
    assert not is_known(command)


@pytest.mark.parametrize("name", written_pages())
def test_every_relative_link_of_every_page_leads_somewhere(name: str) -> None:
    assert broken_links(name) == []


def test_the_table_of_commands_names_them_all() -> None:
    named = {row[0].strip("`").split()[1] for row in table(README, "command", "what for")}
    assert named == set(subcommands(build_parser()))


def test_the_table_of_targets_names_those_that_the_makefile_explains() -> None:
    named = {row[0].strip("`").split()[1] for row in table(README, "target", "what for")}
    explained = set(re.findall(r"^([a-z-]+):.*## ", page("Makefile"), re.MULTILINE))
    assert named == explained - {"help"}


def test_every_experiment_of_the_readme_composes() -> None:
    commands = [c for c in shell_commands(README) if c.startswith("dvc exp run") and " -S " in c]
    assert commands
    for command in commands:
        overrides = [word.strip("'") for word in re.findall(r"-S (\S+)", command)]
        compose_params(ROOT / "conf", [re.sub(r"=(\w+),.*", r"=\1", override) for override in overrides])


def tree_paths() -> Iterator[str]:
    """The paths that the annotated tree draws: two blanks deeper is inside the line above."""
    folder = ""
    for line in fenced(README[README.index("## The tree") :], "text")[0].splitlines():
        name = line.split()[0]
        folder = folder if line.startswith("  ") else name
        yield folder + name if line.startswith("  ") else name


def test_everything_in_the_tree_exists() -> None:
    for name in tree_paths():
        assert (ROOT / name).is_dir() if name.endswith("/") else (ROOT / name).is_file(), name


def test_everything_at_the_top_is_in_the_tree() -> None:
    drawn = {Path(name).parts[0] for name in tree_paths()}
    assert {Path(name).parts[0] for name in tracked_files()} - OF_THE_USER == drawn


def test_every_room_of_the_library_is_in_the_tree() -> None:
    """Modules that are a layer of the architecture, or a folder, must be findable from the tour."""
    drawn = set(tree_paths())
    folders = [p for p in (ROOT / "src" / "tinysight").iterdir() if (p / "__init__.py").exists()]
    assert [p.name for p in folders if f"src/tinysight/{p.name}/" not in drawn] == []


def test_every_variable_of_the_code_is_in_the_table_and_the_other_way_round() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "serve").rglob("*.py"), ROOT / "Makefile"]
    used = {name for path in sources for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    read = {f"TINYSIGHT_{name.upper()}" for name in Settings.model_fields} - INTERNAL
    explained = {row[0].strip("`") for row in table(README, "variable", "default", "meaning")}
    assert explained - {"MLFLOW_TRACKING_URI"} == (used | read) - INTERNAL


def stages() -> dict[str, dict[str, Any]]:
    """dvc.yaml's stages; for the candidates' ones, what is done for each."""
    wired = yaml.safe_load(page("dvc.yaml"))["stages"]
    return {name: stage.get("do", stage) for name, stage in wired.items()}


def edges() -> set[tuple[str, str]]:
    """Which stage must come before which: where a dependency is another's out, or the folder that holds it."""
    outs = {
        (name, next(iter(out)) if isinstance(out, dict) else out) for name, s in stages().items() for out in s["outs"]
    }
    found = set()
    for name, stage in stages().items():
        for dep in stage["deps"]:
            found |= {(maker, name) for maker, out in outs if maker != name and f"{out}/".startswith(f"{dep}/")}
    return found


def test_the_drawn_pipeline_is_that_of_dvc_yaml() -> None:
    """The drawing leaves out an edge that follows from two others, and only such edges."""
    wired = edges()
    longer = set(wired)
    for _ in stages():
        longer |= {(a, c) for a, b in longer for b2, c in wired if b == b2}
    needed = {(a, c) for a, c in wired if not any((a, b) in longer and (b, c) in longer for b in stages())}
    chains = [line.split("-->") for line in fenced(README, "mermaid")[0].splitlines() if "-->" in line]
    drawn = {(a.strip(), b.strip()) for chain in chains for a, b in pairwise(chain)}
    assert drawn == needed


def test_the_table_of_stages_names_them_in_order() -> None:
    assert [row[0] for row in table(README, "stage", "what it does")] == list(stages())
