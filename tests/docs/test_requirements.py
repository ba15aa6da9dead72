"""Lists of packages: every one locked by hash, and no hash of what could not be installed."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LISTS = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("tests/bench/peers/requirements/*.txt")])
narrow = runpy.run_path(str(ROOT / "requirements" / "narrow.py"))["narrow"]
ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
LISTED = f"""\
first==1.0 \\
    --hash=sha256:{ONE} \\
    --hash=sha256:{TWO}
    # via second
second[extra]==2.0 \\
    --hash=sha256:{THREE}
"""


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_every_package_is_pinned_and_has_a_hash(path: Path) -> None:
    packages = re.split(r"(?m)^(?=[A-Za-z0-9])", path.read_text(encoding="utf-8"))[1:]
    assert packages
    assert [
        each for each in packages if not re.match(r"\S+==\S+( ; [^\\]+)? \\\n    --hash=sha256:[0-9a-f]{64}", each)
    ] == []


@pytest.mark.parametrize("kept", [ONE, TWO])
def test_only_hashes_that_are_wanted_stay(kept: str) -> None:
    gone = TWO if kept == ONE else ONE
    narrowed = narrow(LISTED, {kept, THREE})
    assert kept in narrowed
    assert gone not in narrowed
    assert narrowed == LISTED.replace(f"{ONE} \\\n    --hash=sha256:{TWO}", kept)


def test_what_all_can_be_installed_from_stays_as_it_is() -> None:
    assert narrow(LISTED, {ONE, TWO, THREE}) == LISTED


def test_no_package_is_left_without_a_hash() -> None:
    """A list that pip would install unchecked is worse than a long one."""
    assert narrow(LISTED, {THREE}) == LISTED
    assert narrow("", set()) == ""
