"""docs/service.md names every metric, and no other."""

import re

from projects import ROOT

from serve.families import FAMILIES


def test_the_table_of_metrics_is_that_of_the_code() -> None:
    page = (ROOT / "docs/service.md").read_text(encoding="utf-8")
    table = page.partition("| metric | what it counts |")[2].partition("\n\n")[0]
    named = re.findall(r"`((?:tinysight|process)_[a-z_]+)`", table)
    assert sorted(named) == sorted(family.name for family in FAMILIES)
