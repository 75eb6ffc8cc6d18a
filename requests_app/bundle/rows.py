"""The rows of a collection as HTML. There may be thousands of cells: they are written by hand, not by a template."""

from collections.abc import Iterator, Sequence
from html import escape

from requests_app.bundle.cells import Cell

Row = Sequence[Cell]


def written(layout: str, rows: Sequence[Row]) -> Iterator[str]:
    """Yield each row: of a `table`, of a `sheet` (one record as a list), or as a card."""
    write = {"table": _of_table, "sheet": _of_sheet}.get(layout, _card)
    return (f"{write(row)}\n" for row in rows)


def _of_table(row: Row) -> str:
    return f"<tr>{''.join(map(_table_cell, row))}</tr>"


def _table_cell(cell: Cell) -> str:
    look = f' class="{escape(cell.look)}"' if cell.look else ""
    content = f"<span>{_content(cell)}</span>" if cell.href or cell.text else ""
    return f'<td data-label="{escape(cell.title)}"{look}>{content}</td>'


def _of_sheet(row: Row) -> str:
    return "\n".join(f"<div><dt>{escape(cell.title)}</dt><dd>{_content(cell)}</dd></div>" for cell in row)


def _card(row: Row) -> str:
    head, *others = row
    facts = "".join(map(_fact, filter(_says_something, others)))
    return f'<article class="record"><h4>{escape(head.title)} {escape(head.text)}</h4><dl>{facts}</dl></article>'


def _fact(cell: Cell) -> str:
    look = ' class="wide"' if cell.look == "long" else ""
    return f"<div{look}><dt>{escape(cell.title)}</dt><dd>{_content(cell)}</dd></div>"


def _says_something(cell: Cell) -> bool:
    return bool(cell.text)


def _content(cell: Cell) -> str:
    return f'<a href="{escape(cell.href)}">{escape(cell.text)}</a>' if cell.href else escape(cell.text)
