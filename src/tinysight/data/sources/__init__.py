"""One file for each way that pictures arrive."""

from tinysight.data.sources.source import Listing, SourceFile, list_source, open_source

__all__ = ["Listing", "SourceFile", "list_source", "open_source"]
