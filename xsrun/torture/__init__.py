"""Runs of a job under every fault at every request: what becomes of its pages, its secrets and its time."""
