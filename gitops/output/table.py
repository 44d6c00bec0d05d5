"""Plain tables on standard output: aligned for people, one line a row and never cut for everything else."""

from collections.abc import Iterable, Sequence

_GAP = "  "


def render(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as text. Columns whose cells are all numbers are aligned to the right."""
    body = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *body, strict=True)]
    numeric = [bool(body) and all(_is_number(row[index]) for row in body) for index in range(len(headings))]
    lines = []
    for row in [list(headings), *body]:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append(_GAP.join(cells).rstrip())
    return "\n".join(lines)


def _is_number(cell: str) -> bool:
    return not cell or cell.replace(".", "", 1).isdigit()
