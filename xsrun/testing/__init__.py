"""Tests of job folders: collected, run one by one in a world of their own, and reported."""
