"""What agents read and say about a redelivery that cannot be taken, or that was."""

import re
from datetime import date

import pytest

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.levels import Level
from portal.domain.desk.call_desk.acting.redelivery import ask_redelivery
from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import ConflictError
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from tests.functional.desk.acts.support import Desk
from tests.functional.desk.acts.test_redelivery import request_of, returned
from tests.support.work import work_in


def test_asked_for_already_in_the_portal_it_says_that_number(sqlite_desk: Desk) -> None:
    person = returned(sqlite_desk)
    row = sqlite_desk.post.ask(person)
    sqlite_desk.in_call(person, Level.STATUS)
    with pytest.raises(ConflictError) as refused, sqlite_desk.staff.database.write() as session:
        ask_redelivery(
            work_in(
                session,
                sqlite_desk.actor(),
                sqlite_desk.now,
                program=sqlite_desk.staff.site.program,
            ),
            person.household_id,
            "letter",
            None,
        )
    assert row.receipt_no in refused.value.message


def test_what_is_said_in_another_language_stands_in_japanese_beside_it(sqlite_desk: Desk) -> None:
    person = returned(sqlite_desk)
    sqlite_desk.in_call(person, language=CallLanguage.EN)
    page = sqlite_desk.open(person, "redelivery").text
    assert '<span class="say" lang="en">' in page
    assert "区に登録された住所に、もう一度送ります。" in page
    done = sqlite_desk.do(person, "redelivery", {"item": "letter"}).text
    assert '<span class="say" lang="en">' in done
    assert "担当者が確認してから、もう一度送ります。" in done
    refused = sqlite_desk.open(person, "redelivery").text
    assert "再配送を、もう受け付けています。" in refused
    assert re.search(
        r'<span class="say" lang="en">[^<]*' + request_of(sqlite_desk).receipt_no, refused
    )


def test_what_was_delivered_leads_to_the_ward_with_its_kind(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.post.mail(person, "deliver", date(2023, 7, 12))
    call_id = sqlite_desk.in_call(person)
    page = sqlite_desk.open(person, "redelivery").text
    assert "「区に引き継ぐ」の「事故」で、郵便局への調査を頼んでください。" in page
    place = f"/escalations/new?call={call_id}&household={person.household_id}&kind=accident"
    assert place.replace("&", "&amp;") in page
    form = sqlite_desk.visitor.open(place).text
    assert 'name="kind" value="accident" checked' in form
    assert "郵便局への調査" in form
    assert f"世帯 {person.household_id} のこと" in form


@pytest.mark.parametrize(
    ("number", "telephone", "says"),
    [
        (True, True, "先に、手紙番号かIDを聞くか、登録の電話番号にかけなおしてください。"),
        (True, False, "先に、手紙番号かIDを聞いてください。"),
        (False, False, "使える手紙も、登録の電話番号もありません。"),
    ],
)
def test_why_an_act_is_not_possible_says_what_is(
    sqlite_desk: Desk, number: bool, telephone: bool, says: str
) -> None:
    person = sqlite_desk.post.household(active=True)
    if not number:
        with sqlite_desk.staff.database.write() as session:
            session.get_one(Credential, person.credential_id).state = "suspended"
    if telephone:
        sqlite_desk.telephone(person)
    sqlite_desk.in_call(person, Level.STATUS)
    page = sqlite_desk.visitor.open(f"/desk/{person.household_id}").text
    assert page.count(says) == 6


def test_the_calls_record_lists_what_was_done_in_it(sqlite_desk: Desk) -> None:
    person = returned(sqlite_desk)
    call_id = sqlite_desk.in_call(person)
    sqlite_desk.do(person, "redelivery", {"item": "letter"})
    (act,) = sqlite_desk.acts()
    for visitor in (sqlite_desk.visitor, sqlite_desk.staff.enter_as(Role.SUPERVISOR)):
        page = visitor.open(f"/calls/{call_id}").text
        assert f'再配送を受け付けました <span class="mono">{act.receipt_no}</span>' in page
    with sqlite_desk.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    assert act.receipt_no not in sqlite_desk.visitor.open(f"/calls/{call_id}").text
