"""Which keys open the service."""

import os
from pathlib import Path

import pytest

from serve.keys import Keys
from tinysight.api_key import hash_of, make_key
from tinysight.errors import ConfigError


def test_a_key_is_known_by_its_hash_and_called_by_its_name() -> None:
    ours, theirs, unknown = make_key(), make_key(), make_key()
    keys = Keys(f"camera 1:{hash_of(ours)}, {hash_of(theirs).upper()}")
    assert keys.wanted
    assert keys.name_of(ours.encode()) == "camera 1"
    assert keys.name_of(theirs.encode()) == hash_of(theirs)[:8]
    assert keys.name_of(unknown.encode()) is None
    assert keys.name_of(hash_of(ours).encode()) is None  # whoever reads the hash has no key


def test_without_keys_none_is_wanted() -> None:
    assert not Keys().wanted
    assert not Keys(" , ").wanted


def test_an_empty_file_opens_to_nobody(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# all were taken out\n\n")
    keys = Keys("", file)
    assert keys.wanted
    assert keys.name_of(make_key().encode()) is None


def test_a_file_is_read_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.keys.EVERY", 0.0)
    first, second, file = make_key(), make_key(), tmp_path / "keys"
    file.write_text(f"# who has which\nfirst:{hash_of(first)}  # the camera\n")
    keys = Keys("", file)
    assert keys.name_of(first.encode()) == "first"
    file.write_text(f"second:{hash_of(second)}\n")
    assert (keys.name_of(first.encode()), keys.name_of(second.encode())) == (None, "second")
    file.write_text("broken\n")
    assert keys.name_of(second.encode()) == "second"  # stays as it was
    file.unlink()
    assert keys.name_of(second.encode()) == "second"


@pytest.mark.parametrize("entry", ["secret", "name:secret", "a" * 63, "g" * 64, f"a/b:{'a' * 64}"])
def test_what_is_no_hash_is_refused_and_not_repeated(entry: str) -> None:
    """It may be a key."""
    with pytest.raises(ConfigError, match="entry 2 is not the hash") as caught:
        Keys(f"{'a' * 64},{entry}")
    assert entry not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"TINYSIGHT_API_KEYS_FILE: .*No such file"):
        Keys("", tmp_path / "none")
    (tmp_path / "binary").write_bytes(os.urandom(200) + b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        Keys("", tmp_path / "binary")


def test_no_two_keys_are_alike() -> None:
    keys = {make_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(key.startswith("tinysight_") and len(key) > 50 for key in keys)
