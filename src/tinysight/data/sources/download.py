"""Fetches a file over HTTP, checks it, and gives it its name only when it is right."""

import http.client
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tinysight.data.progress import progress_bar
from tinysight.errors import DataError

TIMEOUT = 30  # seconds without a byte
CHUNK = 1 << 16


def download(url: str, target: Path, check: Callable[[Path], None]) -> None:
    """Downloads a file, with a progress bar, unless it is there already.

    Args:
        url: an http or https address.
        target: where the file goes; its folder is made.
        check: raises DataError where the downloaded file is not the right one.

    Raises:
        DataError: if the address does not answer, or the file fails its check.
    """
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        _fetch(url, draft)
        check(draft)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _fetch(url: str, draft: Path) -> None:
    for last in (False, False, True):
        try:
            _stream(url, draft)
            break
        except (OSError, ValueError, http.client.HTTPException) as error:
            if last or isinstance(error, ValueError):
                raise DataError(
                    f"{url} cannot be downloaded: {error}. Check the network, or download it by hand"
                    " and name its folder in conf/dataset/."
                ) from None


def _stream(url: str, draft: Path) -> None:
    if not url.startswith(("http://", "https://")):
        raise ValueError("only http and https are fetched")
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, draft.open("wb") as file:  # noqa: S310, checked above
        promised = answer.headers.get("Content-Length")
        total = int(promised) if promised else None
        with progress_bar(f"download {url.rsplit('/', 1)[-1]}", total) as advance:
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                advance(len(chunk))
        if total is not None and file.tell() != total:
            raise OSError(f"{file.tell()} of {total} bytes arrived")
