"""What is known of one name of the language, in Markdown: a section of a page, or what an editor shows."""

from __future__ import annotations

from xsrun.builtins.records import Example
from xsrun.catalogue import Entry, Parameter


def section(entry: Entry) -> str:
    """All that is known of a name, in Markdown."""
    lines = [f"### {entry.name}\n", f"`{entry.signature}`\n", entry.summary + "\n"]
    lines += [f"{_parameter(each)}\n" for each in entry.parameters]
    if entry.blocks:
        lines.append(f"Consists of {', '.join(f'`{name}`' for name in entry.blocks)}.\n")
    if entry.details:
        lines.append(f"{entry.details}\n")
    if entry.parity:
        lines.append(f"Differs from the platform: {entry.parity}\n")
    if entry.extension:
        lines.append("An extension: the platform does not have it.\n")
    if entry.examples:
        lines.append(fenced("\n".join(map(with_result, entry.examples))))
    return "\n".join(lines)


def _parameter(param: Parameter) -> str:
    name = f"- `{param.name}`" + (f" {param.type}" if param.type else " required" if param.required else "")
    if param.variadic:
        return f"{name}, any number"
    return f"{name}, default `{param.default}`" if param.default else name


def with_result(example: Example) -> str:
    """An example and what it gives."""
    if example.expected.startswith("!"):
        return f"{example.source}  -> error: {example.expected[1:]}"
    return f"{example.source}  -> {example.expected}" if example.expected else example.source


def table(*columns: str) -> tuple[str, str]:
    """The first two lines of a table."""
    return f"| {' | '.join(columns)} |", f"| {' | '.join('---' for _ in columns)} |"


def fenced(text: str, language: str = "") -> str:
    """A text as it is, in a block of its own."""
    return f"```{language}\n{text.strip(chr(10))}\n```\n"
