"""Who doubts a message finds every text that the portal sends, and what none of them contains."""

import pytest

from portal.domain.foundation.languages import LANGUAGES, Language
from portal.domain.foundation.texts import use_locale
from portal.domain.people.notices.events import DATED_EVENTS, AccountEvent, ProgressEvent
from portal.domain.people.notices.messages import notice_message, progress_message, signature_of
from tests.support.resident import Resident


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_every_notice_stands_there_as_it_is_sent(
    sqlite_resident: Resident, language: Language
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.http.cookies.set("lang", language.code, domain="127.0.0.1")
    page = visitor.open("/messages").text
    program = sqlite_resident.site.program
    with use_locale(language.locale):
        sender = signature_of(program)
        bodies = [notice_message("sms", event, sender).body for event in AccountEvent]
        undated = [event for event in ProgressEvent if event not in DATED_EVENTS]
        told = [progress_message("sms", event, sender).body for event in undated]
    assert all(body.partition("\n")[0] in page for body in (*bodies, *told))
    assert page.count(program.contact.telephone) > len(bodies)
    assert sender.short in page


def test_a_message_that_tells_to_call_names_the_number(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add()
    visitor = sqlite_resident.enter(person, stage="channel")
    visitor.send("/start/channel/choose", {"channel": "sms"})
    visitor.send("/start/channel/address/submit", {"address": "09012345678"})
    visitor.send("/start/channel/prove/submit", {"code": sqlite_resident.last_code()})
    visitor.send("/signout")
    sqlite_resident.clock.advance(hours=1)
    sqlite_resident.sign_in(person).send(
        "/signin/code/submit", {"code": sqlite_resident.last_code()}
    )
    told = [one for one in sqlite_resident.messages() if "新しい端末" in one]
    assert told
    assert all(sqlite_resident.site.program.contact.telephone in one for one in told)


def test_help_and_announcements_lead_there(sqlite_resident: Resident) -> None:
    for path in ("/help", "/notices"):
        assert 'href="/messages"' in sqlite_resident.visitor().open(path).text
