"""A server that answers as GitHub's REST does, as far as comments and pull requests go."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY, TOKEN, BOT = "team/parts", "of this job", "github-actions[bot]"


@dataclass
class GitHubServer:
    """What the repository holds; a test may write into it.

    Attributes:
        url: of the API.
        comments: of all issues: id, issue, user and body.
        pulls: number, head, base, title and body.
        asked: method and path of each request.
        refuses: answers 403 to everything.
    """

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: bool = False

    def add_comment(self, issue: int, body: str, user: str | None = BOT) -> dict[str, Any]:
        """As somebody would write it; None is somebody whose account is gone."""
        number = len(self.comments) + 1
        author = {"login": user} if user else None
        comment = {"id": number, "issue": issue, "body": body, "user": author, "html_url": f"comment {number}"}
        self.comments.append(comment)
        return comment

    def answer(self, method: str, address: str, sent: dict[str, str], token: str) -> tuple[int, Any]:
        parts, self.asked = urlsplit(address), [*self.asked, (method, address)]
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}/")
        if self.refuses or token != f"Bearer {TOKEN}":
            return 403, {"message": "Resource not accessible by integration"}
        if found := re.fullmatch(r"issues/(\d+)/comments", path):
            return self._comments(method, int(found[1]), sent, query)
        if found := re.fullmatch(r"issues/comments/(\d+)", path):
            self.comments[int(found[1]) - 1]["body"] = sent["body"]
            return 200, self.comments[int(found[1]) - 1]
        if found := re.fullmatch(r"pulls/(\d+)", path):
            self.pulls[int(found[1]) - 1].update(sent)
            return 200, self.pulls[int(found[1]) - 1]
        return self._pulls(method, sent, query) if path == "pulls" else (404, {"message": "Not Found"})

    def _comments(self, method: str, issue: int, sent: dict[str, str], query: dict[str, str]) -> tuple[int, Any]:
        if method == "POST":
            return 201, self.add_comment(issue, sent["body"])
        own, size = [one for one in self.comments if one["issue"] == issue], int(query["per_page"])
        start = (int(query["page"]) - 1) * size
        return 200, own[start : start + size]

    def _pulls(self, method: str, sent: dict[str, str], query: dict[str, str]) -> tuple[int, Any]:
        if method == "GET":
            wanted = query["head"].partition(":")[2], query["base"]
            return 200, [one for one in self.pulls if (one["head"], one["base"]) == wanted]
        self.pulls.append({"number": len(self.pulls) + 1, "html_url": f"pull {len(self.pulls) + 1}", **sent})
        return 201, self.pulls[-1]


@contextmanager
def github_server() -> Iterator[GitHubServer]:
    """Runs on the loopback until the block ends."""
    github = GitHubServer()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
            status, body = github.answer(self.command, self.path, sent, self.headers["Authorization"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def do_PATCH(self) -> None:
            self._any()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
