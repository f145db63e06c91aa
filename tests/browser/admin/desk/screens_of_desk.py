"""The screens of the call desk: search, verification, household; and how to get there."""

from playwright.sync_api import Page

from portal.domain.contacts.calls.caller_answers import Caller, Said
from portal.domain.contacts.calls.gate import opened_in
from portal.domain.contacts.calls.kinds import CallLanguage, Direction, Relation
from portal.domain.contacts.calls.services import current_call
from portal.domain.contacts.calls.verification import verify
from portal.domain.desk.call_desk.calling_back import ask_call_back
from portal.domain.foundation.actors import Actor, Role
from portal.domain.people.authn import codes
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.platform.append_only import close_ledgers, open_ledgers
from tests.browser.admin.contacts.calling import at_the_desk, begin_call, end_call
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.people import CANARY_BIRTH, CANARY_NAME
from tests.support.work import work_in

KNOWN = Said(name=CANARY_NAME, birth=CANARY_BIRTH, postal="1390001")
VERIFY = "form#verify"


def verified(served: ServedStaff, actor: Actor, said: Said = KNOWN) -> None:
    """The caller of somebody's call has said enough."""
    with served.database.write() as session:
        call = current_call(work_in(session, actor))
        assert call is not None
        key = served.numbers["household"]
        opened_in(work_in(session, now=served.now), call, key)
        assert verify(
            work_in(session, actor, served.now), key, Caller(call, said, Relation.OTHER_PARENT)
        )


def enroll(served: ServedStaff) -> None:
    """The household has a telephone for its codes."""
    with served.database.write() as session:
        credential = (
            session.query(Credential).filter_by(household_id=served.numbers["household"]).one()
        )
        if (
            session.query(OtpAuthenticator)
            .filter_by(credential_id=credential.id, kind="sms")
            .first()
        ):
            return  # an earlier screen of the file did it
        row = codes.add_authenticator(
            work_in(session, now=served.now), credential.id, "sms", "+819012345678"
        )
        row.state, row.confirmed_at = "confirmed", served.now


def _no_call(served: ServedStaff, page: Page) -> None:
    at_the_desk(served, page)
    served.go(page, "/desk")


def _search(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    served.go(page, "/desk")


def _found(served: ServedStaff, page: Page) -> None:
    _search(served, page)
    page.fill("#name", "うずらの")
    press(page, "form#search")


def _none_found(served: ServedStaff, page: Page) -> None:
    begin_call(served, page, language=CallLanguage.KO)
    served.go(page, "/desk")
    page.fill("#name", "存在しない")
    press(page, "form#search")


def _wrong_search(served: ServedStaff, page: Page) -> None:
    _search(served, page)
    page.fill("#number", "12")
    page.fill("#name", "鶉")
    page.fill("#postal", "139")
    press(page, "form#search")


def _missing(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    served.go(page, "/desk/{protected}")


def _unverified(served: ServedStaff, page: Page) -> None:
    begin_call(served, page)
    served.go(page, "/desk/{household}")


def _not_enough(served: ServedStaff, page: Page) -> None:
    from portal.domain.contacts.calls.models import VerificationAttempt

    with served.database.write() as session:
        open_ledgers(session.connection())
        session.query(VerificationAttempt).delete()
        close_ledgers(session.connection())
    _unverified(served, page)
    page.select_option("#relation", "other")
    page.fill("#name", "ちがう　ひと")
    page.fill("#birth", "昭和45年1月1日")
    page.fill("#postal", "100-0001")
    press(page, VERIFY)


def _too_little(served: ServedStaff, page: Page) -> None:
    _unverified(served, page)
    page.fill("#birth", "2月30日")
    press(page, VERIFY)


def _status(served: ServedStaff, page: Page) -> None:
    enroll(served)
    actor = begin_call(served, page, language=CallLanguage.KO)
    verified(served, actor)
    served.go(page, "/desk/{household}")


def _acting(served: ServedStaff, page: Page) -> None:
    actor = begin_call(served, page)
    verified(served, actor)
    with served.database.write() as session:
        call = current_call(work_in(session, actor))
        assert call is not None
        place = opened_in(work_in(session, now=served.now), call, served.numbers["household"])
        place.level, place.called_back = 2, True
    served.go(page, "/desk/{household}?said=verified")


def _no_reason(served: ServedStaff, page: Page) -> None:
    _acting(served, page)
    page.click("button[value=name]")
    page.wait_for_load_state("load")


def _shown(served: ServedStaff, page: Page) -> None:
    _acting(served, page)
    page.select_option("select#reason", "check")
    page.click("button[value=children]")
    page.wait_for_load_state("load")


def _call_back(served: ServedStaff, page: Page) -> None:
    enroll(served)
    actor = begin_call(served, page)
    verified(served, actor)
    with served.database.write() as session:
        call = current_call(work_in(session, actor))
        assert call is not None
        ask_call_back(work_in(session, actor, served.now), call, served.numbers["household"])
    end_call(served, actor)
    begin_call(served, page, Role.AGENT, direction=Direction.OUTBOUND)
    served.go(page, "/desk")


def _dialing(served: ServedStaff, page: Page) -> None:
    _call_back(served, page)
    served.go(page, "/desk/{household}")
    page.click("form[action$='/dial'] button")
    page.wait_for_load_state("load")


DESK: dict[str, Step] = {
    "desk: no call": _no_call,
    "desk: search": _search,
    "desk: found": _found,
    "desk: none found": _none_found,
    "desk: wrong search": _wrong_search,
    "desk: missing": _missing,
    "desk: unverified": _unverified,
    "desk: not enough": _not_enough,
    "desk: too little": _too_little,
    "desk: status": _status,
    "desk: acting": _acting,
    "desk: no reason": _no_reason,
    "desk: shown": _shown,
    "desk: call back": _call_back,
    "desk: dialing": _dialing,
}
