"""Reads our own pages: fenced blocks, tables, links and the lists that tests compare with the code."""

import re
import subprocess
from pathlib import Path

from projects import ROOT

FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def page(name: str) -> str:
    """The text of a page, by its path from the top of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def fenced(text: str, language: str) -> list[str]:
    """The contents of all fenced blocks of one language."""
    return [body for kind, body in FENCE.findall(text) if kind == language]


def shell_commands(text: str) -> list[str]:
    """The command lines of all `sh` blocks, without comments."""
    lines = (line for block in fenced(text, "sh") for line in block.splitlines())
    return [command for line in lines if (command := line.split("  #")[0].strip())]


def table(text: str, *header: str) -> list[list[str]]:
    """The rows of the table with this header, as cells of plain text."""
    lines = text.splitlines()
    start = lines.index(f"| {' | '.join(header)} |") + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def broken_links(name: str) -> list[str]:
    """The relative links of a page that lead nowhere."""
    links = (link for link in LINK.findall(page(name)) if "://" not in link)
    return [link for link in links if not ((ROOT / name).parent / link).exists()]


def tracked_files() -> list[str]:
    """What git tracks, as paths from the top."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def written_pages() -> list[str]:
    """All Markdown pages that git tracks."""
    return [name for name in tracked_files() if Path(name).suffix == ".md" and (ROOT / name).exists()]


def make_targets() -> set[str]:
    """The targets that the Makefile has."""
    return set(TARGET.findall(page("Makefile")))
