"""A runner's own identity in place of a cloud's long-lived keys: a token of minutes, asked for when it is needed."""

import json
import os
import urllib.request
from pathlib import Path

from tinysight.errors import ConfigError
from tinysight.whole_file import whole

URL, SECRET = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
FILE, AUDIENCE = "AWS_WEB_IDENTITY_TOKEN_FILE", "sts.amazonaws.com"
SECONDS = 30
OF_WORKFLOWS = ("AWS_", "MLFLOW_")


def forget_empty_variables() -> None:
    """A workflow sets what nobody filled in to an empty text; AWS's libraries take that for a region or a role."""
    for name, value in list(os.environ.items()):
        if name.startswith(OF_WORKFLOWS) and not value.strip():
            del os.environ[name]


def fresh_token() -> bool:
    """Writes a new token of GitHub's runner to where AWS's libraries read it; the last one is too old after a training.

    Does nothing unless the workflow may ask for tokens (`id-token: write`) and names the file.

    Raises:
        ConfigError: if GitHub does not give one.
    """
    address, secret, file = (os.environ.get(name, "") for name in (URL, SECRET, FILE))
    if not (address and secret and file):
        return False
    request = urllib.request.Request(f"{address}&audience={AUDIENCE}", headers={"Authorization": f"Bearer {secret}"})  # noqa: S310 - GitHub names it
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            token = json.load(answer)["value"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"GitHub gave no identity token ({type(error).__name__}). The job needs `permissions: id-token: write`;"
            f" or leave {FILE} unset and use keys."
        ) from None
    _write_for_me_alone(Path(file), str(token))
    return True


def _write_for_me_alone(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as draft:
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
