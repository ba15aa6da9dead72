"""GitHub's REST as far as a retraining needs it: one comment that is kept up to date, one pull request likewise."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinysight.errors import ConfigError, TinysightError

PAGE = 100  # comments asked for at once
SECONDS = 30
BOT = "github-actions[bot]"


@dataclass(frozen=True)
class GitHub:
    """A repository and a token for it.

    Attributes:
        url: of the API.
        repository: owner/name.
        token: of the job, or of an app.
        me: under which name that token writes.
    """

    url: str
    repository: str
    token: str
    me: str = BOT

    @classmethod
    def from_environment(cls) -> "GitHub":
        """What a job of GitHub's knows.

        Raises:
            ConfigError: if this is none, or it was not given the token.
        """
        repository, token = os.environ.get("GITHUB_REPOSITORY", ""), os.environ.get("GITHUB_TOKEN", "")
        if not (repository and token):
            missing = " and ".join(n for n, v in (("GITHUB_REPOSITORY", repository), ("GITHUB_TOKEN", token)) if not v)
            raise ConfigError(f"{missing} is not set. In a workflow: `env: GITHUB_TOKEN: ${{{{ github.token }}}}`.")
        url = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(url.rstrip("/"), repository, token, os.environ.get("TINYSIGHT_BOT") or BOT)

    def comment(self, number: int, body: str, marker: str) -> str:
        """Writes a comment, or replaces the one of mine that begins with the marker; returns its address."""
        old = self._own_comment(number, marker)
        path = f"issues/comments/{old}" if old else f"issues/{number}/comments"
        answer = self.ask("PATCH" if old else "POST", path, {"body": body})
        return str(answer["html_url"])

    def _own_comment(self, number: int, marker: str) -> int | None:
        page = 1
        while True:
            comments = self.ask("GET", f"issues/{number}/comments?per_page={PAGE}&page={page}")
            for comment in comments:
                author = comment["user"] or {}  # of somebody whose account is gone
                if author.get("login") == self.me and (comment["body"] or "").startswith(marker):
                    return int(comment["id"])
            if len(comments) < PAGE:
                return None
            page += 1

    def propose(self, branch: str, base: str, title: str, body: str) -> str:
        """Opens a pull request for a branch, or writes the open one's text anew; returns its address."""
        owner = self.repository.partition("/")[0]
        opened = self.ask("GET", f"pulls?state=open&head={owner}:{branch}&base={base}")
        if opened:
            answer = self.ask("PATCH", f"pulls/{opened[0]['number']}", {"title": title, "body": body})
        else:
            answer = self.ask("POST", "pulls", {"title": title, "body": body, "head": branch, "base": base})
        return str(answer["html_url"])

    def ask(self, method: str, path: str, content: Mapping[str, str] | None = None) -> Any:
        """One request; its answer's JSON.

        Raises:
            TinysightError: if GitHub refuses or does not answer; the text holds no token.
        """
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json",
                   "X-GitHub-Api-Version": "2022-11-28"}  # fmt: skip
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.url}/repos/{self.repository}/{path}", data, headers, method=method)  # noqa: S310 - GitHub's own address
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(300).decode(errors="replace")
            raise TinysightError(
                f"GitHub refused {method} {path}: {error.code} {said} Look at the job's `permissions:`, and whether"
                " Actions may open pull requests (Settings, Actions, General)."
            ) from None
        except (OSError, ValueError) as error:
            raise TinysightError(f"GitHub did not answer {method} {path}: {error}. Run the job again.") from None


def pull_number() -> int | None:
    """The pull request that this job is about; None for none."""
    try:
        event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        return int(event["pull_request"]["number"])
    except (KeyError, OSError, ValueError, TypeError):
        return None
