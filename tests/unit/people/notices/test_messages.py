"""A message says what it is for, that nobody asks for the code, and nothing about the person."""

import re
from datetime import date

import pytest

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.texts import RUBY, use_locale
from portal.domain.people.authn.channels import CodePurpose
from portal.domain.people.notices.events import DATED_EVENTS, AccountEvent, ProgressEvent
from portal.domain.people.notices.messages import (
    CodeToSend,
    Message,
    Origin,
    Signature,
    code_message,
    notice_message,
    progress_message,
)

SENDER = Signature("見本区", "見本区 子育て応援", "0120-000-139")
HOST = "kosodate.city.example.jp"
everywhere = pytest.mark.parametrize("locale", RESIDENT_LOCALES)


def progress(kind: str) -> list[Message]:
    due = dict.fromkeys(DATED_EVENTS, date(2023, 12, 31))
    return [progress_message(kind, event, SENDER, due=due.get(event)) for event in ProgressEvent]


def all_messages(kind: str) -> list[Message]:
    codes = [
        code_message(kind, CodeToSend(purpose, "012345"), Origin(HOST, SENDER))
        for purpose in CodePurpose
    ]
    return codes + [notice_message(kind, event, SENDER) for event in AccountEvent] + progress(kind)


@everywhere
@pytest.mark.parametrize("purpose", CodePurpose)
def test_the_last_line_of_an_sms_binds_the_code_to_the_site(
    locale: str, purpose: CodePurpose
) -> None:
    with use_locale(locale):
        body = code_message(
            "sms", CodeToSend(purpose, "012345"), Origin(f"{HOST}:8000", SENDER)
        ).body
    assert re.fullmatch(r"@[a-z.]+ #\d{6}", body.splitlines()[-1])
    assert body.endswith(f"\n@{HOST} #012345")
    assert "012345" in body.splitlines()[0]


@everywhere
def test_every_sms_begins_with_who_sends_it(locale: str) -> None:
    with use_locale(locale):
        bodies = [message.body for message in all_messages("sms")]
    assert all(body.startswith("見本区") for body in bodies)


@everywhere
@pytest.mark.parametrize("kind", ["sms", "email"])
def test_messages_have_no_links_and_no_readings(locale: str, kind: str) -> None:
    with use_locale(locale):
        messages = all_messages(kind)
    for message in messages:
        text = f"{message.subject}\n{message.body}"
        assert not re.search(r"https?:|www\.|/", text)
        assert not RUBY.search(text)
        assert (message.subject is None) == (kind == "sms")
        assert message.subject is None or "012345" not in message.subject


def test_each_action_has_words_of_its_own() -> None:
    bodies = {
        code_message("sms", CodeToSend(purpose, "012345"), Origin(HOST, SENDER)).body
        for purpose in CodePurpose
    }
    assert len(bodies) == len(CodePurpose)
    assert all("職員は聞きません" in body for body in bodies)


def test_an_email_is_signed_by_the_program() -> None:
    message = code_message("email", CodeToSend(CodePurpose.SIGN_IN, "012345"), Origin(HOST, SENDER))
    assert message.subject == "サインインの番号"
    assert "10分間" in message.body
    assert message.body.endswith("見本区 子育て応援\n")


@everywhere
def test_what_a_household_is_told_differs_by_event_and_says_where_to_learn_more(
    locale: str,
) -> None:
    with use_locale(locale):
        messages = progress("email")
        assert len({message.subject for message in messages}) == len(ProgressEvent)
        assert len({message.body for message in messages}) == len(ProgressEvent)
        assert "%(" not in "".join(message.body for message in messages)
        dated = [m.body for m in progress("sms") if "31" in m.body]
    assert len(dated) == len(DATED_EVENTS)
    assert all("2023" in body for body in dated)
