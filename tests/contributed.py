"""The candidate that CONTRIBUTING shows, taken from its text: one file and one line."""

from markdown_pages import fenced, page

SECTION_OF_PAGE = page(".github/CONTRIBUTING.md").partition("### A new candidate\n")[2].partition("\n### ")[0]
(FILE,) = fenced(SECTION_OF_PAGE, "python")
(LINE,) = fenced(SECTION_OF_PAGE, "yaml")
