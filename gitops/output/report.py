"""One report for the terminal and for Markdown: what a comment says and what a command prints are the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gitops.output import markdown
from gitops.output.progress import say, without_workflow_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_GAP = "  "
_SHORTENED = "The report is shortened; the summary of the run has all of it."


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line. Markdown in it has no effect; only `word` is trusted, for words of our own."""

    value: str
    style: Literal["word", "strong", "code", "link", "command"] = "word"


Inline = str | Span | tuple[str | Span, ...]
"""A line. Plain strings may have been written by anybody."""

Cell = Inline | list[str]
"""A cell of a table; a list has several lines."""


def code(value: str) -> Span:
    """Return a value that is shown as code."""
    return Span(value, "code")


def word(value: str) -> Span:
    """Return words of our own."""
    return Span(value)


def strong(value: str) -> Span:
    """Return words that stand out."""
    return Span(value, "strong")


def link(url: str) -> Span:
    """Return a URL that can be followed, if it is one."""
    return Span(url, "link")


def command(text: str) -> Span:
    """Return a command that people can give: `/deploy dev/alpha` in a comment, `gitops deploy dev/alpha` elsewhere."""
    return Span(text, "command")


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table; headings are written as in a sentence."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """More about one row: its heading, text that is shown as it is, and what to do next."""

    heading: Inline
    text: str = ""
    next_step: Inline = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A result for people.

    `title` is a heading, `lines` are sentences after it; `notes` are remarks after the table; `footnotes` are folded in
    Markdown, below `footnotes_title`. Without rows there is no table in Markdown.
    """

    title: str
    lines: Sequence[Inline] = ()
    table: Table
    details: Sequence[Detail] = ()
    notes: Sequence[Inline] = ()
    footnotes_title: str = ""
    footnotes: Sequence[str] = ()


def show(report: Report) -> None:
    """Print a report: its table on standard output, everything else on standard error."""
    print(text_table(report.table), flush=True)
    show_remarks(report)


def show_remarks(report: Report) -> None:
    """Print what a report says besides its table, on standard error."""
    lines: list[str] = []
    for detail in report.details:
        more = [*detail.text.splitlines(), plain(detail.next_step)]
        lines += [f"{plain(detail.heading)}:", *(f"  {line}" for line in more if line), ""]
    lines += [report.title, *map(plain, report.lines), *map(plain, report.notes), *report.footnotes]
    # Reasons are in words of AWS and of applications.
    say(without_workflow_commands("\n".join(lines)))


def text_table(table: Table) -> str:
    """Return a table as text: aligned, never cut. Columns whose cells are all numbers are aligned to the right."""
    headings = [heading.upper() for heading in table.headings]
    body = [row for cells in table.rows for row in _text_rows(cells)]
    widths = [max(map(len, column)) for column in zip(headings, *body, strict=True)]
    numeric = [bool(body) and all(_is_number(row[index]) for row in body) for index in range(len(headings))]
    lines = []
    for row in [headings, *body]:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append(_GAP.join(cells).rstrip())
    return "\n".join(lines)


def markdown_table(table: Table) -> str:
    """Return a table as Markdown."""
    return markdown.table(table.headings, ([_markdown_cell(cell) for cell in row] for row in table.rows))


def as_markdown(report: Report, limit: int) -> str:
    """Return a report as Markdown of at most `limit` characters.

    What does not fit is left out, rows first, and that is said.
    """
    title = report.title[:1].upper() + report.title[1:]
    head = "\n\n".join([f"### {title}", *map(as_inline, report.lines)])
    tail = ["\n".join(f"- {as_inline(note)}" for note in report.notes)] if report.notes else []
    if report.footnotes:
        listed = "\n".join(f"- {markdown.text(line)}" for line in report.footnotes)
        tail.append(markdown.fold(report.footnotes_title, listed))
    details = [_markdown_detail(detail) for detail in report.details]
    table = markdown_table(report.table) if report.table.rows else ""
    whole = "\n\n".join(filter(None, [head, table, *details, *tail]))
    return whole if len(whole) <= limit else _shortened(head, report.table, details, limit)


def plain(inline: Inline) -> str:
    """Return a line as text for a terminal."""
    parts = inline if isinstance(inline, tuple) else (inline,)
    return "".join(part if isinstance(part, str) else _plain_span(part) for part in parts)


def as_inline(inline: Inline) -> str:
    """Return a line as Markdown in which nothing that others wrote has an effect."""
    parts = inline if isinstance(inline, tuple) else (inline,)
    return "".join(markdown.text(part) if isinstance(part, str) else _markdown_span(part) for part in parts)


def _plain_span(span: Span) -> str:
    return f"gitops {span.value}" if span.style == "command" else span.value


def _markdown_span(span: Span) -> str:
    match span.style:
        case "word":
            return span.value
        case "strong":
            return f"**{span.value}**"
        case "code":
            return markdown.code(span.value)
        case "link":
            return markdown.link(span.value)
        case "command":
            return markdown.code(f"/{span.value}")


def _markdown_cell(cell: Cell) -> str:
    return "<br>".join(map(markdown.text, cell)) if isinstance(cell, list) else as_inline(cell)


def _markdown_detail(detail: Detail) -> str:
    parts = [f"#### {as_inline(detail.heading)}"]
    parts += [markdown.block(detail.text, "text")] if detail.text else []
    parts += [f"{as_inline(detail.next_step)}."] if detail.next_step else []
    return "\n\n".join(parts)


def _text_rows(cells: Sequence[Cell]) -> Iterator[list[str]]:
    """Yield the lines of a row."""
    columns = [cell if isinstance(cell, list) else [plain(cell)] for cell in cells]
    for index in range(max(1, *map(len, columns))):
        yield [column[index] if index < len(column) else "" for column in columns]


def _is_number(cell: str) -> bool:
    return not cell or cell.replace(".", "", 1).isdigit()


def _shortened(head: str, table: Table, details: Sequence[str], limit: int) -> str:
    """Return what of a report fits: details in half of the room, then as many rows as there is room for."""
    room = limit - len(head) - len(_SHORTENED) - 6
    chosen = list(_while_fitting(details, room // 2, gap=2))
    room -= sum(len(detail) + 2 for detail in chosen)
    empty = markdown_table(Table(headings=table.headings, rows=[]))
    lines = [f"| {' | '.join(map(_markdown_cell, row))} |" for row in table.rows]
    rows = list(_while_fitting(lines, room - len(empty), gap=1))
    return "\n\n".join([head, "\n".join([empty, *rows]), *chosen, _SHORTENED])


def _while_fitting(texts: Iterable[str], room: int, *, gap: int) -> Iterator[str]:
    for text in texts:
        room -= len(text) + gap
        if room < 0:
            return
        yield text
