"""What the workflows need: what of it is there, what is missing, and what to do; nothing secret is shown."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tinysight.finding import Finding
from tinysight.paths import Paths
from tinysight.retraining.journal import environment, why_failed
from tinysight.retraining.remote import default_remote

ASKED = re.compile(r"\b(secrets|vars)\.([A-Z][A-Z0-9_]*)")
REACH = 60  # seconds that the remote may take to answer
WHERE = {"secrets": "Settings, Secrets and variables, Actions, Secrets", "vars": "the same page, Variables"}
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def examine(paths: Paths) -> list[Finding]:
    """Looks at git, DVC's remote, the registry's address and what the workflows ask for; changes nothing."""
    return [*_committed(paths.root), *_remote(paths.root), *_registry(), *_identity(), *_names(paths.root)]


def _committed(root: Path) -> Iterator[Finding]:
    done = subprocess.run(["git", "ls-files", "dvc.lock", "data/*.dvc", "params.yaml"], cwd=root, capture_output=True,
                          text=True, check=False)  # fmt: skip
    tracked = done.stdout.split()
    if "dvc.lock" in tracked:
        yield Finding("ok", "dvc.lock is committed: a runner pulls results and trains only what changed")
    else:
        yield Finding("bad", "dvc.lock is not committed: each run trains everything", "dvc repro, git add dvc.lock")
    if not any(name.endswith(".dvc") for name in tracked):
        yield Finding("note", "no data/*.dvc is committed", "tinysight import, if the pictures are your own")


def _remote(root: Path) -> Iterator[Finding]:
    name = default_remote(root)
    if not name:
        yield Finding("bad", "DVC has no default remote", "dvc remote add --default team s3://BUCKET/PATH")
        return
    words = [sys.executable, "-m", "dvc"]
    done = subprocess.run([*words, "config", f"remote.{name}.url"], cwd=root, env=environment({}), capture_output=True,
                          text=True, check=False)  # fmt: skip
    url = done.stdout.strip()
    if "://" not in url:
        yield Finding("bad", f"the default remote {name} is a folder ({url}): it ends with the runner",
                      "dvc remote add --default team s3://BUCKET/PATH")  # fmt: skip
        return
    try:
        asked = subprocess.run([*words, "status", "--cloud"], cwd=root, env=environment({}), capture_output=True,
                               text=True, check=False, timeout=REACH)  # fmt: skip
        said = f"{asked.stdout}\n{asked.stderr}".splitlines()
        reached = asked.returncode in (0, 1) and "ERROR" not in asked.stderr
    except subprocess.TimeoutExpired:
        said, reached = [f"no answer in {REACH} s"], False
    if reached:
        yield Finding("ok", f"the default remote {name} ({url}) answers")
    else:
        yield Finding("bad", f"the default remote {name} ({url}): {why_failed(said)}", "see docs/ci.md, Credentials")


def _registry() -> Iterator[Finding]:
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    if not uri.startswith("http"):
        yield Finding("bad", "MLFLOW_TRACKING_URI names no server: a runner would compare with nothing",
                      "set the variable MLFLOW_TRACKING_URI; docs/tracking.md says how a team gets one")  # fmt: skip
    elif not os.environ.get("MLFLOW_TRACKING_USERNAME"):
        yield Finding("note", "no MLFLOW_TRACKING_USERNAME", "fine where the server asks for no account")
    else:
        yield Finding("ok", "the registry has an address and an account")


def _identity() -> Iterator[Finding]:
    role, keys = os.environ.get("AWS_ROLE_ARN"), [name for name in KEYS if os.environ.get(name)]
    if role and os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
        yield Finding("ok", "the runner asks AWS for a role with its own identity; no key is kept")
    elif role:
        yield Finding("note", "AWS_ROLE_ARN is set, and this is no job with `id-token: write`", "fine on your machine")
    if keys:
        yield Finding("note", f"long-lived keys: {', '.join(keys)}", "a role by OIDC needs none: docs/ci.md")


def _names(root: Path) -> Iterator[Finding]:
    asked: dict[tuple[str, str], set[str]] = {}
    for path in sorted((root / ".github" / "workflows").glob("*.yml")):
        for kind, name in ASKED.findall(path.read_text(encoding="utf-8")):
            asked.setdefault((kind, name), set()).add(path.name)
    for (kind, name), files in sorted(asked.items()):
        used = f"{name} ({kind}, for {', '.join(sorted(files))})"
        if os.environ.get(name):
            yield Finding("ok", f"{used} is set here")
        else:
            yield Finding("note", f"{used} is not set here", f"if your remote or registry needs it: {WHERE[kind]}")
