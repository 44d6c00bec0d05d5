from gitops.templates.returned import as_returned


def test_each_character_outside_of_ascii_is_a_question_mark_in_names_and_values() -> None:
    template = {"Grüße": ["月報 👋", 1, True, None, {"Ref": "A\u0000\x7f\x80"}]}

    assert as_returned(template) == {"Gr??e": ["?? ?", 1, True, None, {"Ref": "A\u0000\x7f?"}]}


def test_what_has_only_ascii_or_was_returned_stays_as_it_is() -> None:
    template = {"Resources": {"Topic": {"DisplayName": 'a "quoted" \\ name?\n'}}}

    assert as_returned(template) == template
    assert as_returned(as_returned({"ü": "ö"})) == as_returned({"ü": "ö"})


def test_other_characters_still_tell_templates_apart() -> None:
    assert as_returned("Grüße") != as_returned("Grüße!")
    assert as_returned("Grüße") == as_returned("Größe")
