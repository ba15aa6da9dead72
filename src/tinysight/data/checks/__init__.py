"""The checks: each is one function that looks at the evidence and says how many, which, and what to do."""
