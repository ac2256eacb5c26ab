"""Tables on the terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


def print_table(title: str, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """A table whose first column is text and whose other columns are numbers, flush right."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place else "left")
    for line in lines:
        table.add_row(*(str(value) for value in line))
    Console().print(table)
