"""The architecture page says what pyproject.toml and dvc.yaml say."""

import tomllib

import yaml
from markdown_pages import fenced, page, table

PAGE = page("docs/architecture.md")
NO_FOLDER = "the source at `dataset.path`"


def test_the_layers_are_those_that_import_linter_enforces() -> None:
    contracts = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    enforced = next(c["layers"] for c in contracts if c["type"] == "layers")
    written = [set(line.split(", ")) for line in fenced(PAGE, "layers")[0].splitlines()]
    assert written == [set(line.replace("tinysight.", "").split(" | ")) for line in enforced]


def test_the_table_of_stages_is_dvc_yaml() -> None:
    wired = yaml.safe_load(page("dvc.yaml"))["stages"]
    expected = {}
    for name, stage in wired.items():
        body, suffix = (stage["do"], "@m") if "foreach" in stage else (stage, "")
        outs = [next(iter(out)) if isinstance(out, dict) else out for out in body["outs"] + body.get("metrics", [])]
        expected[name + suffix] = [
            [word.replace("${key}", "m").replace("${dataset.path}", NO_FOLDER) for word in words]
            for words in (body["deps"], body["params"], outs)
        ]
    written = {row[0]: [cell.split(", ") for cell in row[1:]]
               for row in table(PAGE, "stage", "reads", "sections of params.yaml", "writes")}  # fmt: skip
    assert written == expected


def test_no_stage_watches_source_code() -> None:
    """A corrected comment must not train every network again: docs/decisions/0005."""
    wired = yaml.safe_load(page("dvc.yaml"))["stages"]
    deps = {dep for stage in wired.values() for dep in stage.get("do", stage)["deps"]}
    assert {dep for dep in deps if dep.startswith(("src", "serve"))} == set()
    assert "dvc repro -f -s train@" in page("docs/gotchas.md")
