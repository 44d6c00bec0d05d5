"""What counts as a command is a line that GitHub shows at the top level of a comment, as its author's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops.chatops.visible_lines import command_lines

COMMAND = "/destroy dev/alpha"


def lines(body: str) -> list[str]:
    return list(command_lines(body))


ENCLOSED = {
    "code span": "a `b\n{}\nc` d",
    "code span of two backticks": "a ``b ` \n{}\nc`` d",
    "fence": "```\n{}\n```",
    "fence that is not closed": "```\n{}\n",
    "fence of tildes": "~~~ text\n{}\n~~~",
    "fence with a shorter one in it": "````\n```\n{}\n```\n````",
    "fence after carriage returns": "```\r{}\r```",
    "fence in a list item": "- a\n\n  ```\n{}\n  ```",
    "indented code": "a\n\n    {}\n",
    "indented code with a tab": "a\n\n\t{}\n",
    "comment": "<!--\n{}\n-->",
    "comment with an empty line": "<!-- a\n\n{}\n\n-->",
    "comment in a paragraph": "a <!-- b\n{}\n--> c",
    "comment in a paragraph that is not closed": "a <!-- b\n\n{}\n",
    "comment that ends at once": "<!-->\n\n{}\n\n-->",
    "processing instruction": "a <? b\n{}\n?> c",
    "declaration": "a <!A b\n{}\nc> d",
    "character data": "a <![CDATA[ b\n{}\n]]> c",
    "script": "<script>\n{}\n\n{}\n</script>",
    "tag": 'a <b title="\n{}\n">c</b>',
    "tag of a block that is not closed": "<details\n\n{}\n",
    "details": "<details><summary>a</summary>\n\n{}\n\n</details>",
    "details that are not closed": "<details>\n\n{}\n",
    "preformatted": "<pre>\n\n{}\n\n</pre>",
    "quote": "> a\n{}\n",
    "quote in a quote": "> > a\n{}\n",
    "quote of a link definition": "> [a]: /url\n{}\n",
    "quote of a tag that is not closed": "> <div\n{}\n",
    "quote of a processing instruction": "> <?\n{}\n",
    "quote by an element": "<blockquote>\n\n{}\n\n</blockquote>",
    "alert": "> [!NOTE]\n{}",
    "list item": "- a\n{}\n",
    "list item of a link definition": "- [a]: /url\n{}\n",
    "code span after a link definition": "[a]: /url\n    ``\n{}\nb ``",
    "numbered list item": "1. a\n{}\n",
    "task": "- [ ] a\n{}\n",
    "footnote": "a[^1]\n\n[^1]: b\n{}\n",
    "footnote in a paragraph": "a[^1]\n[^1]: b\n{}\n",
    "footnote with a fence": "[^1]: b\n    ```\n    c\n{}\n",
    "table": "| a |\n| - |\n{}\n",
    "table of two columns": "a | b\n-- | --\n{}\n",
    "head of a table": "{}\n| - |\n",
    "heading": "{}\n===\n",
    "second-level heading": "a\n{}\n---\n",
    "link": "[a\n{}\nb](/url)",
    "link to a script": "[a\n{}\nb](javascript:c)",
    "title of a link": '[a](/url "b\n{}\nc")',
    "title of an image": "![a](/url 'b\n{}\nc')",
    "text of an image": "![a\n{}\nb](/url)",
    "reference": "[a\n{}\nb][c]\n\n[c]: /url",
    "title of a link definition": "[a]: /url '\n{}\n'",
    "title of a definition of a script": "[a]: javascript:b (\n{}\n)",
    "emphasis": "*a\n{}\nb*",
    "strong emphasis": "__a\n{}\nb__",
    "strikethrough": "~~a\n{}\nb~~",
    "strikethrough with one tilde": "a ~b\n{}\nc~ d",
    "formula": "$$\n{}\n$$",
    "formula of several paragraphs": "$$\n\n{}\n\n$$",
    "formula in a paragraph": "a $b\n{}\nc$ d",
    **{
        f"element {element}": f"a <{element}>b\n{{}}\nc</{element}>"
        for element in ("samp", "kbd", "tt", "del", "code", "q", "S", "sub", "font", "p")
    },
    **{
        f"element {element} around a paragraph": f"<{element}>\n\n{{}}\n\n</{element}>"
        for element in ("samp", "kbd", "tt", "del", "code", "div", "table", "TEXTAREA")
    },
    "element after one that needs no end tag": "<ul>\n<li>a\n</ul>\n<kbd>\n\n{}\n",
}


@pytest.mark.parametrize("template", ENCLOSED.values(), ids=ENCLOSED.keys())
def test_a_line_in_markup_is_no_command(template: str) -> None:
    assert lines(template.replace("{}", COMMAND)) == []
    assert lines(f"a\n\n{template.replace('{}', COMMAND)}".replace("\n", "\r\n")) == []


def test_a_fence_after_a_byte_order_mark_is_a_fence() -> None:
    assert lines(f"\ufeff```\n{COMMAND}\n```") == []
    assert lines(f"\ufeff```\na\n```\n{COMMAND}\n") == [COMMAND]


def test_a_line_that_is_the_destination_of_a_link_is_no_command() -> None:
    assert lines("[x](\n/destroy\n)") == []
    assert lines("[x]:\n/destroy") == []
    assert lines("[x]:\n/destroy dev/alpha") == [COMMAND]


BESIDE = {
    "nothing": "{}",
    "text": "a\n{}\nb",
    "paragraphs": "a\n\n{}\n\nb",
    "carriage returns": "a\r{}\rb",
    "hard breaks": "a  \n{}\nb\\\n",
    "code span": "`a`\n{}\n`b`",
    "backtick": "a ` b\n{}\nc",
    "escaped backticks": "\\`a\n{}\nb\\`",
    "backticks of other numbers": "`a\n{}\nb``",
    "code span that ends a paragraph": "`a\n\n{}\n\nb`",
    "fence": "```\na\n```\n{}\n```\nb\n```",
    "comment": "<!-- a -->\n{}\n<!-- b -->",
    "comment in a paragraph": "a <!-- b\n--> c\n{}\n",
    "escaped comment": "\\<!-- a\n{}\nb &lt;!-- c",
    "escaped tag": "\\<kbd>a\n{}\n",
    "less-than signs": "a < b <c\n{}\n1 <b 2",
    "details": "<details><summary>a</summary>\n\nb\n\n</details>\n\n{}\n",
    "list in HTML": "<ul>\n<li>a\n<li>b\n</ul>\n\n{}\n",
    "breaks, rules and images": "a<br>b <img src=c><hr/>\n{}\n",
    "type parameters": "A Map<String> of List<T>.\n{}\n",
    "emphasis": "*a* __b__ ~~c~~ ~d~\n{}\n*e*",
    "asterisks": "2 * 3\n{}\n4 * 5",
    "underscores": "a_b\n{}\nc_d",
    "approximations": "takes ~5 minutes\n{}\nor ~6",
    "prices": "costs $5\n{}\nand $6",
    "process id": "kill $$\n{}\n",
    "link": "[a](/b 'c') <http://d>\n{}\n[e]",
    "link definition": "[a]: /b 'c'\n{}\n",
    "link definition that is none": "[a]: /b 'c\n{}\n",
    "quote": "> a\n\n{}\n\n> b",
    "list": "- a\n\n{}\n\n- b",
    "heading": "# a\n{}\n# b",
    "rule": "a\n\n---\n{}\n\n---\n",
    "table": "| a |\n| - |\n| b |\n\n{}\n",
    "footnote": "[^1]: a\n\n{}\n",
    "list of a fence": "- ```\n  a\n  ```\n{}\n",
    "quoted fence": "> ```\n> a\n\n{}\n",
    "form feed, NUL and bidirectional controls": "\f\0\u202e\u200b\n{}\n\u2066\f",
    "private-use characters": "\U000f0000\n{}\n\U000f0001",
}


@pytest.mark.parametrize("template", BESIDE.values(), ids=BESIDE.keys())
def test_a_line_beside_markup_is_a_command(template: str) -> None:
    assert lines(template.replace("{}", COMMAND)) == [COMMAND]
    assert lines(template.replace("{}", COMMAND).replace("\n", "\r\n")) == [COMMAND]


@pytest.mark.parametrize(
    "before", [" ", "\t", "\f", "\0", "\x0b", "\xa0", "\u200b", "\u202e", "\u2028", "\ufeff", "\\"]
)
def test_a_line_with_anything_before_its_slash_is_no_command(before: str) -> None:
    assert lines(f"{before}{COMMAND}") == []
    assert lines(f"a\n{before}{COMMAND}\nb") == []


def test_a_line_is_yielded_as_it_was_typed() -> None:
    typed = "/lock dev/alpha *really* \\`a\\` <b>c</b> [d](e) &lt; $f$ \U000f0000\0 "
    assert lines(f"a\n{typed}\r\nb") == [typed]


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["P", "S", "C", "Z"]), min_size=1, max_size=8)
PLAIN = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
"""Prose without punctuation, which means nothing in Markdown; what begins a numbered list needs a full stop."""

MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            ["`", "``", "*", "_", "~", "$", "[", "]", "(", ")", "<", ">", "<b>", "</b>", "\\", "&lt;", "|"]
        ),
        st.sampled_from([" ", "\n", "\n\n", "\t", "\r\n", "- ", "> ", "# ", "```", "    ", "[^1]: ", "[a]: "]),
        WORDS,
    ),
    max_size=30,
).map("".join)


@given(st.lists(PLAIN, max_size=4), st.lists(PLAIN, max_size=4), st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
def test_a_line_between_lines_of_prose_is_always_a_command(before: list[str], after: list[str], end: str) -> None:
    assert lines(end.join([*before, COMMAND, *after])) == [COMMAND]


@given(MARKUP)
def test_text_in_a_fence_is_never_a_command(text: str) -> None:
    inside = text.replace("`", "")
    assert lines(f"```\n{inside}\n{COMMAND}\n{inside}\n```") == []


@given(MARKUP)
def test_text_in_a_comment_is_never_a_command(text: str) -> None:
    inside = text.replace(">", "")
    assert lines(f"a\n\n<!-- {inside}\n{COMMAND}\n{inside} -->\n") == []


@given(MARKUP)
def test_text_in_an_element_is_never_a_command(text: str) -> None:
    inside = text.replace("<", "")
    assert lines(f"<details>\n\n{inside}\n\n{COMMAND}\n\n{inside}\n\n</details>") == []


@given(PLAIN, PLAIN, st.sampled_from(["`", "``", "*", "__", "~~", "~", "$", "$$"]))
def test_text_in_a_span_is_never_a_command(before: str, after: str, mark: str) -> None:
    assert lines(f"a {mark}{before}\n{COMMAND}\n{after}{mark} b") == []


@given(MARKUP)
def test_every_command_is_a_line_of_the_comment(text: str) -> None:
    body = f"{text}\n{COMMAND}\n{text}"
    assert set(lines(body)) <= {COMMAND}
