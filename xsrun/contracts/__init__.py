"""Requests to known providers, judged by their table of rules before anything runs.

``known`` what may be known of a value · ``expressions`` and ``changes`` what expressions and filters make of it ·
``walk`` a folder run through with such values, function by function · ``address`` ``bodies`` ``rules`` the requests
on the way against the table.
"""
