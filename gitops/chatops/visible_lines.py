"""The lines of a comment that can be commands, as GitHub shows the comment to people.

Such a line begins with a slash in its first column and is its author's own words: it is in a paragraph at the top level
of the document, outside of lists, quotes, tables and footnotes, and in no code, HTML comment, HTML element, link,
emphasis or formula, however many lines these take. Where GitHub's Markdown and HTML leave room for doubt, the line is
left out.

markdown-it-py parses CommonMark and GitHub's tables and `~~`. What GitHub adds to it is here: footnotes, a single `~`,
formulas and HTML elements that stay open across paragraphs.

- https://github.github.com/gfm/
- https://docs.github.com/en/get-started/writing-on-github
"""

from __future__ import annotations

import re
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.rules_core import StateCore

_START: Final = Token("start", "", 0)
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_BYTE_ORDER_MARK: Final = "\ufeff"

_FIRST_MARK: Final = 0xF0000
"""The first of the private-use characters that mark candidates; Markdown and HTML give them no meaning."""

_MARK: Final = re.compile("[\U000f0000-\U0010ffff]")
_NOT_WORDS: Final = "\ufffc"
"""What stands in the author's words for code, links and all else that is not plain text."""

_TEXT_TAG: Final = re.compile("<(?!!--)")
_FOOTNOTE: Final = re.compile(r"\[\^[^\] \r\n\0\t]+\]:[ \t]*")
_FOOTNOTE_INDENT: Final = 4
_DELIMITER_OF_ONE_COLUMN: Final = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*\|?[ \t]*")
"""What makes the line before it the head of a table; markdown-it-py asks for a `|` in that line, GitHub does not."""

_MASKED: Final = re.compile(
    r"""
      <!--.*?(?:-->|\Z)                                                    # one that is not closed hides the rest
    | \$\$.*?\$\$                                                          # a formula on lines of its own
    | (?<![\w$])\$(?=[^\s$])(?:[^$\n]|\n(?!\n))*(?<=\S)\$(?!\w)            # a formula in a paragraph
    | (?<!~)~(?=[^\s~])(?:[^~\n]|\n(?!\n))*(?<=\S)~(?!~)                   # struck through, with one tilde
    """,
    re.DOTALL | re.VERBOSE,
)
_TAG_OR_MARK: Final = re.compile(
    r"<(?P<slash>/?)(?P<element>[a-z][a-z0-9-]*)[^>]*|^(?P<mark>[\U000f0000-\U0010ffff])", re.IGNORECASE | re.MULTILINE
)
_END_TAG_OPTIONAL: Final = "caption colgroup dd dt li optgroup option p rp rt summary tbody td tfoot th thead tr"
_END_TAG_NEEDED: Final = """
a abbr acronym address applet article aside audio b bdi bdo big blink blockquote body button canvas center cite code
data datalist del details dfn dialog dir div dl em fieldset figcaption figure font footer form frameset
h1 h2 h3 h4 h5 h6 h7 h8 head header hgroup html i iframe ins kbd label legend listing main map mark marquee math
menu meter nav nobr noembed noframes noscript object ol output picture plaintext portal pre progress q ruby s samp
script search section select slot small span strike strong style sub sup svg table template textarea time title tt
u ul var video xmp
"""
_ELEMENTS: Final = frozenset([*_END_TAG_OPTIONAL.split(), *_END_TAG_NEEDED.split()])
"""Elements of HTML that have an end tag. GitHub drops tags with other names, such as `<String>`.

https://html.spec.whatwg.org/multipage/indices.html#elements-3
"""


def command_lines(body: str) -> Iterator[str]:
    """Yield the lines of a comment that begin with a slash and are its author's own words, as they were typed."""
    lines = _LINE_BREAK.split(body)
    candidates = [number for number, line in enumerate(lines) if line.startswith("/")]
    if not candidates:
        return
    marks = {chr(_FIRST_MARK + index): number for index, number in enumerate(candidates)}
    parsed = [_MARK.sub("\ufffd", line) for line in lines]
    # GitHub's parser skips a byte-order mark; the line that it is on is no candidate.
    parsed[0] = parsed[0].removeprefix(_BYTE_ORDER_MARK)
    for mark, number in marks.items():
        parsed[number] = mark + parsed[number]
    words = "".join(_own_words(_PARSER.parse("\n".join(parsed)), parsed))
    for mark in _outside_elements(_MASKED.sub(_without_marks, words)):
        yield lines[marks[mark]]


def _own_words(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[str]:
    """Yield the text of paragraphs at the top level, between empty lines, and all HTML, without the marks in it."""
    quotes = 0
    for previous, token in pairwise(chain([_START], tokens)):
        quotes += token.nesting if token.type.startswith("blockquote") else 0
        if token.type == "fence" and token.level > 0 and not quotes and not _is_closed(token):
            return  # The end of a list item ends it for GitHub; its author meant it to go on.
        if token.type == "html_block" and ">" not in token.content.rpartition("<")[2]:
            return  # The tag goes on into GitHub's own, be it the end of a quote.
        if token.type == "html_block":
            yield f"{_html(token)}\n\n"
        if token.type == "inline":
            first, end = token.map or (0, 0)
            is_paragraph = token.level == 1 and previous.type == "paragraph_open"
            may_be_table = any(_DELIMITER_OF_ONE_COLUMN.fullmatch(line) for line in lines[first + 1 : end])
            yield from _inline_words(token.children or (), plain=is_paragraph and not may_be_table)
            yield "\n\n"


def _inline_words(children: Sequence[Token], *, plain: bool) -> Iterator[str]:
    """Yield the HTML and, if it is `plain`, the text of a block."""
    depth = 0
    for child in children:
        depth += child.nesting
        if child.type == "html_inline":
            yield _html(child)
        elif child.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif child.type == "text" and plain and depth == 0:
            yield _TEXT_TAG.sub(_NOT_WORDS, child.content)
        else:
            yield _NOT_WORDS


def _outside_elements(words: str) -> Iterator[str]:
    """Yield the marks at the start of a line at which no HTML element is open."""
    opened: list[str] = []
    for found in _TAG_OR_MARK.finditer(words):
        mark, element = found["mark"], (found["element"] or "").lower()
        if mark and not opened:
            yield mark
        elif found["slash"] and element in opened:
            _close(opened, element)
        elif not mark and not found["slash"] and element in _ELEMENTS:
            opened.append(element)


def _close(opened: list[str], element: str) -> None:
    """Close the innermost such element, and with it those in it that need no end tag."""
    position = len(opened) - 1 - opened[::-1].index(element)
    opened[position:] = [other for other in opened[position + 1 :] if other not in _END_TAG_OPTIONAL.split()]


def _without_marks(masked: re.Match[str]) -> str:
    """Return what is left of a comment, a formula or text that is struck through: the tags in all but a comment."""
    return _NOT_WORDS if masked[0].startswith("<!--") else _MARK.sub(_NOT_WORDS, masked[0])


def _html(token: Token) -> str:
    return _MARK.sub("", token.content).replace("\n", " ")


def _is_closed(fence: Token) -> bool:
    """Whether a fence has a closing line after its opening line and its content."""
    first, end = fence.map or (0, 0)
    return end - first == fence.content.count("\n") + 2


def _footnote(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
    """Parse the definition of a footnote, `[^label]: text`: a container like a list item, which holds lazy lines too.

    https://github.com/github/cmark-gfm/blob/master/src/blocks.c
    """
    start = state.bMarks[start_line] + state.tShift[start_line]
    found = _FOOTNOTE.match(state.src, start, state.eMarks[start_line])
    if found is None or state.is_code_block(start_line):
        return False
    if silent:
        return True
    state.push("footnote_open", "section", 1)
    former = state.blkIndent, state.tShift[start_line], state.sCount[start_line], state.parentType
    state.blkIndent += _FOOTNOTE_INDENT
    state.tShift[start_line] += found.end() - start
    state.sCount[start_line] = state.blkIndent
    state.parentType = "footnote"
    state.md.block.tokenize(state, start_line, end_line)
    state.blkIndent, state.tShift[start_line], state.sCount[start_line], state.parentType = former
    state.push("footnote_close", "section", -1)
    return True


def _take_definitions(state: StateCore) -> None:
    """Take the link definitions at the start of paragraphs out of them.

    For GitHub they are lines of the paragraph until it ends, so that the next line can be a lazy continuation of a
    quote; markdown-it's own rule ends the paragraph, and with it the quote.
    """
    for previous, token in pairwise(state.tokens):
        if token.type == "inline" and previous.type == "paragraph_open" and token.content.startswith("["):
            lines = [line.lstrip(" \t") for line in token.content.split("\n")]
            block = StateBlock("\n".join(lines), _DEFINITIONS, state.env, [])
            line = 0
            while line < block.lineMax and reference(block, line, block.lineMax, silent=False):
                line = block.line
            token.content = "\n".join(lines[line:])


def _is_link(url: str) -> bool:  # noqa: ARG001 - markdown-it's signature
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Escapes and entities stay apart from text: `&lt;!--` begins no comment.
    parser.disable(["text_join", "reference"])
    parser.core.ruler.after("block", "definitions", _take_definitions)
    # markdown-it shows a link to a script as text; GitHub hides its title and its definition.
    for each in (parser, _DEFINITIONS):
        each.validateLink = _is_link  # type: ignore[method-assign] # the way that markdown-it-py documents
    parser.block.ruler.before("reference", "footnote", _footnote, {"alt": ["paragraph", "reference", "blockquote"]})
    return parser


_DEFINITIONS: Final = MarkdownIt("zero")
"""In the text of a paragraph no other block begins."""

_PARSER: Final = _parser()
