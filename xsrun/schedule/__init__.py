"""When something is due: times that come again, the runs at them, and what ``xsrun.toml`` says of both.

Pure arithmetic: no I/O and no clock. All times count milliseconds since 1970 UTC.
"""
