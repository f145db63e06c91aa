"""Whoever asks for another code too early reads which one to wait for, or to use."""

from datetime import time, timedelta

import pytest

from portal.domain.foundation.languages import LANGUAGES, Language
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.foundation.texts import use_locale
from portal.domain.people.authn.codes import CODE_LIFE
from portal.domain.people.signin.waits import not_sent_text
from tests.support.resident import NOON


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_a_code_that_still_waits_is_not_told_as_one_that_was_sent(language: Language) -> None:
    """Nobody looks for a message that has not gone out."""
    sent_at = NOON + timedelta(minutes=1)
    with use_locale(language.locale):
        waiting, sent = (
            not_sent_text(sent_at + CODE_LIFE, sent_at + timedelta(minutes=1), now)
            for now in (NOON, sent_at)
        )
        first, second = (clock_text(time(12, minute)) for minute in (1, 2))
    assert first in waiting
    assert second in sent
    assert waiting.replace(first, "") != sent.replace(second, "")
