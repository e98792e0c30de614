"""Simulators of the providers that jobs talk to."""
