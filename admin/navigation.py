"""What every staff page shows around its content: the menu, the signed-in person, languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect

from admin import words
from admin.call_bar import call_bar
from admin.event_words import event
from admin.oversight.calendar_words import gap_text
from admin.page import Page
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.program.last_days import gap
from portal.domain.foundation.texts import _s, kept_per_language
from portal.domain.people.authn.sessions import LIFETIMES, STAFF, Stage
from portal.domain.people.staff.permissions import Permission, permissions_of
from portal.platform.http.locale import CODE_OF, NAMES, html_lang
from portal.platform.site_notices import site_notices

GROUPS = (
    ("", (("/", "home", Permission.OWN_ACCOUNT), ("/today", "today", Permission.SEE_TOTALS))),
    (
        "call_center",
        (
            ("/board", "board", Permission.SUPERVISE_CALLS),
            ("/calls", "calls", Permission.HANDLE_CALLS),
            ("/desk", "desk", Permission.HANDLE_CALLS),
            ("/faxes", "faxes", Permission.HANDLE_FAXES),
            ("/call-backs", "call_backs", Permission.HANDLE_CALLS),
            ("/escalations", "escalations", Permission.SEE_ESCALATIONS),
            ("/notes", "notes", Permission.KEEP_NOTES),
            ("/channel-changes", "channel_changes", Permission.SUPERVISE_CALLS),
            ("/scripts", "scripts", Permission.SEE_SCRIPTS),
            ("/watch", "watch", Permission.WATCH_BROWSING),
            ("/closed-callers", "closed_callers", Permission.LIFT_CLOSURES),
            ("/openings", "openings", Permission.REVIEW_OPENINGS),
            ("/sites", "sites", Permission.SWITCH_SITES),
        ),
    ),
    (
        "households",
        (
            ("/households", "search", Permission.SEARCH_HOUSEHOLDS),
            ("/reviews", "reviews", Permission.SEE_REQUESTS),
            ("/tasks", "tasks", Permission.SEE_TASKS),
            ("/holds", "holds", Permission.SEE_HOLDS),
            ("/recipients", "recipients", Permission.SEE_RECIPIENTS),
            ("/counter-channels", "counter_channels", Permission.SET_CHANNEL_AT_COUNTER),
            ("/household-disposals", "household_disposals", Permission.DISPOSE_HOUSEHOLD),
            ("/roster", "roster", Permission.SEE_ROSTER),
        ),
    ),
    (
        "mail",
        (
            ("/letters", "letters", Permission.SEE_LETTERS),
            ("/tracking", "tracking", Permission.TRACK_MAIL),
            ("/returns", "returns", Permission.HANDLE_RETURNS),
            ("/parcels", "parcels", Permission.SEE_PARCELS),
            ("/stock", "stock", Permission.SEE_STOCK),
            ("/posting", "posting", Permission.POST_LETTERS),
            ("/dispatches", "dispatches", Permission.PLAN_DISPATCHES),
            ("/subcontractors", "subcontractors", Permission.SEE_SUBCONTRACTORS),
        ),
    ),
    (
        "coupons",
        (
            ("/coupons", "coupons", Permission.SEE_COUPON_STOCK),
            ("/stops", "stops", Permission.DECIDE_REQUESTS),
            ("/coupon-faults", "coupon_faults", Permission.HANDLE_COUPON_FAULTS),
        ),
    ),
    (
        "reports",
        (
            ("/call-report", "call_report", Permission.SEE_CALL_REPORT),
            ("/delivery-report", "delivery_report", Permission.SEE_REPORTS),
            ("/reports/declines", "reports", Permission.SEE_REPORTS),
            ("/settlement", "settlement", Permission.SEE_SETTLEMENT),
        ),
    ),
    (
        "work",
        (
            ("/incidents", "incidents", Permission.SEE_INCIDENTS),
            ("/site-notices", "site_notices", Permission.PUBLISH_SITE_NOTICES),
            ("/downtime", "downtime", Permission.SEE_DOWNTIME),
            ("/management", "management", Permission.SEE_MANAGEMENT),
            ("/registers", "registers", Permission.SEE_MANAGEMENT),
            ("/person-requests", "person_requests", Permission.KEEP_PERSON_REQUESTS),
            ("/documents", "documents", Permission.SEE_MANAGEMENT),
            ("/calendar", "calendar", Permission.OWN_ACCOUNT),
            ("/staff", "staff", Permission.SEE_STAFF),
            ("/system", "system", Permission.SEE_SYSTEM),
            ("/person-lists", "person_lists", Permission.ASK_FOR_LISTS),
            ("/copies", "copies", Permission.SEE_COPIES),
            ("/transfers", "transfers", Permission.SEE_TRANSFERS),
            ("/audit", "audit", Permission.SEE_AUDIT),
        ),
    ),
)
"""The menu: groups of places in the order of a day's work."""
SHORT = 12
"""The number of places that fit on a screen with every group open."""

_OF_HOUSEHOLD = re.compile(r"/(?:desk|households)/(\d{1,18})(?=/.)")

LANGUAGES = [
    (CODE_OF[locale], NAMES[CODE_OF[locale]], html_lang(locale)) for locale in STAFF_LOCALES
]


@dataclass(frozen=True, slots=True)
class Place:
    """One link of the navigation."""

    path: str
    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """Places of one kind of work under a heading; the first group has none.

    In a long menu only the group of the current page is open, so that the current place is in
    sight.
    """

    key: str
    name: str
    places: Sequence[Place]
    open: bool = True


@dataclass(frozen=True, slots=True)
class Who:
    """The signed-in person as the header shows them."""

    name: str
    role: str
    may: frozenset[Permission]


@kept_per_language
def _label(key: str) -> str:
    return {
        "home": _s("きょうの仕事"),
        "calls": _s("受付の一覧"),
        "desk": _s("コールデスク"),
        "search": _s("世帯をさがす"),
        "reviews": _s("申請の審査"),
        "tasks": _s("用件"),
        "parcels": _s("小包"),
        "stock": _s("代替品の在庫"),
        "returns": _s("戻った郵便"),
        "tracking": _s("郵便の追跡"),
        "holds": _s("保留"),
        "channel_changes": _s("受け取り方の変更"),
        "recipients": _s("追加・支給先"),
        "counter_channels": _s("窓口での受け取り方の登録"),
        "household_disposals": _s("世帯の廃棄"),
        "roster": _s("名簿"),
        "letters": _s("手紙"),
        "coupons": _s("クーポン"),
        "stops": _s("コードの停止"),
        "coupon_faults": _s("お店で使えないクーポン"),
        "incidents": _s("事故の記録"),
        "site_notices": _s("全員へのお知らせ"),
        "downtime": _s("停止の記録"),
        "reports": _s("報告書"),
        "today": _s("今日の速報"),
        "delivery_report": _s("配送の月報"),
        "settlement": _s("清算"),
        "call_report": _s("コールの月報"),
        "board": _s("コールの状況"),
        "watch": _s("閲覧の見張り"),
        "openings": _s("世帯を開いた理由"),
        "scripts": _s("スクリプト"),
        "call_backs": _s("折り返し"),
        "escalations": _s("区への引き継ぎ"),
        "notes": _s("窓口に回ったメモ"),
        "closed_callers": _s("確認が止まった世帯"),
        "staff": _s("職員"),
        "audit": _s("操作の記録"),
        "calendar": _s("カレンダー"),
        "sites": _s("拠点"),
        "faxes": _s("FAX"),
        "subcontractors": _s("再委託先"),
        "posting": _s("差し出し"),
        "dispatches": _s("発送の予定"),
        "management": _s("進行管理"),
        "registers": _s("契約の台帳"),
        "person_requests": _s("本人からの請求"),
        "documents": _s("区の文書"),
        "system": _s("システムの状態"),
        "copies": _s("データの写し"),
        "person_lists": _s("一覧の持ち出し"),
        "transfers": _s("データの受け渡し"),
    }[key]


@kept_per_language
def _group(key: str) -> str:
    return {
        "call_center": _s("コールセンター"),
        "households": _s("世帯と申請"),
        "mail": _s("郵便"),
        "coupons": _s("クーポン"),
        "reports": _s("報告と清算"),
        "work": _s("業務"),
    }[key]


def signed_in_as(page: Page) -> Who | None:
    """Return who is signed in, or None if the row cannot be read (after a broken transaction)."""
    user = page.who.staff
    if page.who.auth is None or user is None or inspect(user).expired_attributes or not user.active:
        return None
    if (
        inspect(page.who.auth).expired_attributes
        or page.who.auth.stage != Stage.FULL
        or page.who.locked
    ):
        return None
    return Who(user.display_name, words.role(user.role), permissions_of(user))


def page_context(page: Page) -> dict[str, Any]:
    """Return what every staff template gets in addition to its page's own values."""
    who = signed_in_as(page)
    menu = _groups(page, who)
    return {
        "way_back": lambda: way_back(page.path, menu),
        "who": who,
        "menu": menu,
        "call_bar": call_bar(page) if who is not None else None,
        "site_notices": site_notices(page) if who is not None else [],
        "ending": _ending(page) if who is not None else "",
        "lock_seconds": int(LIFETIMES[STAFF].idle.total_seconds()),
        "lock_name": page.site.vault.sign("lock", page.answer.bound_to)[:16]
        if who is not None
        else "",
        "languages": LANGUAGES,
        "words": words,
        "event": event,
        "when": when,
        "P": Permission,
    }


def _groups(page: Page, who: Who | None) -> list[PlaceGroup]:
    if who is None:
        return []
    found = []
    long = (
        sum(permission in who.may for _key, places in GROUPS for _path, _name, permission in places)
        > SHORT
    )
    for key, places in GROUPS:
        shown = [
            Place(
                path, _label(name), page.path == path if path == "/" else page.path.startswith(path)
            )
            for path, name, permission in places
            if permission in who.may
        ]
        if shown:
            here = not long or any(place.current for place in shown)
            found.append(PlaceGroup(key, _group(key) if key else "", shown, here))
    return found


def way_back(path: str, menu: Sequence[PlaceGroup]) -> Place:
    """Return the link that leads on from a refused address.

    It is the household's page, the list in the menu, or the start page.
    """
    above = [
        place for group in menu for place in group.places if place.current and place.path != path
    ]
    if above and (found := _OF_HOUSEHOLD.match(path)) is not None:
        return Place(found[0], _s("世帯 %(n)s にもどる") % {"n": found[1]}, current=False)
    if above and above[-1].path != "/":
        return Place(
            above[-1].path, _s("「%(place)s」にもどる") % {"place": above[-1].name}, current=False
        )
    return Place("/", _s("きょうの仕事へ"), current=False)


def _ending(page: Page) -> str:
    found = gap(page.site.program, page.now)
    return gap_text(found) if found is not None else ""


def when(instant: datetime | None) -> str:
    """Format an instant as Japanese local time, to the minute."""
    return minute_text(instant)
