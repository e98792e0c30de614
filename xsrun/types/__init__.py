"""Input and schema types: what a declared field accepts and what a call binds to it.

``fields`` has the records of declared fields, ``table`` one record per type, ``filters`` one per input
filter; ``binding`` turns fields into a function that binds a call, ``checks`` reads a declaration for faults.
"""

from xsrun.types.binding import bind, compile_binder
from xsrun.types.fields import ABSENT, Field, FilterCall

__all__ = ["ABSENT", "Field", "FilterCall", "bind", "compile_binder"]
