"""Keys that let a program use a service: made here, and known to the service only by their hash."""

import hashlib
import secrets

PREFIX = "tinysight_"  # so that a scanner for leaked secrets, and whoever finds one, knows what it is


def make_key() -> str:
    """A new key with 256 random bits, so that a plain hash of it cannot be guessed."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """The sha256 of a key, in hex."""
    return hashlib.sha256(key.encode()).hexdigest()
