"""tinysight: from a folder of labelled images to a small, trustworthy prediction service."""

__version__ = "0.1.0"
