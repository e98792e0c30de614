"""The page at ``/_xsrun``: runs, what they did, and what may be done with them. It works without a line of script."""
