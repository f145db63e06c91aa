"""Reads what staff typed from a form or a call, and passes it to the rules of its kind."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from admin.page import Page
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooEarlyError,
    TooLateError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, clock_time, whole_date, without_separators
from portal.domain.people.tasks.models import Task
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives import paper as alternatives
from portal.domain.requests.declines import paper as declines
from portal.domain.requests.declines import wishes
from portal.domain.requests.redeliveries import paper as redeliveries
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived
from portal.domain.requests.requests.fields import Place
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import (
    PAPER_CHANNELS,
    FollowUp,
    PaperEntry,
    Signer,
)
from portal.domain.requests.requests.scans import CheckedScan, store_scan
from portal.platform.http.written_forms import read_written

DECLINE, ALTERNATIVE, REDELIVERY, WISH = "decline", "alternative", "redelivery", "wish"
WAYS: Mapping[str, tuple[Channel, ...]] = MappingProxyType(
    {
        DECLINE: PAPER_CHANNELS,
        ALTERNATIVE: (*PAPER_CHANNELS, Channel.PHONE),
        REDELIVERY: (*PAPER_CHANNELS, Channel.PHONE),
        WISH: (Channel.PHONE,),
    }
)
"""The channels of each kind; on the telephone a decline is only a wish."""
JUDGED = (DECLINE, ALTERNATIVE)
"""Kinds whose forms on paper may be unclear, and are about children."""
REFUSALS = (ConflictError, InputError, NotAllowedError, NotFoundError, TooEarlyError, TooLateError)
_PLACES = {
    "received_at": "received_on",
    "postmark_on": "postmark_on",
    "no_scan": "no_scan",
}


def chosen(page: Page, prefix: str) -> set[int]:
    """Return the numbers of the children that are ticked under ``prefix``."""
    names = (name.removeprefix(prefix) for name in page.form.values if name.startswith(prefix))
    return {int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 5}


def read_entry(page: Page, kind: str, channel: Channel) -> PaperEntry[Any] | None:
    """Return the form as typed; None where a field is wrong, with a sentence beside it."""
    form = page.form
    received = _received(page, channel)
    postmark = _postmark(page) if channel is Channel.POST else None
    written = read_written(form, kind_of(DECLINE if kind == WISH else kind).written, Place.ENTRY)
    on_paper = channel is not Channel.PHONE
    signer = form.get("signed_by") if on_paper else Signer.HOUSEHOLDER
    if Signer.known(signer) is None:
        form.error("signed_by", _s("署名した人を選んでください。"))
    judged = on_paper and kind in JUDGED
    clear, follow_up = form.get("clear") if judged else "yes", form.get("follow_up")
    if clear not in {"yes", "no"}:
        form.error("clear", _s("何を望んでいるかが、はっきりしているかを選んでください。"))
    if clear == "no" and FollowUp.known(follow_up) is None:
        form.error("follow_up", _s("本人への確かめ方を選んでください。"))
    if clear == "no" and follow_up == FollowUp.CALL and not written.telephone:
        form.error("telephone", _s("電話で確かめるときは、書かれた電話番号を入力してください。"))
    if not form.ok or received is None:
        return None
    return PaperEntry(
        channel,
        received,
        written,
        signer,
        postmark,
        form.get("attorney") == "1",
        clear == "yes",
        frozenset(chosen(page, "sign-")),
        None,
        follow_up or FollowUp.LETTER,
        _receipt_number(form.get("evidence")),
        no_scan=form.get("no_scan"),
    )


def _received(page: Page, channel: Channel) -> datetime | None:
    typed_day, typed_time = (
        page.form.get("received_on").strip(),
        page.form.get("received_at").strip(),
    )
    if channel is Channel.PHONE and not typed_day and not typed_time:
        return page.now
    day = whole_date(typed_day)
    if isinstance(day, DateFault):
        page.form.error(
            "received_on", _s("日付は、2026-04-01 か 令和8年4月1日 のように入力してください。")
        )
    at: time | None = clock_time(typed_time) if typed_time else time()
    if at is None or (channel is Channel.FAX and not typed_time):
        page.form.error("received_at", _s("時刻は、14:05 か 午後2時5分 のように入力してください。"))
    if isinstance(day, DateFault) or at is None:
        return None
    return datetime.combine(day, at, JST)


def _postmark(page: Page) -> date | None:
    typed = page.form.get("postmark_on").strip()
    if not typed:
        return None
    day = whole_date(typed)
    if isinstance(day, DateFault):
        page.form.error(
            "postmark_on", _s("日付は、2026-04-01 か 令和8年4月1日 のように入力してください。")
        )
        return None
    return day


def _receipt_number(typed: str) -> str:
    """Return a receipt number as it is stored, however it was typed."""
    found = without_separators(typed).upper()
    return f"{found[:4]}-{found[4:]}" if found else ""


def place_of(page: Page, kind: str, error: DomainError) -> str:
    """Return the field beside which a refusal belongs."""
    if isinstance(error, NotFoundError) and page.form.get("evidence").strip():
        return "evidence"
    last = {REDELIVERY: "item", WISH: "way"}.get(kind, "children")
    return _PLACES.get(error.code, last)


def _with_scan(page: Page, household_id: int, entry: PaperEntry[Any]) -> PaperEntry[Any]:
    checked = page.form.upload("scan", CheckedScan)
    if checked is None:
        return entry
    stored = store_scan(page.work, checked, household_id=household_id)
    return replace(entry, scan_id=stored.id)


def enter(page: Page, kind: str, household_id: int, entry: PaperEntry[Any]) -> Request | Task:
    """Enter it by the rules of its kind. Raises one of ``REFUSALS``, with a sentence to show."""
    entry = _with_scan(page, household_id, entry)
    if kind == ALTERNATIVE:
        asked = {place: page.form.get(f"product-{place}") for place in chosen(page, "child-")}
        return alternatives.enter_form(page.work, household_id, asked, entry)
    if kind == REDELIVERY:
        return redeliveries.enter_form(page.work, _missing(page, household_id), entry)
    if kind == WISH:
        return _wish(page, household_id, entry)
    ordinals = sorted(chosen(page, "child-"))
    enter_decline = wishes.honor_form if entry.evidence else declines.enter_form
    return enter_decline(page.work, household_id, ordinals, entry)


def _missing(page: Page, household_id: int) -> NotArrived:
    typed, _dash, key = page.form.get("item").partition("-")
    item = MissingItem.known(typed)
    if item is MissingItem.LETTER:
        return NotArrived(household_id, item)
    if item is None or not (key.isascii() and key.isdigit() and len(key) < 16):
        raise InputError(_s("届いていないものを選んでください。"))
    return NotArrived(household_id, item, int(key))


def _wish(page: Page, household_id: int, entry: PaperEntry[Any]) -> Request | Task:
    if entry.evidence:
        return wishes.honor_after_call(page.work, household_id, entry.evidence)
    return wishes.phone_wish(page.work, household_id, page.form.get("way"))
