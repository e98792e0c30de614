"""The filters of the language, one module a subject."""
