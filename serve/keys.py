"""Who may ask: API keys by their hashes, from the environment or from a file that is read again when it changes."""

import hashlib
import hmac
import logging
import re
import time
from pathlib import Path

from tinysight.errors import ConfigError

log = logging.getLogger("serve")
ENTRY = re.compile(r"(?:([\w.@ -]{1,64}):)?\s*([0-9a-fA-F]{64})")
EVERY = 1.0  # seconds between looks at the file, so that a key that was taken out soon opens nothing
HOW = "Write the sha256 of each key in hex, with a name before it if you like: name:hash. `tinysight key` makes both."


class Keys:
    """The keys that open the service.

    Every request compares its key with all of them and to their last byte, so that the time taken tells nothing.
    """

    def __init__(self, entries: str = "", file: Path | None = None) -> None:
        """Reads the file.

        Args:
            entries: hashes with or without names, between commas.
            file: of more of them, one a line; # begins a comment.

        Raises:
            ConfigError: if one is not as it should be, or the file cannot be read.
        """
        self._given = parse_entries(entries.split(","), "TINYSIGHT_API_KEYS")
        self._file, self._seen, self._next_look = file, _stamp(file), 0.0
        self._keys = self._given + (_read(file) if file is not None else [])

    @property
    def wanted(self) -> bool:
        """True when requests need a key, also when the file has none at the moment."""
        return bool(self._given) or self._file is not None

    def name_of(self, key: bytes) -> str | None:
        """The name of a key as a request brought it; None if it opens nothing."""
        if self._file is not None and time.monotonic() > self._next_look:
            self._look_again(self._file)
        digest, found = hashlib.sha256(key).digest(), None
        for name, known in self._keys:
            if hmac.compare_digest(digest, known):
                found = name
        return found

    def _look_again(self, file: Path) -> None:
        self._next_look = time.monotonic() + EVERY
        stamp = _stamp(file)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._keys = self._given + _read(file)
            log.info("the API keys were read again: %d", len(self._keys))
        except ConfigError as error:
            log.error("the API keys stay as they were: %s", error)


def parse_entries(entries: list[str], where: str) -> list[tuple[str, bytes]]:
    """Name and hash of each; one without a name is called by the beginning of its hash.

    Raises:
        ConfigError: if an entry is not a hash.
    """
    keys = []
    for number, entry in enumerate(entries, 1):
        if not (text := entry.partition("#")[0].strip()):
            continue
        found = ENTRY.fullmatch(text)
        if found is None:  # the text may be a key, and is not repeated
            raise ConfigError(f"{where}: entry {number} is not the hash of a key. Received: {len(text)} letters. {HOW}")
        keys.append((found[1] or found[2][:8].lower(), bytes.fromhex(found[2])))
    return keys


def _read(file: Path) -> list[tuple[str, bytes]]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"TINYSIGHT_API_KEYS_FILE: {file} cannot be read: {why}. {HOW}") from None
    return parse_entries(text.splitlines(), f"TINYSIGHT_API_KEYS_FILE {file.name}")


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    try:
        seen = file.stat() if file is not None else None
    except OSError:
        return None
    return (seen.st_mtime_ns, seen.st_size, seen.st_ino) if seen else None
