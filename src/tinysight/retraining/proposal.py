"""The new dvc.lock as a commit on a branch of its own, pushed; the work tree, the index and HEAD stay as they are."""

import base64
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tinysight.errors import ConfigError, TinysightError
from tinysight.tracking.pictures_kept import default_remote

LOCK = "dvc.lock"
BRANCH = "tinysight/retrain"
NOTHING: Mapping[str, str] = MappingProxyType({})
AUTHOR = ("tinysight retrain", "tinysight-retrain@users.noreply.github.com")


def results_are_lost(root: Path) -> bool:
    """Whether this is a runner whose default remote is a folder of its own disk: nobody could pull what it names."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return False
    _, url = default_remote(root)
    return "://" not in url


@dataclass(frozen=True)
class Pushed:
    """A commit and the branch of `origin` that it was pushed to."""

    commit: str
    branch: str


def propose(root: Path, message: str, onto: str = "", lock: Path | None = None) -> Pushed | None:
    """Commits a dvc.lock upon HEAD and pushes that.

    Args:
        root: the work tree.
        message: of the commit.
        onto: a branch that gets one commit more; by default a branch of ours, which is replaced.
        lock: the file, if it is not that of the work tree.

    Returns:
        What was pushed; None if dvc.lock is the one of HEAD, or of the branch.

    Raises:
        ConfigError: if there is no dvc.lock.
        TinysightError: if git refuses.
    """
    lock = lock or root / LOCK
    if not lock.is_file():
        raise ConfigError(f"{lock} is not there. Run `tinysight retrain` first.")
    blob = _git(root, "hash-object", "-w", str(lock))
    if blob == _git(root, "rev-parse", "--verify", "-q", f"HEAD:{LOCK}", fails=True):
        return None
    if onto and _is_there(root, onto, blob):  # the job runs again for the same commit
        return None
    commit = _commit(root, blob, message)
    branch = onto or BRANCH
    target = f"{commit}:refs/heads/{branch}"
    _git(root, "push", "-q", *([] if onto else ["--force"]), "origin", target, more=_credentials(root))
    return Pushed(commit, branch)


def _is_there(root: Path, branch: str, blob: str) -> bool:
    _git(root, "fetch", "-q", "origin", f"refs/heads/{branch}", more=_credentials(root))
    return _git(root, "rev-parse", "--verify", "-q", f"FETCH_HEAD:{LOCK}", fails=True) == blob


def _commit(root: Path, blob: str, message: str) -> str:
    index = root / ".git" / f"tinysight-index-{os.getpid()}"
    if not index.parent.is_dir():  # a worktree: .git is a file
        index = Path(_git(root, "rev-parse", "--absolute-git-dir")) / index.name
    own = {"GIT_INDEX_FILE": str(index)}
    parts = zip(("NAME", "EMAIL"), AUTHOR, strict=True)
    who = {f"GIT_{role}_{part}": text for part, text in parts for role in ("AUTHOR", "COMMITTER")}
    try:
        _git(root, "read-tree", "HEAD", more=own)
        _git(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},{LOCK}", more=own)
        return _git(root, "commit-tree", _git(root, "write-tree", more=own), "-p", "HEAD", "-m", message, more=who)
    finally:
        index.unlink(missing_ok=True)


def _credentials(root: Path) -> Mapping[str, str]:
    """The job's token for this one push: no checkout keeps it on disk."""
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token or not _git(root, "remote", "get-url", "origin").startswith("https://"):
        return {}
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraheader",
            "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {secret}"}  # fmt: skip


def _git(root: Path, *words: str, more: Mapping[str, str] = NOTHING, fails: bool = False) -> str:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", **more}
    done = subprocess.run(["git", *words], cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and not fails:
        raise TinysightError(
            f"`git {words[0]}` failed: {done.stderr.strip()[-500:]} Look at `git remote -v` and the token's rights."
        )
    return done.stdout.strip()
