"""Every screen and error state of the resident site, and how to get a browser there."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from time import time_ns

from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.mailroom.printing.dispatch import calendar
from portal.domain.people.authn import codes
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.hold import HOLD
from portal.domain.people.signin import slow_mode
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.loss import shut
from tests.browser.resident.served import Served
from tests.support.coupons import VAULT
from tests.support.databases.lost import lost
from tests.support.login_ids import plain_login_id
from tests.support.resident import start_session
from tests.support.staff import hire
from tests.support.work import work_in

Step = Callable[[Served, Page], None]
ALL: dict[str, Step] = {}
ADDRESSES = count(1)


def _add(name: str, step: Step) -> None:
    ALL[name] = step


def opened(path: str, who: str = "", stage: str = "") -> Step:
    def step(served: Served, page: Page) -> None:
        if stage:
            served.enter(page, who, stage)
        served.go(page, path)

    return step


def send(page: Page, form: str = "form#form", **values: str) -> None:
    """Fill fields by their names and press the form's main button."""
    for name, value in values.items():
        field = page.locator(f"{form} [name={name}]").first
        if field.evaluate("el => el.localName") == "select":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator(f"{form} button.main").click()
    page.wait_for_load_state("load")


def sent(path: str, who: str = "", stage: str = "", **values: str) -> Step:
    def step(served: Served, page: Page) -> None:
        opened(path, who, stage)(served, page)
        send(page, **values)

    return step


def _wrong_password(served: Served, page: Page) -> None:
    served.go(page, "/signin")
    send(page, login_id=plain_login_id(), password="CDFG HJKL MNPQ")


def _throttled(served: Served, page: Page) -> None:
    login_id = plain_login_id()
    served.go(page, "/signin")
    for _try in range(6):
        send(page, login_id=login_id, password="CDFG HJKL MNPQ")


def _waits(seconds: int, served: Served, page: Page) -> None:
    # a wait of ten seconds would end while the page is looked at
    typed = TypedLogin(plain_login_id(), "CDFG HJKL MNPQ")
    ready_in = timedelta(seconds=seconds) - slow_mode.DELAY
    sealed = slow_mode.make_ticket(VAULT, typed, served.now + ready_in)
    page.context.add_cookies([{"name": "signin_wait", "value": sealed, "url": served.url}])
    served.go(page, "/signin/wait")


def _wrong_birth(times: int, served: Served, page: Page) -> None:
    served.enter(page, stage="birth")
    served.go(page, "/start/birth")
    for day in range(1, times + 1):
        send(page, year="1983", month="11", day=str(day))


def _fresh(address: str) -> str:
    """Return an address that was sent no code yet: six languages would meet its limit."""
    return address.format(next(ADDRESSES))


def _channel(
    kind: str, address: str, then: dict[str, str] | None, served: Served, page: Page
) -> None:
    served.enter(page, stage="channel")
    served.go(page, "/start/channel")
    page.check(f"#channel-{kind}")
    send(page)
    if address and kind != "totp":
        send(page, address=_fresh(address))
    if then is not None:
        send(page, **then)


def _backup_shown(served: Served, page: Page) -> None:
    served.enter(page, "single")
    served.go(page, "/account/backup-codes")
    page.locator("form[action='/account/backup-codes/submit'] button").click()
    page.wait_for_url(re.compile("backup-codes"))


def _code_by_sms(served: Served, page: Page) -> None:
    served.enter(page, "sms", "code")
    served.go(page, "/signin/code")


def _none_received(served: Served, page: Page) -> None:
    sent("/start/none", stage="channel")(served, page)


def _coupon(ordinal: int, who: str, served: Served, page: Page) -> None:
    served.enter(page, who)
    served.go(page, "/home")
    reveal = page.locator(f"form[action='/coupon/{ordinal}/reveal'] button")
    if reveal.count():
        reveal.click()
        page.wait_for_url(re.compile(f"/coupon/{ordinal}"))
    else:
        served.go(page, f"/coupon/{ordinal}")


def _requested(path: str, served: Served, page: Page) -> None:
    person = served.add(active=True)
    served.people["asking"] = person
    sent(path, "asking", "full")(served, page)


def _changing(path: str, served: Served, page: Page) -> None:
    served.people["changing"] = served.add(active=True)
    served.enter(page, "changing", "full")
    with served.database.write() as session:
        row = codes.add_authenticator(
            work_in(session, now=served.now),
            served.people["changing"].credential_id,
            "sms",
            "+818098765432",
        )
        row.state, row.opens_at = SourceState.WAITING, served.now + HOLD
    served.go(page, path)


def _change_called_off(served: Served, page: Page) -> None:
    _changing("/account/changes", served, page)
    page.locator("form[action='/account/changes/cancel'] button").click()
    page.wait_for_load_state("load")


def _stop(then: dict[str, str] | None, served: Served, page: Page) -> None:
    sent("/lost/stop/letter", address=_fresh("080-1111-{:04}"))(served, page)
    if then is not None:
        send(page, **then)


def _account_shut(served: Served, page: Page) -> None:
    served.people["shut"] = person = served.add(active=True)
    served.enter(page, "shut")
    with served.database.write() as session:
        work = work_in(session, Actor(Role.RESIDENT, person.credential_id), served.now)
        shut(work, person.credential_id, frozenset({Item.LETTER}), Right.REPORT_PHONE)
    served.go(page, "/account")


def _source_closed(served: Served, page: Page) -> None:
    served.people["closed"] = person = served.add(active=True)
    served.enter(page, "closed")
    with served.database.write() as session:
        work = work_in(session, now=served.now)
        row = codes.add_authenticator(work, person.credential_id, "sms", "+818098765432")
        row.state, row.confirmed_at = SourceState.CLOSED, served.now
    served.go(page, "/account")


def _devices(served: Served, page: Page) -> None:
    served.people["devices"] = person = served.add(active=True)
    start_session(served.database, person, served.now)
    served.enter(page, "devices")
    served.go(page, "/account/devices")


def _device_signed_out(served: Served, page: Page) -> None:
    _devices(served, page)
    page.locator("form[action='/account/devices/sign-out'] button").first.click()
    page.wait_for_load_state("load")


def _foreign_form(served: Served, page: Page) -> None:
    served.go(page, "/signin")
    page.context.clear_cookies(name="visit")
    send(page, login_id=plain_login_id(), password="CDFG HJKL MNPQ")


def _password_set(served: Served, page: Page) -> None:
    person = served.add(active=True)
    served.people["careful"] = person
    sent("/account/password", "careful", "full", own_password="うずらの たまご 12個")(served, page)


def _schedule(served: Served, page: Page) -> None:
    officer = Actor(
        Role.OFFICER, hire(served.database, served.now, Role.OFFICER, f"o{time_ns()}").id
    )
    today = jst_date(served.now)
    with served.database.write() as session:
        rows = [
            calendar.plan(
                work_in(session, officer, served.now),
                calendar.Plan(
                    today + timedelta(days=days), "汐風郵便局", 1_200, ("潮見坂", "灯台通")
                ),
            )
            for days in (3, 0)
        ]
        calendar.mark_sent(work_in(session, officer, served.now), rows[-1].id)
    served.go(page, "/letters/schedule")


def _lost_form(served: Served, page: Page) -> None:
    served.enter(page, "coupons", "code")
    served.go(page, "/signin/code")
    with lost(served.database):
        send(page, code="123456")


def _lost_page(served: Served, page: Page) -> None:
    served.enter(page, "coupons")
    with lost(served.database):
        served.go(page, "/home")


def _with_language_in_address(path: str, served: Served, page: Page) -> None:
    spoken = next(one["value"] for one in page.context.cookies() if one["name"] == "lang")
    served.go(page, f"{path}/{spoken}")


for _path in (
    "/",
    "/check",
    *(f"/help{one}" for one in ("", "/use", "/shops", "/decline", "/paper", "/answers/moved")),
    "/privacy",
    "/accessibility",
    "/notices",
    "/messages",
    "/lost",
    "/lost/ask",
    "/lost/stop",
    "/lost/stop/phone",
    "/lost/stop/letter",
    "/lost/stop/app",
    "/lost/stop/received",
    "/signin",
    "/signedout",
    "/nowhere",
):
    _add(_path, opened(_path))
_add("way out", partial(_with_language_in_address, "/info"))
_add("letter", partial(_with_language_in_address, "/letter"))
_add("database lost: a form", _lost_form)
_add("database lost: a page", _lost_page)
_add("stop: phone, empty", sent("/lost/stop/phone"))
_add("stop: letter, no address", sent("/lost/stop/letter", address="nobody"))
_add("stop: code", partial(_stop, None))
_add("stop: code, short", partial(_stop, {"code": "12"}))
_add("stop: app, check digit", sent("/lost/stop/app", login_id="1234567890", code="12"))
_add("account: shut", _account_shut)
_add("schedule: empty", opened("/letters/schedule"))
_add("schedule", _schedule)
_add("signin: ended", opened("/signin?ended=1"))
_add("signin: empty", sent("/signin"))
_add("signin: check digit", sent("/signin", login_id="1234567890", password="x"))
_add("signin: wrong", _wrong_password)
_add("signin: wait", _throttled)
_add("signin: slow mode", partial(_waits, 900))
_add("signin: slow mode, waited", partial(_waits, -1))
_add("signin: old form", _foreign_form)
_add("birth", opened("/start/birth", "", "birth"))
_add("birth: empty", sent("/start/birth", "", "birth"))
_add("birth: impossible", sent("/start/birth", "", "birth", year="1983", month="2", day="30"))
_add("birth: wrong", partial(_wrong_birth, 1))
_add("birth: frozen", partial(_wrong_birth, 5))
_add("channel", opened("/start/channel", "", "channel"))
_add("channel: none chosen", sent("/start/channel", "", "channel"))
_add("app", partial(_channel, "totp", "", None))
_add("app: wrong code", partial(_channel, "totp", "", {"code": "12345"}))
_add("sms", partial(_channel, "sms", "", None))
_add("sms: no number", partial(_channel, "sms", "12345", None))
_add("sms: sent", partial(_channel, "sms", "0901111{:04}", None))
_add("email", partial(_channel, "email", "", None))
_add("email: no address", partial(_channel, "email", "nobody", None))
_add("email: empty code", partial(_channel, "email", "someone{}@example.jp", {"code": ""}))
_add("none of these", opened("/start/none", "", "channel"))
_add("none of these: received", _none_received)
_add("backup codes", _backup_shown)
_add("code", opened("/signin/code", "coupons", "code"))
_add("code: by sms", _code_by_sms)
_add("code: short", sent("/signin/code", "coupons", "code", code="123"))
_add("backup", opened("/signin/backup", "coupons", "code"))
_add("backup: wrong", sent("/signin/backup", "coupons", "code", code="CDFGH JKLMN"))
_add("home", opened("/home", "coupons", "full"))
_add("home: waiting", opened("/home", "waiting", "full"))
_add("home: empty", opened("/home", "empty", "full"))
_add("coupon", partial(_coupon, 1, "coupons"))
_add("coupon: in the middle", partial(_coupon, 2, "coupons"))
_add("account", opened("/account", "coupons", "full"))
_add("account: two channels", opened("/account", "sms", "full"))
_add("account: remove a channel", opened("/account/remove-channel/sms", "sms", "full"))
_add("account: a source is closed", _source_closed)
_add("account: devices", _devices)
_add("account: a device is signed out", _device_signed_out)
_add("account: a device is gone", opened("/account/devices?said=gone", "coupons", "full"))
_add("account: new backup codes", opened("/account/backup-codes", "coupons", "full"))
_add("account: password", opened("/account/password", "coupons", "full"))
_add("account: password short", sent("/account/password", "coupons", "full", own_password="short"))
_add("account: password set", _password_set)
_add("account: channel", opened("/account/channel", "coupons", "full"))
_add("account: a change waits", partial(_changing, "/account/changes"))
_add("account: with a change", partial(_changing, "/account"))
_add("account: change called off", _change_called_off)
_add("account: nothing to call off", opened("/account/changes", "coupons", "full"))
_add("home: a change waits", partial(_changing, "/home"))
_add("account: lost", opened("/account/lost", "coupons", "full"))
_add("account: lost, stopped", partial(_requested, "/account/lost"))
_add("account: letter", opened("/account/letter", "coupons", "full"))
_add("account: letter asked", partial(_requested, "/account/letter"))
_add("confirm", opened("/confirm/2", "coupons", "full"))
_add("confirm: empty", sent("/confirm/2", "coupons", "full", code=""))
