"""One file for each way that pictures arrive."""
