"""The statements of the language that are ordinary functions, one module a subject."""
