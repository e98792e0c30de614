"""Runs of many machines: the journal in PostgreSQL, queues and workers on DBOS."""
