"""Statements that change or search a text in a variable."""

from __future__ import annotations

from xsrun.builtins.filters import text as filters
from xsrun.builtins.registry import Bool, Group, Text, Value

text = Group("text")


@text.update(
    'var $r { value = "a" }\ntext.append $r { value = "b" } -> "ab"',
    'var $r { value = null }\ntext.append $r { value = 1 } -> "1"',
)
def append(target: Text, /, *, value: Text) -> Text:
    """Put a text behind the one in the variable."""
    return target + value


@text.update('var $r { value = "b" }\ntext.prepend $r { value = "a" } -> "ab"')
def prepend(target: Text, /, *, value: Text) -> Text:
    """Put a text in front of the one in the variable."""
    return value + target


@text.update(
    'var $r { value = " a " }\ntext.trim $r -> "a"',
    'var $r { value = "xax" }\ntext.trim $r { value = "x" } -> "a"',
)
def trim(target: Text, /, *, value: Text = "") -> Text:
    """Remove whitespace, or the given characters, from both ends of the text in the variable."""
    return filters.trim(target, value)


@text.update('var $r { value = "007" }\ntext.ltrim $r { value = "0" } -> "7"')
def ltrim(target: Text, /, *, value: Text = "") -> Text:
    """Remove whitespace, or the given characters, from the beginning of the text in the variable."""
    return filters.ltrim(target, value)


@text.update('var $r { value = "1.50" }\ntext.rtrim $r { value = "0" } -> "1.5"')
def rtrim(target: Text, /, *, value: Text = "") -> Text:
    """Remove whitespace, or the given characters, from the end of the text in the variable."""
    return filters.rtrim(target, value)


@text.reader('var $t { value = "Hello" }\ntext.contains $t { value = "ell" } as $r -> true')
def contains(target: Value, /, *, value: Value) -> Bool:
    """Tell whether the text in the variable holds another one; case counts."""
    return filters.contains(target, value)


@text.reader('var $t { value = "Hello" }\ntext.icontains $t { value = "ELL" } as $r -> true')
def icontains(target: Text, /, *, value: Text) -> Bool:
    """Tell whether the text in the variable holds another one, upper or lower case."""
    return filters.icontains(target, value)


@text.reader('var $t { value = "Hello" }\ntext.starts_with $t { value = "he" } as $r -> false')
def starts_with(target: Text, /, *, value: Text) -> Bool:
    """Tell whether the text in the variable begins with another one; case counts."""
    return filters.starts_with(target, value)


@text.reader('var $t { value = "Hello" }\ntext.istarts_with $t { value = "he" } as $r -> true')
def istarts_with(target: Text, /, *, value: Text) -> Bool:
    """Tell whether the text in the variable begins with another one, upper or lower case."""
    return filters.istarts_with(target, value)


@text.reader('var $t { value = "Hello" }\ntext.ends_with $t { value = "LO" } as $r -> false')
def ends_with(target: Text, /, *, value: Text) -> Bool:
    """Tell whether the text in the variable ends with another one; case counts."""
    return filters.ends_with(target, value)


@text.reader('var $t { value = "Hello" }\ntext.iends_with $t { value = "LO" } as $r -> true')
def iends_with(target: Text, /, *, value: Text) -> Bool:
    """Tell whether the text in the variable ends with another one, upper or lower case."""
    return filters.iends_with(target, value)
