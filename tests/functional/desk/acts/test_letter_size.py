"""A caller asks for large print: kept in the caller's language, and nobody asks why."""

import pytest

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.levels import Level
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.households.large_print import large_print_of
from tests.functional.desk.acts.support import Desk


@pytest.mark.parametrize(
    ("language", "kept"),
    [(CallLanguage.JA, "ja"), (CallLanguage.EN, "en"), (CallLanguage.OTHER, "ja")],
)
def test_large_print_is_kept_in_the_callers_language(
    sqlite_desk: Desk, language: CallLanguage, kept: str
) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person, Level.STATUS, language=language)
    page = sqlite_desk.open(person, "letter-size").text
    assert "理由は聞きません" in page
    assert "<textarea" not in page, "no place for a reason"
    done = sqlite_desk.do(person, "letter-size", {"size": "large", "reason": "弱視"})
    assert "次の手紙から変わります" in done.text
    with sqlite_desk.staff.database.read() as session:
        assert large_print_of(session, person.household_id) == kept
        details = [event.detail for event in session.query(AuditEvent)]
    assert "弱視" not in str(details)
    assert len(sqlite_desk.staff.events("household.large_print_wanted")) == 1
    sqlite_desk.do(person, "letter-size", {"size": "usual", "form_key": "two"})
    with sqlite_desk.staff.database.read() as session:
        assert large_print_of(session, person.household_id) is None


def test_a_size_must_be_chosen(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person, Level.STATUS)
    for size in ("", "huge"):
        answer = sqlite_desk.do(person, "letter-size", {"size": size})
        assert answer.status_code == 422
        assert "文字の大きさを選んでください" in answer.text
    assert not sqlite_desk.acts()
