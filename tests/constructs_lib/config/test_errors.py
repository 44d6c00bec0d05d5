"""How problems are printed and put together."""

from constructs_lib.config.errors import DeclarationError, Problem, suggestion

ERROR = Problem("environments/dev/alpha.yaml", 4, 10, "expires", "is too far away")
WHOLE_FILE = Problem("environments/dev/alpha.yaml", 1, 1, "", "is empty")
WARNING = Problem("environments/dev/alpha.yaml", 10, 1, "expires", "is past", "warning")


def test_problem_is_printed_as_compilers_do() -> None:
    assert str(ERROR) == "environments/dev/alpha.yaml:4:10: expires: is too far away"
    assert str(WHOLE_FILE) == "environments/dev/alpha.yaml:1:1: is empty"
    assert str(WARNING) == "environments/dev/alpha.yaml:10:1: warning: expires: is past"


def test_problems_come_sorted_by_place_and_each_once() -> None:
    error = DeclarationError([WARNING, ERROR, WHOLE_FILE, ERROR])

    assert error.problems == (WHOLE_FILE, ERROR, WARNING)
    assert str(error) == f"{WHOLE_FILE}\n{ERROR}\n{WARNING}"


def test_close_words_are_suggested_and_others_not() -> None:
    assert suggestion("imgae", ["image", "owner"]) == "; did you mean image?"
    assert suggestion("colour", ["image", "owner"]) == ""
