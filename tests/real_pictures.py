"""Tells schemathesis what a file may hold: real pictures, mutated ones and any bytes. It imports this as its hooks."""

import schemathesis
from hypothesis import strategies as st
from mutated import mutated, seed_files

FILES = st.sampled_from(seed_files()) | st.sampled_from(list(mutated(100, seed=6))) | st.binary(max_size=200)
schemathesis.openapi.format("binary", FILES)
for kind in ("image/*", "application/octet-stream"):
    schemathesis.openapi.media_type(kind, FILES)
