"""What the pages of all reports have in common: how they show what others named, and how they look."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tinysight.data.report.texts import visible

HERE = Path(__file__).parent


def page_environment(folder: Path) -> Environment:
    """For the templates of a folder and those of the data report, `head.html` among them.

    Every value is escaped and made visible: a stranger may have named the files.
    """
    environment = Environment(
        loader=FileSystemLoader([folder, HERE]), autoescape=True, finalize=_made_visible, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["share"] = lambda value: f"{100 * value:.2f}%"
    return environment


def page_style(folder: Path) -> str:
    """The style of the data report, and that of another folder after it."""
    folders = dict.fromkeys((HERE, folder))
    return "".join((one / "style.css").read_text(encoding="utf-8") for one in folders)


def _made_visible(value: object) -> object:
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
