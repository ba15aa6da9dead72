"""Small files that get their old content back when something goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinysight.whole_file import write_whole


@contextmanager
def restored_on_error(*paths: Path) -> Iterator[None]:
    """Gives each file its old content back, or removes it if it was not there, when the block raises."""
    before = {path: path.read_bytes() if path.exists() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            _restore(path, content)
        raise


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    write_whole(path, content)
