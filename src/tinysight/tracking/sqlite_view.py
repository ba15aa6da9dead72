"""Reads a few facts from MLflow's SQLite database in milliseconds, where importing MLflow takes seconds.

It knows MLflow's tables, so it only ever answers what it has found: anything unexpected is None or
False, and the caller asks MLflow itself.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

SQLITE = "sqlite:///"

VERSION = """
SELECT v.version, v.storage_location, t.value FROM model_versions v
JOIN model_version_tags t ON t.name = v.name AND t.version = v.version AND t.key = 'tinysight.sha256'
WHERE v.name = :name AND v.current_stage != 'Deleted_Internal'
"""
BY_ALIAS = """
AND v.version = (SELECT version FROM registered_model_aliases WHERE name = :name AND alias = :selector)
"""
BY_NUMBER = "AND CAST(v.version AS TEXT) = :selector"
BY_SHA256 = "AND t.value = :selector"
PROMOTED = """
SELECT value FROM model_version_tags WHERE name = :name AND CAST(version AS TEXT) = :version
AND key = 'tinysight.promoted_at'
"""
PUBLISHED = """
SELECT n.value FROM tags k JOIN tags c ON c.run_uuid = k.run_uuid AND c.key = 'tinysight.complete'
JOIN runs r ON r.run_uuid = k.run_uuid AND r.lifecycle_stage = 'active'
LEFT JOIN tags n ON n.run_uuid = k.run_uuid AND n.key = 'tinysight.candidate'
WHERE k.key = 'tinysight.publication' AND k.value = :key
"""


@dataclass(frozen=True)
class StoredVersion:
    """A complete version: its number, where its bundle is, the sha256 of its model.onnx."""

    version: str
    location: str
    sha256: str


def database_of(uri: str) -> Path | None:
    """The file of a sqlite: URI; None for any other store."""
    return Path(uri.removeprefix(SQLITE).partition("?")[0]).absolute() if uri.startswith(SQLITE) else None


def version_by_alias(database: Path, name: str, alias: str) -> StoredVersion | None:
    """The complete version that an alias names."""
    return _version(database, BY_ALIAS, name, alias)


def version_by_number(database: Path, name: str, number: str) -> StoredVersion | None:
    """The complete version with this number."""
    return _version(database, BY_NUMBER, name, number)


def version_by_sha256(database: Path, name: str, sha256: str) -> StoredVersion | None:
    """A complete version of this model file."""
    return _version(database, BY_SHA256, name, sha256)


def promoted_at(database: Path, name: str, version: str) -> str | None:
    """When a version became the production one, in ISO 8601; None where that was not written down."""
    rows = _rows(database, PROMOTED, name=name, version=version)
    return str(rows[0][0]) if rows else None


def is_published(database: Path, key: str, candidates: Iterable[str]) -> bool:
    """True if a pipeline run with this key was published completely, and no run of it was deleted."""
    return {None, *candidates} <= {name for (name,) in _rows(database, PUBLISHED, key=key)}


def _version(database: Path, condition: str, name: str, selector: str) -> StoredVersion | None:
    rows = _rows(database, VERSION + condition, name=name, selector=selector)
    return StoredVersion(*(str(value) for value in rows[0])) if rows else None


def _rows(database: Path, query: str, **values: str) -> list[tuple[object, ...]]:
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=20)) as connection:
            return connection.execute(query, values).fetchall()
    except sqlite3.Error:
        return []
