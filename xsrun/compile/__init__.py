"""Tree to Python: names bound, types inferred, code generated."""
