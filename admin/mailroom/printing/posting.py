"""Page of posting: letters by scanner or from a file, runs and cards without labels, postage."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.page import Page
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date, without_separators
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.shipments import other_mail
from portal.domain.letters.shipments.mail import CLASSES, MAIL, REPLY_PAID, OtherMailKind, printed
from portal.domain.letters.shipments.models import OtherMail
from portal.domain.letters.shipments.postage import PostageLine, postage_of_month, total_yen
from portal.domain.letters.shipments.words import class_name
from portal.domain.mailroom.printing.cards import card_posting
from portal.domain.mailroom.printing.dispatch import posted, posting
from portal.domain.mailroom.printing.dispatch.entries import Entry, Posting
from portal.domain.mailroom.printing.dispatch.posted import PostedLetter, RunWaiting
from portal.domain.oversight.reports.monthly.due import read_month
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.uploads import MEGABYTE, UploadRule
from portal.platform.view import View

FILES = {"file": UploadRule(10 * MEGABYTE)}
WITH_LABEL = tuple(name for name, one in MAIL.items() if one.digits)
WITHOUT = tuple(name for name, one in MAIL.items() if not one.digits)


class PostingView(View, frozen=True):
    """What ``admin/mailroom/printing/posting.html`` shows."""

    today: str
    day: str
    chosen: str
    label_next: bool
    faults: tuple[str, ...]
    taken: posting.Posted | None
    with_label: tuple[str, ...]
    without: tuple[str, ...]
    latest: Sequence[PostedLetter]
    runs: Sequence[RunWaiting]
    prints: Sequence[CardPrint]
    month: date
    postage: Sequence[PostageLine]
    postage_yen: int | None
    others: Sequence[OtherMail]
    other_kinds: tuple[OtherMailKind, ...]
    every_class: tuple[str, ...]
    class_name: Callable[[str], str]
    printed: Callable[[str], str]
    said: str
    count: str


def show(
    page: Page,
    status_code: int = 200,
    *,
    label_next: bool = False,
    faults: tuple[str, ...] = (),
    taken: posting.Posted | None = None,
) -> Response[Any]:
    """Show the forms for scanner, files and whole runs, the latest postings and the postage."""
    today = jst_date(page.now)
    month = read_month(page.query.get("month", "")) or today
    lines = postage_of_month(page.work, month)
    knows = allowed(page, Permission.KNOW_PROTECTED)
    return page.render(
        "admin/mailroom/printing/posting.html",
        PostingView(
            today=today.isoformat(),
            day=page.form.get("day") or page.query.get("day", "") or today.isoformat(),
            chosen=page.form.get("mail_class") or page.query.get("mail_class", "") or WITH_LABEL[0],
            label_next=label_next,
            faults=faults,
            taken=taken,
            with_label=WITH_LABEL,
            without=WITHOUT,
            latest=posted.latest(page.session, include_protected=knows),
            runs=posted.runs_waiting(page.session),
            prints=card_posting.prints_waiting(page.session),
            month=month,
            postage=lines,
            postage_yen=total_yen(lines),
            others=other_mail.of_month(page.session, month),
            other_kinds=tuple(OtherMailKind),
            every_class=(*CLASSES, REPLY_PAID),
            class_name=class_name,
            printed=printed,
            said=page.query.get("said", ""),
            count=page.query.get("count", ""),
        ),
        status_code,
    )


def typed_day(page: Page) -> date | None:
    """Parse the day of posting; a fault is added to the form."""
    day = whole_date(page.form.get("day"))
    if isinstance(day, date):
        return day
    page.form.error("day", _s("日付を、2023-07-03 のように入力してください。"))
    return None


def back(page: Page, said: str, count: int = 0) -> Response[Any]:
    """Redirect to the page, keeping the day and class of mail."""
    kept = {name: page.form.get(name) for name in ("day", "mail_class") if page.form.get(name)}
    return page.redirect("/posting?" + urlencode({**kept, "said": said, "count": count}))


def _post(page: Page, field: str, act: Callable[[], posting.Posted]) -> Response[Any]:
    done = posting.Posted(0)
    try:
        with page.session.begin_nested():
            if first_post(page):
                done = act()
    except DomainError as error:
        first, *faults = error.message.split("\n- ")
        page.form.error(field, first)
        return show(page, 422, faults=tuple(faults))
    if done.refused:
        return show(page, faults=tuple(one.sentence for one in done.refused), taken=done)
    return back(page, "posted", done.letters)


def scan(page: Page) -> Response[Any]:
    """Record the posting of one letter.

    A scanner sends the letter's number first, and its label with the next Enter.
    """
    form, day = page.form, typed_day(page)
    if day is None:
        return show(page, 422)
    number, label = form.get("letter_number"), form.get("tracking_no")
    if not label.strip() and is_letter_number(without_separators(number).upper()):
        return show(page, label_next=True)
    entry = Entry(number, label)
    return _post(
        page,
        "letter_number",
        lambda: posting.post_letters(page.work, [entry], Posting(day, form.get("mail_class"))),
    )


def take_file(page: Page) -> Response[Any]:
    """Record the posting of a file's letters; rows that refuse themselves are shown with why."""
    form, day = page.form, typed_day(page)
    data = form.upload("file", bytes)
    if data is None:
        form.error("file", _s("手紙番号とお問い合わせ番号のファイル（CSV）を選んでください。"))
    if day is None or data is None:
        return show(page, 422)
    return _post(
        page,
        "file",
        lambda: posting.post_file(page.work, data, Posting(day, form.get("mail_class"))),
    )


def post_run(page: Page) -> Response[Any]:
    """Record the posting of a run's remaining letters, by a class without labels."""
    run_id, day = number_in_address(page, "run_id"), typed_day(page)
    if day is None:
        return show(page, 422)
    return _post(
        page,
        "runs",
        lambda: posting.post_run(page.work, run_id, Posting(day, page.form.get("mail_class"))),
    )


def post_cards(page: Page) -> Response[Any]:
    """Record the posting of a whole print of cards."""
    print_id, day = number_in_address(page, "print_id"), typed_day(page)
    if day is None:
        return show(page, 422)

    def post() -> posting.Posted:
        row = card_posting.post_cards(page.work, print_id, day, page.form.get("mail_class"))
        return posting.Posted(row.cards)

    return _post(page, "cards", post)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    may = Permission.POST_LETTERS
    return [
        staff_route("GET", "/posting", show, may),
        staff_route("POST", "/posting/scan", scan, may, shows=show),
        staff_route("POST", "/posting/label", scan, may, shows=show),
        staff_route("POST", "/posting/file", take_file, may, shows=show, uploads=FILES),
        staff_route("POST", "/posting/runs/{run_id:int}", post_run, may, shows=show),
        staff_route("POST", "/posting/cards/{print_id:int}", post_cards, may, shows=show),
    ]
