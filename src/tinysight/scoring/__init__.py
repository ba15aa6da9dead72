"""Many files at once, without HTTP: what they are, their probabilities on all cores, and the table of answers."""
