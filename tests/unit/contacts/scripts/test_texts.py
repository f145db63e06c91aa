"""The scripts that come with the software.

Whole in five languages, with nothing in them that cannot be filled.
"""

from datetime import date

import pytest

from portal.domain.contacts.calls.categories import CATEGORIES
from portal.domain.contacts.scripts.defaults import LANGUAGES, PARTS, default_scripts
from portal.domain.contacts.scripts.lines import LineKind, filled, placeholders, read_lines
from portal.domain.contacts.scripts.services import faults_of
from portal.domain.contacts.scripts.values import NAMES, values_of
from portal.domain.foundation.program.loader import load_program, shipped_programs

DAY = date(2023, 8, 1)


def test_there_is_an_answer_for_everything_that_a_call_can_be_about() -> None:
    wanted = {f"answer.{category}.{sub}" for category, subs in CATEGORIES.items() for sub in subs}
    answers = {key: script for key, script in default_scripts().items() if script.part == "answer"}
    assert set(answers) == wanted
    assert {script.category for script in answers.values()} == set(CATEGORIES)


def test_a_call_finds_a_greeting_verification_answers_and_a_closing() -> None:
    assert {script.part for script in default_scripts().values()} == set(PARTS)


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_every_script_speaks_every_language_and_can_be_saved_as_it_is(code: str) -> None:
    for script in default_scripts().values():
        assert any(line.kind is LineKind.SAY for line in read_lines(script.draft.texts[code])), (
            script.key
        )
        assert faults_of(script.draft) == {}, script.key


def test_translations_quote_what_the_japanese_text_quotes() -> None:
    for script in default_scripts().values():
        wanted = placeholders(script.draft.texts["ja"])
        for code in LANGUAGES:
            # easy Japanese may say less, but nothing that the full text does not say
            assert placeholders(script.draft.texts[code]) <= wanted | {"base_date", "amount"}, (
                script.key,
                code,
            )
            if code in {"en", "zh", "ko"}:
                assert placeholders(script.draft.texts[code]) == wanted, (script.key, code)


def test_what_is_never_said_in_japanese_is_never_said_in_the_other_languages_either() -> None:
    for script in default_scripts().values():
        count = {
            code: sum(line.kind is LineKind.NEVER for line in read_lines(script.draft.texts[code]))
            for code in LANGUAGES
        }
        assert len(set(count.values())) == 1, (script.key, count)


@pytest.mark.parametrize("name", shipped_programs())
def test_every_program_fills_every_name_in_every_language(name: str) -> None:
    values = values_of(load_program(name), DAY)
    assert set(values) == set(NAMES)
    for script in default_scripts().values():
        for code, locale in LANGUAGES.items():
            assert "%(" not in filled(script.draft.texts[code], values, locale), script.key


def test_days_and_hours_come_from_the_program() -> None:
    values = values_of(load_program("sample"), DAY)
    assert values["hours"].ja == "午前9時から午後5時まで"
    assert values["hours"].in_language("en") == "9 AM to 5 PM"
    assert "29" in values["closed"].in_language("ko")
    assert values["last_staffed_day"].ja == "2023年12月28日"
    assert filled("%(telephone)s まで 100% %(x)s", values, "ja") == "0120-000-501 まで 100% %(x)s"


def test_marks_at_the_beginning_of_a_line_say_what_to_do_with_it() -> None:
    lines = read_lines("お待ちください。\n\n※ 先に探す\n × 住所を読む\n✕名前\n×\n5×3です")
    assert [(line.kind.value, line.text) for line in lines] == [
        ("say", "お待ちください。"),
        ("note", "先に探す"),
        ("never", "住所を読む"),
        ("never", "名前"),
        ("say", "5×3です"),
    ]
