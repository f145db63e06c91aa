"""Pages of the registers: what is due in all of them, and one register with its entries."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.oversight.reports.files import send_file
from admin.page import Page
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.registers import services
from portal.domain.oversight.registers.dues import Due, dues
from portal.domain.oversight.registers.kinds import REGISTERS, Register, RegisterKind, Result
from portal.domain.oversight.registers.queries import Entry, entries, people_to_record
from portal.domain.oversight.registers.states import EntryState
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.uploads import MEGABYTE, UploadRule
from portal.platform.view import View


def check_document(data: bytes) -> bytes:
    """Return a document that is a PDF. Raises InputError."""
    if not data.startswith(PDF):
        raise InputError(_s("PDFのファイルを選んでください。"), code="file")
    return data


PDF = b"%PDF-"
DOCUMENT = UploadRule(5 * MEGABYTE, check_document)
STATE_MARK = marks(
    {
        EntryState.STANDING: Mark.GOOD,
        EntryState.CONFIRMED: Mark.GOOD,
        EntryState.WAITING: Mark.WAIT,
        EntryState.SUSPENDED: Mark.STOP,
        EntryState.REJECTED: Mark.STOP,
    }
)


class RegistersView(View, frozen=True):
    """What ``admin/oversight/management/registers.html`` shows."""

    dues: Sequence[Due]
    late: bool
    counts: Mapping[RegisterKind, int]
    registers: Mapping[RegisterKind, Register]


def show_all(page: Page) -> Response[Any]:
    """Show what is due or only what is late, and the registers with their numbers of entries."""
    found, late = entries(page.work), page.query.get("shown") == "late"
    return page.render(
        "admin/oversight/management/registers.html",
        RegistersView(
            dues=[due for due in dues(page.work) if due.late or not late],
            late=late,
            counts={kind: sum(one.kind is kind for one in found) for kind in RegisterKind},
            registers=REGISTERS,
        ),
    )


class RegisterView(View, frozen=True):
    """What ``admin/oversight/management/register.html`` shows."""

    kind: RegisterKind
    register: Register
    dues: Sequence[Due]
    entries: Sequence[Entry]
    people: Mapping[int, str]
    keeps: bool
    decides: bool
    results: tuple[Result, ...]
    repaired: Entry | None
    state_mark: Callable[[str], Mark]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one register: what is due in it, its entries, and the form for the next one."""
    kind = _kind(page)
    found = entries(page.work, kind)
    follows = page.query.get("follows", "") or page.form.get("follows")
    return page.render(
        "admin/oversight/management/register.html",
        RegisterView(
            kind=kind,
            register=REGISTERS[kind],
            dues=[due for due in dues(page.work) if due.kind is kind],
            entries=found,
            people=people_to_record(page.session),
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            decides=allowed(page, Permission.DECIDE_MANAGEMENT),
            results=tuple(Result),
            repaired=next(
                (one for one in found if str(one.id) == follows and one.may("replace")), None
            ),
            state_mark=STATE_MARK,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _kind(page: Page) -> RegisterKind:
    kind = RegisterKind.known(str(page.params["register"]))
    if kind is None:
        raise NotFoundError(_s("この台帳は見つかりませんでした。"))
    return kind


def enter(page: Page) -> Response[Any]:
    """Enter what happened."""
    kind, form = _kind(page), page.form
    day, until = _day(page, "day"), None
    if REGISTERS[kind].until is not None:
        until = _day(page, "until")
    if not form.ok or day is None:
        return show(page, 422)
    person, follows = form.get("staff_id"), form.get("follows")
    new = services.NewEntry(
        kind=kind.value,
        day=day,
        party=form.get("party"),
        number=form.get("number"),
        until=until,
        staff_id=int(person) if person.isascii() and person.isdigit() else None,
        note=form.get("note"),
        result=form.get("result"),
        document=form.upload("file", bytes),
        follows=int(follows) if follows.isascii() and follows.isdigit() else None,
    )
    return _act(page, "entered", lambda: services.enter(page.work, new), {})


def take_file(page: Page) -> Response[Any]:
    """Send the file of an entry's document."""
    kind, key = _kind(page), number_in_address(page, "entry_id")
    return send_file(page, f"{kind}-{key}.pdf", services.document_of(page.work, key))


def reject(page: Page) -> Response[Any]:
    """Record that the ward inspected an entry and rejects it."""
    key = number_in_address(page, "entry_id")
    names = {
        "decision_no": f"rejected_no-{key}",
        "decision_on": f"rejected_on-{key}",
        "redo_until": f"redo_until-{key}",
    }
    day, until = _day(page, names["decision_on"]), _day(page, names["redo_until"])
    if day is None or until is None:
        return show(page, 422)
    decision = Instruction(page.form.get(names["decision_no"]), day)
    return _act(page, "rejected", lambda: services.reject(page.work, key, decision, until), names)


def suspend(page: Page) -> Response[Any]:
    """Record that a certificate was suspended or lost."""
    key = number_in_address(page, "entry_id")
    return _act(page, "suspended", lambda: services.suspend(page.work, key), {})


def end(page: Page) -> Response[Any]:
    """Record that an entry counts no longer."""
    key = number_in_address(page, "entry_id")
    return _act(page, "ended", lambda: services.end(page.work, key), {})


def resume(page: Page) -> Response[Any]:
    """Record that a certificate is valid again, after the consultation with the ward."""
    return _decide(page, "resumed", services.resume)


def confirm(page: Page) -> Response[Any]:
    """Record the ward's confirmation."""
    return _decide(page, "confirmed", services.confirm)


def _decide(
    page: Page, said: str, decide: Callable[[Any, int, Instruction], object]
) -> Response[Any]:
    key = number_in_address(page, "entry_id")
    number, on = f"decision_no-{key}", f"decision_on-{key}"
    day = _day(page, on)
    if day is None:
        return show(page, 422)
    decision = Instruction(page.form.get(number), day)
    return _act(
        page,
        said,
        lambda: decide(page.work, key, decision),
        {"decision_no": number, "decision_on": on},
    )


def _day(page: Page, field: str) -> date | None:
    day = whole_date(page.form.get(field))
    if isinstance(day, date):
        return day
    page.form.error(field, _s("日付を、2023-06-30 のように入力してください。"))
    return None


def _act(
    page: Page, said: str, act: Callable[[], object], fields: Mapping[str, str]
) -> Response[Any]:
    there = f"/registers/{_kind(page)}?said={said}"
    return carry_out_once(page, act, there, Again(show, "state", fields, named=True))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep = Permission.SEE_MANAGEMENT, Permission.KEEP_MANAGEMENT
    decide = Permission.DECIDE_MANAGEMENT
    one = "/registers/{register:str}"
    entry = one + "/{entry_id:int}"
    return [
        staff_route("GET", "/registers", show_all, see),
        staff_route("GET", one, show, see),
        staff_route("POST", one + "/enter", enter, keep, shows=show, uploads={"file": DOCUMENT}),
        staff_route("POST", entry + "/file", take_file, see),
        staff_route("POST", entry + "/suspend", suspend, keep, shows=show),
        staff_route("POST", entry + "/resume", resume, keep, shows=show),
        staff_route("POST", entry + "/end", end, keep, shows=show),
        staff_route("POST", entry + "/confirm", confirm, decide, shows=show),
        staff_route("POST", entry + "/reject", reject, decide, shows=show),
    ]
