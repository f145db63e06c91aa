"""A posted form: browsers send a new line as two characters, and it counts as one."""

from portal.platform.http.forms import MAX_FIELD, form_from


def test_a_new_line_is_one_character_however_it_is_sent() -> None:
    form = form_from([("text", "一\r\n二\r三\n四")])
    assert form.get("text") == "一\n二\n三\n四"


def test_a_field_is_measured_after_that() -> None:
    lines = "\r\n" * (MAX_FIELD // 2)
    assert not form_from([("text", lines + "あ" * (MAX_FIELD // 2))]).faulty
    assert form_from([("text", "あ" * (MAX_FIELD + 1))]).faulty
