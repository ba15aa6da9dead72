"""Whether the pictures that a model is asked about still look like those it was judged on; numpy only, no labels."""
