"""What git says of the work tree: what is not committed yet, and who works here."""

import getpass
import os
import re
import subprocess
from pathlib import Path

DECIDES = ("conf", "params.yaml", "dvc.yaml", "data", "src", "requirements", "pyproject.toml")


def uncommitted(root: Path) -> list[str]:
    """The files that decide a model and differ from the commit, new ones too; none outside of git.

    dvc.lock is not among them: the running `dvc repro` writes it.
    """
    answer = _git(root, "status", "--porcelain", "-z", "--no-renames", "--", *DECIDES)
    return sorted(entry[3:] for entry in (answer or "").split("\0") if entry)


def who(root: Path) -> str:
    """Who works here, as git knows it, else the login name."""
    name, email = (_git(root, "config", f"user.{what}") or "" for what in ("name", "email"))
    if name.strip() or email.strip():
        return f"{name.strip()} <{email.strip()}>".strip() if email.strip() else name.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without an entry in passwd
        return f"user {os.getuid()}"


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:  # git is not installed
        return None
    return done.stdout if done.returncode == 0 else None


def has_commit(root: Path, commit: str) -> bool:
    """Whether this repository holds a commit."""
    return bool(commit) and _git(root, "cat-file", "-e", f"{commit}^{{commit}}") is not None


def file_at(root: Path, commit: str, path: str) -> str | None:
    """A file's text as of a commit; None if it was not there."""
    return _git(root, "show", f"{commit}:{path}") if commit else None


def commits_with(root: Path, path: str) -> list[str]:
    """The commits of all branches that changed a file, the oldest first."""
    return (_git(root, "log", "--all", "--reverse", "--format=%H", "--", path) or "").split()


def clone_url(root: Path, commit: str) -> str:
    """Where a clone that has the commit is made from: the remote `origin` if it was pushed there, else this folder."""
    url = re.sub(r"^(https?://)[^/@]*@", r"\1", (_git(root, "config", "remote.origin.url") or "").strip())  # no secrets
    pushed = _git(root, "branch", "--remotes", "--list", "origin/*", "--contains", commit)
    return url if url and (pushed or "").strip() else str(root.absolute())
