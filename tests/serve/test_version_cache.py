"""Versions on disk: whole, pruned, and the last good one."""

import os
import time
from pathlib import Path

import pytest
from serving import make_bundle

from serve.version import Release
from serve.version_cache import ABANDONED, KEPT, VersionCache
from tinysight.bundle import MODEL, sha256_of


@pytest.fixture
def cache(tmp_path: Path) -> VersionCache:
    cache = VersionCache(tmp_path, "http://registry", "colours", "production")
    cache.folder.mkdir(parents=True)
    return cache


def keep(cache: VersionCache, version: str, age: float = 0.0) -> Release:
    """Puts a version there that was taken into service some seconds ago."""
    release = Release(name="colours", version=version, folder=make_bundle(cache.version(version)))
    cache.remember(release)
    os.utime(release.folder, (time.time() - age,) * 2)
    return release


def test_two_registries_that_number_alike_have_their_own_versions(tmp_path: Path) -> None:
    folders = {VersionCache(tmp_path, uri, "colours", "production").version("1") for uri in ("http://a", "http://b")}
    assert len(folders) == 2


def test_only_a_whole_bundle_of_the_meant_model_is_held(cache: VersionCache) -> None:
    folder = keep(cache, "1").folder
    assert cache.holds("1", None)
    assert cache.holds("1", sha256_of(folder / MODEL))
    assert not cache.holds("1", "0" * 64)
    (folder / MODEL).write_bytes(b"changed")
    assert not cache.holds("1", None)
    assert not cache.holds("2", None)


def test_a_draft_takes_the_place_of_a_damaged_version(cache: VersionCache) -> None:
    (keep(cache, "1").folder / MODEL).write_bytes(b"changed")
    draft = make_bundle(cache.draft("1"))
    assert cache.place(draft, "1") == cache.version("1")
    assert cache.holds("1", None)
    assert not list(cache.folder.glob("*.part"))


def test_the_last_good_version_is_the_one_that_was_remembered(cache: VersionCache) -> None:
    assert cache.last_good() is None
    keep(cache, "1")
    last = keep(cache, "2")
    assert cache.last_good() == last


@pytest.mark.parametrize("text", ["", "one line\n", "\xff\xfe"])
def test_a_damaged_note_of_the_last_good_version_is_none(cache: VersionCache, text: str) -> None:
    keep(cache, "1")
    (cache.folder / "production.last-good").write_bytes(text.encode("latin-1"))
    assert cache.last_good() is None


def test_the_versions_used_last_are_kept(cache: VersionCache) -> None:
    for version, age in (("1", 10), ("2", 500), ("3", 400), ("4", 300), ("5", 200)):
        keep(cache, version, age)
    keep(cache, "5", 200)
    cache.prune()
    assert {path.name for path in cache.folder.iterdir() if path.is_dir()} == {"1", "4", "5"}
    assert KEPT == 3


def test_what_another_alias_serves_is_kept(cache: VersionCache, tmp_path: Path) -> None:
    other = VersionCache(tmp_path, "http://registry", "colours", "challenger")
    keep(other, "1", 1000)
    for version in ("2", "3", "4", "5"):
        keep(cache, version)
    cache.prune()
    assert other.last_good() is not None


def test_drafts_of_killed_processes_go_and_those_of_others_stay(cache: VersionCache) -> None:
    mine, others, old = (cache.folder / name for name in ("1.11.part", "1.12.part", "1.13.part"))
    for draft in (mine, others, old):
        make_bundle(draft)
    os.utime(old, (time.time() - ABANDONED - 10,) * 2)
    cache.drop_drafts(11)
    cache.prune()
    assert [draft.exists() for draft in (mine, others, old)] == [False, True, False]
