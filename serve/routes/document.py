"""GET /openapi.json and /docs: what can be asked here, for programs and for people, without another host's script."""

import json
import re
from functools import lru_cache
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from serve.documented import described
from serve.routes import DirectRoute

router = APIRouter(include_in_schema=False, route_class=DirectRoute)
CODE = re.compile("`([^`]+)`")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: the API</title>
<link rel="icon" href="static/icon.svg">
<link rel="stylesheet" href="static/style.css">
<link rel="stylesheet" href="static/docs.css">
</head>
<body>
<main class="docs">
<h1>{title} {version}</h1>
<p>{description} The same for programs: <a href="openapi.json">openapi.json</a>. The page: <a href="./">try it</a>.</p>
{operations}
</main>
</body>
</html>
"""


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The OpenAPI document."""
    return Response(_document(request.app), media_type="application/json")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The same as a page."""
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return Response(_page(request.app), media_type="text/html", headers=headers)


@lru_cache(maxsize=1)
def _document(app: FastAPI) -> str:
    return json.dumps(described(app.openapi()), ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=1)
def _page(app: FastAPI) -> str:
    document = described(app.openapi())
    operations = [
        _operation(document, method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    facts = {name: escape(text) for name, text in document["info"].items()}
    return PAGE.format(**facts, operations="\n".join(operations))


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> str:
    said = "".join(f"<p>{_text(text)}</p>" for text in operation.get("description", "").split("\n\n"))
    asked = [f"<li><code>?{p['name']}=</code> {_text(p['description'])}</li>" for p in operation.get("parameters", [])]
    asked += [
        f"<li>body: <code>{escape(kind)}</code></li>"
        for kind in operation.get("requestBody", {"content": ()})["content"]
    ]
    answers = [_answer(document, *item) for item in operation["responses"].items()]
    return (
        f"<section><h2><code>{method} {escape(path)}</code> {escape(operation['summary'])}</h2>{said}"
        f"<ul>{''.join(asked)}</ul>{''.join(answers)}</section>"
    )


def _text(words: str) -> str:
    """Markup of words in which `code` stands between backticks."""
    return CODE.sub(r"<code>\1</code>", escape(words))


def _answer(document: dict[str, Any], status: str, answer: dict[str, Any]) -> str:
    examples = []
    for content in answer.get("content", {}).values():
        schema = content.get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        examples += [content[word] for word in ("example",) if word in content]
        examples += [example["value"] for example in content.get("examples", {}).values()]
        examples += document["components"]["schemas"].get(name, {}).get("examples", [])
    texts = [one if isinstance(one, str) else json.dumps(one, indent=1, ensure_ascii=False) for one in examples]
    shown = "".join(f"<pre>{escape(text)}</pre>" for text in texts)
    return f"<details><summary><code>{status}</code> {escape(answer['description'])}</summary>{shown}</details>"
