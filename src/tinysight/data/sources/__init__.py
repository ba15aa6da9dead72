"""One file for each way that pictures arrive."""

from tinysight.data.sources.source import SourceFile, list_source, open_source

__all__ = ["SourceFile", "list_source", "open_source"]
