"""Markdown as GitHub shows it, closely enough to read it back and to look at it: a page of HTML."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt

STYLE = """body{font:14px/1.5 system-ui,sans-serif;max-width:52rem;margin:1rem auto;color:#1f2328;padding:0 1rem}
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #d1d9e0;padding:6px 13px}
tr:nth-child(2n){background:#f6f8fa}code{background:#eff1f3;padding:.2em .4em;font:12px monospace;white-space:pre}
h2,h3{border-bottom:1px solid #d1d9e0}@media(prefers-color-scheme:dark){body{background:#0d1117;color:#f0f6fc}
td,th,h2,h3{border-color:#3d444d}tr:nth-child(2n){background:#151b23}code{background:#212830}}"""


def body(markdown: str) -> str:
    """The HTML that CommonMark with tables and strikethrough gives."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)


def whole_page(markdown: str) -> str:
    """A page to look at, everything unfolded."""
    opened = body(markdown).replace("<details>", "<details open>")
    head = "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    return f"{head}<style>{STYLE}</style>{opened}"


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read_back(markdown: str) -> tuple[list[str], str]:
    """The tags that it opens, and its text."""
    texts = _Texts()
    texts.feed(body(markdown))
    texts.close()
    return texts.tags, texts.text
