"""Policies: from an alert to the jobs that handle it. Nothing here does anything outside."""
