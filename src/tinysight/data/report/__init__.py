"""The data report: what a data set is like and what was found in it, as a page for people and JSON for programs."""
