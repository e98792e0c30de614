"""Ciphers, tokens, keys and passwords behind the filters and statements of `security`."""
