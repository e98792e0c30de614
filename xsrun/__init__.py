"""A local runtime for XanoScript job folders."""
