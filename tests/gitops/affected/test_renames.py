from constructs_lib.config.environments import parse_name
from gitops.affected import removals

ALPHA, BETA, GAMMA = map(parse_name, ("dev/alpha", "dev/beta", "dev/gamma"))
TEXT = b"kind: ad-hoc-app\nowner: octocat\nimage: v1\nexpires: 2026-12-01\n"


def test_the_same_text_under_another_name_is_a_rename() -> None:
    assert removals.find_renames({ALPHA: TEXT}, {GAMMA: TEXT}) == {ALPHA: GAMMA}


def test_half_of_the_lines_are_enough_and_less_is_not() -> None:
    half = b"kind: ad-hoc-app\nowner: octocat\nimage: v2\nexpires: 2026-12-09\n"
    less = b"kind: ad-hoc-app\nowner: mona\nimage: v2\nexpires: 2026-12-09\n"

    assert removals.find_renames({ALPHA: TEXT}, {GAMMA: half}) == {ALPHA: GAMMA}
    assert removals.find_renames({ALPHA: TEXT}, {GAMMA: less}) == {}


def test_each_has_one_other_name_and_the_closest_first() -> None:
    close = TEXT.replace(b"v1", b"v2")

    assert removals.find_renames({ALPHA: TEXT, BETA: close}, {GAMMA: close}) == {BETA: GAMMA}


def test_a_base_is_never_renamed_to_an_app() -> None:
    assert removals.find_renames({parse_name("dev/base"): TEXT}, {GAMMA: TEXT}) == {}


def test_nothing_is_renamed_to_nothing() -> None:
    assert removals.find_renames({}, {GAMMA: TEXT}) == {}
