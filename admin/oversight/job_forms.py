"""Pages that begin daily work: one form for each kind, its file sealed as it comes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, number_in_address, post_key, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from portal.domain.foundation.audit.services import first_time
from portal.domain.foundation.errors import ConflictError, DomainError, WrongStateError
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.foundation.work import Work
from portal.domain.oversight.daily import beginning
from portal.domain.oversight.daily.beginning import CodesOrder, ExtractForm, LettersForm
from portal.domain.oversight.daily.keeping import begin_with_file
from portal.domain.oversight.daily.kinds import MEGABYTE, RULES
from portal.domain.people.coupons.issuer_file import shipped_issuers
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.answer import Reply
from portal.platform.http.uploads import UploadRule
from portal.platform.routes import Transaction
from portal.platform.view import View

FIELDS = (
    "file",
    "layout",
    "extracted",
    "file_name",
    "profile",
    "valid_from",
    "order",
    "count",
    "total_yen",
    "reserve",
    "notice_date",
    "limit",
    "key",
    "instruction",
)
MOST_DIGITS = 12
Begin = Callable[[Work], BegunTask]
BeginWithFile = Callable[[Work, int], BegunTask]


class JobFormView(View, frozen=True):
    """What ``admin/oversight/job_new.html`` shows."""

    kind: BegunKind
    action: str
    takes_file: bool
    most_megabytes: int
    layouts: Sequence[str]
    profiles: Sequence[str]


def address(kind: BegunKind) -> str:
    """Return the address of the form of a kind."""
    return f"/jobs/new/{kind.value.replace('_', '-')}"


def show(page: Page, status_code: int = 200, *, kind: BegunKind) -> Response[Any]:
    """Show the form of a kind."""
    program = page.site.program
    extract, codes = kind is BegunKind.EXTRACT_CHECK, kind is BegunKind.CODES_LOAD
    return page.render(
        "admin/oversight/job_new.html",
        JobFormView(
            kind=kind,
            action=address(kind) + "/begin",
            takes_file=RULES[kind].most_bytes > 0,
            most_megabytes=RULES[kind].most_bytes // MEGABYTE,
            layouts=beginning.layouts(program) if extract else (),
            profiles=shipped_issuers(program.issuers_dir) if codes else (),
        ),
        status_code,
    )


def _show_own(page: Page, status_code: int, *, kind: BegunKind) -> Response[Any]:
    """Show the form again from a handler that opens its transactions itself."""
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        return show(page, status_code, kind=kind)


def _extract(page: Page) -> BeginWithFile:
    form = ExtractForm(page.form.get("layout"), _day(page, "extracted"), page.form.get("file_name"))
    return lambda work, file_id: beginning.check_extract(work, file_id, form)


def _codes(page: Page) -> BeginWithFile:
    form = page.form
    order = CodesOrder(
        form.get("profile"),
        form.get("order"),
        _number(page, "count"),
        _number(page, "total_yen"),
        any_face=form.get("any_face") == "1",
        file_name=form.get("file_name"),
    )
    return lambda work, file_id: beginning.load_codes(work, file_id, order)


def _shops(page: Page) -> BeginWithFile:
    valid_from = _day(page, "valid_from")
    return lambda work, file_id: beginning.load_shops(work, file_id, valid_from)


def _tracking(page: Page) -> BeginWithFile:
    name = page.form.get("file_name")
    return lambda work, file_id: beginning.take_tracking(work, file_id, name)


def _assign(page: Page) -> Begin:
    reserve = page.form.get("reserve")
    return lambda work: beginning.assign_codes(work, reserve)


def _letters(kind: BegunKind, page: Page) -> Begin:
    form = LettersForm(_day(page, "notice_date"), _number(page, "limit"))
    return lambda work: beginning.build_letters(work, kind, form)


def _cards(_page: Page) -> Begin:
    return beginning.print_cards


def _export(page: Page) -> Begin:
    key, instruction = page.form.get("key"), page.form.get("instruction")
    return lambda work: beginning.export(work, key, instruction)


def _left_over(_page: Page) -> Begin:
    return beginning.list_left_over


def _day(page: Page, name: str) -> date | None:
    if not page.form.get(name).strip():
        return None
    day = whole_date(page.form.get(name))
    if isinstance(day, date):
        return day
    page.form.error(name, _s("日付を、2023-07-03 のように入力してください。"))
    return None


def _number(page: Page, name: str) -> int | None:
    typed = page.form.get(name).strip().replace(",", "")
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS:
        return int(typed)
    page.form.error(name, _s("数字で入力してください。"))
    return None


def _begin(page: Page, kind: BegunKind, read: Callable[[Page], Begin]) -> Reply:
    """Begin work that takes no file."""
    begin = read(page)
    shows = partial(show, kind=kind)
    if not page.form.ok:
        return shows(page, 422)
    if kind in WITH_CODE and (status := fresh_proof(page)):
        return shows(page, status)
    done: list[int] = []
    return carry_out_once(
        page,
        lambda: done.append(begin(page.work).id),
        lambda: page.redirect(f"/jobs/{done[0]}" if done else "/jobs"),
        Again(shows, "begin", FIELDS),
    )


def _begin_with_file(page: Page, kind: BegunKind, read: Callable[[Page], BeginWithFile]) -> Reply:
    """Seal the chosen file and begin the work that reads it."""
    begin, file = read(page), page.form.files.get("file")
    if file is None and "file" not in page.form.errors:
        page.form.error("file", _s("ファイルを選んでください。"))
    if file is None or not page.form.ok:
        return _show_own(page, 422, kind=kind)
    claim = post_key(page)

    def once(work: Work, file_id: int) -> BegunTask | None:
        return begin(work, file_id) if first_time(work.session, claim, work.now) else None

    try:
        key = begin_with_file(page.site.work_source(page.actor), file.data, once)
    except DomainError as error:
        page.form.error(error.code if error.code in FIELDS else "begin", error.message)
        return _show_own(page, 422, kind=kind)
    return page.redirect("/jobs" if key is None else f"/jobs/{key}")


def apply_import(page: Page) -> Reply:
    """Begin to apply an import that waits, from its page."""
    import_id, begun = number_in_address(page, "import_id"), 0
    try:
        with page.session.begin_nested():
            if first_post(page):
                begun = beginning.apply_import(page.work, import_id).id
    except (ConflictError, WrongStateError):
        begun = 0  # its page says that it is being applied, or was
    return page.redirect(f"/jobs/{begun}" if begun else f"/roster/{import_id}")


WITH_CODE = frozenset({BegunKind.EXPORT})
"""What the command does only for who proves to be there by a code."""
WITHOUT_FILE: Mapping[BegunKind, Callable[[Page], Begin]] = {
    BegunKind.CODES_ASSIGN: _assign,
    BegunKind.LETTERS_BUILD: partial(_letters, BegunKind.LETTERS_BUILD),
    BegunKind.ADVANCE_BUILD: partial(_letters, BegunKind.ADVANCE_BUILD),
    BegunKind.TEST_POSTING: partial(_letters, BegunKind.TEST_POSTING),
    BegunKind.CARDS_PRINT: _cards,
    BegunKind.LEFT_OVER_CODES: _left_over,
    BegunKind.EXPORT: _export,
}
WITH_FILE: Mapping[BegunKind, Callable[[Page], BeginWithFile]] = {
    BegunKind.EXTRACT_CHECK: _extract,
    BegunKind.CODES_LOAD: _codes,
    BegunKind.SHOPS_LOAD: _shops,
    BegunKind.TRACKING_FILE: _tracking,
}
OFFERED: Sequence[BegunKind] = (
    BegunKind.EXTRACT_CHECK,
    BegunKind.CODES_LOAD,
    BegunKind.CODES_ASSIGN,
    BegunKind.SHOPS_LOAD,
    BegunKind.ADVANCE_BUILD,
    BegunKind.LETTERS_BUILD,
    BegunKind.CARDS_PRINT,
    BegunKind.TEST_POSTING,
    BegunKind.TRACKING_FILE,
    BegunKind.LEFT_OVER_CODES,
    BegunKind.EXPORT,
)
"""The kinds that have a form, in the order of the work."""


def _form_of(kind: BegunKind) -> Callable[..., Response[Any]]:
    def form(page: Page, status_code: int = 200) -> Response[Any]:
        return show(page, status_code, kind=kind)

    return form


def _begin_of(kind: BegunKind) -> Callable[[Page], Reply]:
    def begin(page: Page) -> Reply:
        return _begin(page, kind, WITHOUT_FILE[kind])

    def begin_with_file(page: Page) -> Reply:
        return _begin_with_file(page, kind, WITH_FILE[kind])

    return begin_with_file if kind in WITH_FILE else begin


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    apply, may_apply = "/roster/{import_id:int}/apply", Permission.KEEP_TRANSFERS
    found = [staff_route("POST", apply, apply_import, may_apply)]
    for kind in OFFERED:
        rule, shows = RULES[kind], _form_of(kind)
        takes = kind in WITH_FILE
        found.append(staff_route("GET", address(kind), shows, rule.begins))
        found.append(
            staff_route(
                "POST",
                address(kind) + "/begin",
                _begin_of(kind),
                rule.begins,
                shows=shows,
                transaction=Transaction.OWN if takes else None,
                uploads={"file": UploadRule(rule.most_bytes)} if takes else None,
            )
        )
    return found
