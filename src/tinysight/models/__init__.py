"""One file for each candidate, and their training and export."""
