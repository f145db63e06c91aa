"""What is said to a caller: in the caller's language, with a number that nobody mishears."""

import pytest

from portal.domain.contacts.calls.kinds import CallChannel, CallLanguage
from portal.domain.contacts.calls.models import Call
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import CHANNELS, spoken
from portal.domain.desk.call_desk.acting.spoken_texts import after, before, name_of
from portal.domain.desk.call_desk.spelling import read_out
from portal.domain.foundation.texts import current_locale
from portal.domain.people.tasks.services import RECEIPT_ALPHABET

LOCALES = {
    CallLanguage.JA: "ja",
    CallLanguage.EN: "en",
    CallLanguage.ZH: "zh_Hans",
    CallLanguage.KO: "ko",
}


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("locale", LOCALES.values())
def test_every_act_says_what_it_does_and_the_number(act: Act, locale: str) -> None:
    assert len(before(act, locale)) >= 2
    said = after(act, "CDFG-H347", locale)
    assert "CDFG-H347" in said[0]
    assert len(said) >= 2
    assert not any(
        "{" in line or "|" in line or "%(" in line for line in (*said, *before(act, locale))
    )
    assert name_of(act)
    assert current_locale() == "ja", "the page around it keeps the agent's language"


def test_callers_hear_their_language_and_interpreters_japanese() -> None:
    assert {
        language: spoken(Call(language=language.value)) for language in CallLanguage
    } == LOCALES | {CallLanguage.OTHER: "ja"}


def test_every_way_to_reach_the_desk_is_a_way_that_a_request_can_come() -> None:
    assert set(CHANNELS) == set(CallChannel)


@pytest.mark.parametrize("locale", [*LOCALES.values(), "xx"])
def test_each_sign_of_a_receipt_number_has_a_word_of_its_own(locale: str) -> None:
    spelled = read_out(RECEIPT_ALPHABET, locale)
    assert [sign for sign, _word in spelled] == list(RECEIPT_ALPHABET)
    words = [word for _sign, word in spelled]
    assert len(set(words)) == len(words)
    assert all(word != sign for sign, word in spelled)


def test_a_hyphen_is_only_a_pause() -> None:
    assert read_out("cd-3 7", "en") == (
        ("C", "Charlie"),
        ("D", "Delta"),
        ("3", "three"),
        ("7", "seven"),
    )
