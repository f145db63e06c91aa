"""Begin daily work: what was typed is checked at once, the rest when a worker carries it out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from msgspec import Struct

from portal.domain.foundation.errors import InputError, NotFoundError, WrongStateError
from portal.domain.foundation.jobs.begun import begin_alone
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.sheets import NAME_MAX
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.files.layout import layout_names
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.oversight.daily.keeping import FILE_NAME
from portal.domain.oversight.daily.kinds import require_may
from portal.domain.oversight.export.handing_over import instruction_of
from portal.domain.oversight.export.sealed import check_key
from portal.domain.people.coupons.issuer_file import shipped_issuers
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.shops.services import refuse_past

ORDER_MAX = 60
MOST_LETTERS = 1_000_000


class ExtractForm(Struct, frozen=True):
    """How an extract is read: the name of its layout, the day of extraction, the sender's name.

    ``extracted`` is a JST day, None if a column says it or it is today; ``file_name`` is the name
    on the hand-over sheet, or empty.
    """

    layout: str
    extracted: date | None = None
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class CodesOrder:
    """What a file of codes answers to: issuer profile, our order, and its count and sum in yen.

    Count and sum are None where the file ends with them; ``any_face`` accepts other face values
    than the amount per child.
    """

    profile: str
    order: str
    count: int | None = None
    total_yen: int | None = None
    any_face: bool = False
    file_name: str = ""


class LettersForm(Struct, frozen=True):
    """The date on the letters (JST, None: today), and at most how many are made (None: all)."""

    notice_date: date | None = None
    limit: int | None = None


def check_extract(work: Work, file_id: int, form: ExtractForm) -> BegunTask:
    """Begin to check an extract; nothing of it is stored but its counts.

    Raises:
        InputError: the program has no such layout, or the name is too long.
        ConflictError: another check is not done yet.
    """
    require_may(work.actor, BegunKind.EXTRACT_CHECK)
    _one_of(layout_names(work.program.layouts_dir), form.layout, "layout")
    detail = {
        "layout": form.layout,
        "extracted": form.extracted.isoformat() if form.extracted is not None else None,
        FILE_NAME: _file_name(form.file_name),
    }
    return begin_alone(work, BegunKind.EXTRACT_CHECK, file_id, detail, file_id)


def import_extract(work: Work, check_id: int) -> BegunTask:
    """Begin to import the extract that was checked, read as in the check.

    Raises:
        NotFoundError: no such check.
        WrongStateError: it is not done.
        ConflictError: another import is not done yet.
    """
    require_may(work.actor, BegunKind.EXTRACT_IMPORT)
    check = work.session.get(BegunTask, check_id)
    if check is None or check.kind != BegunKind.EXTRACT_CHECK or check.input_id is None:
        raise NotFoundError(_s("この作業は見つかりませんでした。"))
    if not check.is_done:
        raise WrongStateError(_s("確かめる作業が終わってから、取り込みを始めてください。"))
    kind, file_id = BegunKind.EXTRACT_IMPORT, check.input_id
    return begin_alone(work, kind, file_id, check.detail, file_id)


def apply_import(work: Work, import_id: int) -> BegunTask:
    """Begin to apply an import that waits.

    Raises:
        NotFoundError: there is no such import.
        WrongStateError: it does not wait.
        ConflictError: another is being applied.
    """
    require_may(work.actor, BegunKind.EXTRACT_APPLY)
    found = work.session.get(RosterImport, import_id)
    if found is None:
        raise NotFoundError(_s("この取り込みは見つかりませんでした。"))
    if not found.is_staged:
        raise WrongStateError(_s("この取り込みは、反映を待っていません。"))
    return begin_alone(work, BegunKind.EXTRACT_APPLY, import_id, {})


def load_codes(work: Work, file_id: int, order: CodesOrder) -> BegunTask:
    """Begin to load a file of the issuer's codes.

    Raises:
        InputError: the program has no such issuer, or the order's number is missing or too long.
        ConflictError: another file is being loaded.
    """
    require_may(work.actor, BegunKind.CODES_LOAD)
    _one_of(shipped_issuers(work.program.issuers_dir), order.profile, "profile")
    if not 0 < len(order.order.strip()) <= ORDER_MAX:
        raise InputError(
            _s("注文の番号を、%(most)d文字までで入力してください。") % {"most": ORDER_MAX},
            code="order",
        )
    detail = asdict(order) | {
        "order": order.order.strip(),
        "any_face": int(order.any_face),
        FILE_NAME: _file_name(order.file_name),
    }
    return begin_alone(work, BegunKind.CODES_LOAD, file_id, detail, file_id)


def load_shops(work: Work, file_id: int, valid_from: date | None) -> BegunTask:
    """Begin to load a list of shops that counts from a day on (JST; None: the day of loading).

    Raises:
        InputError: the day has passed.
        ConflictError: another list is being loaded.
    """
    kind = BegunKind.SHOPS_LOAD
    require_may(work.actor, kind)
    if valid_from is not None:
        refuse_past(work, valid_from)
    detail = {"valid_from": valid_from.isoformat() if valid_from is not None else None}
    return begin_alone(work, kind, file_id, detail, file_id)


def assign_codes(work: Work, reserve: str) -> BegunTask:
    """Begin to give one code to every child in issue; ``reserve`` is written as 200 or 1.5%.

    Raises:
        InputError: the reserve cannot be read.
        ConflictError: codes are being assigned.
    """
    require_may(work.actor, BegunKind.CODES_ASSIGN)
    try:
        Reserve.parse(reserve)
    except InputError as error:
        raise InputError(error.message, code="reserve") from None
    return begin_alone(work, BegunKind.CODES_ASSIGN, 0, {"reserve": reserve.strip()})


def build_letters(work: Work, kind: BegunKind, form: LettersForm) -> BegunTask:
    """Begin to build letters, advance notices or test letters; an unfinished run is completed.

    Raises:
        InputError: the number of letters cannot be.
        ConflictError: letters of this kind are being built.
    """
    require_may(work.actor, kind)
    if form.limit is not None and not 0 < form.limit <= MOST_LETTERS:
        raise InputError(_s("1以上の数を入力してください。"), code="limit")
    day = form.notice_date.isoformat() if form.notice_date is not None else None
    return begin_alone(work, kind, 0, {"notice_date": day, "limit": form.limit})


def print_cards(work: Work) -> BegunTask:
    """Begin to print the waiting cards. Raises ConflictError: they are being printed."""
    require_may(work.actor, BegunKind.CARDS_PRINT)
    return begin_alone(work, BegunKind.CARDS_PRINT, 0, {})


def take_tracking(work: Work, file_id: int, file_name: str = "") -> BegunTask:
    """Begin to ingest a file of the post.

    Raises:
        InputError: the name is too long.
        ConflictError: another file is being ingested.
    """
    kind = BegunKind.TRACKING_FILE
    require_may(work.actor, kind)
    return begin_alone(work, kind, file_id, {FILE_NAME: _file_name(file_name)}, file_id)


def list_left_over(work: Work) -> BegunTask:
    """Begin to list the codes that no child got. Raises ConflictError: they are being listed."""
    require_may(work.actor, BegunKind.LEFT_OVER_CODES)
    return begin_alone(work, BegunKind.LEFT_OVER_CODES, 0, {})


def export(work: Work, key: str, instruction: str) -> BegunTask:
    """Begin to write everything that the ward owns, encrypted for the ward's public key.

    Raises:
        NotAllowedError: the actor is not of the ward.
        InputError: the key or the number of the instruction cannot be; the code names it.
        ConflictError: an export is being made.
    """
    require_may(work.actor, BegunKind.EXPORT)
    number = instruction_of(work.actor, instruction)
    return begin_alone(work, BegunKind.EXPORT, 0, {"key": check_key(key), "instruction": number})


def layouts(program: Program) -> Sequence[str]:
    """Return the names of the layouts that an extract may have."""
    return layout_names(program.layouts_dir)


def _one_of(names: Sequence[str], chosen: str, field: str) -> None:
    # a path would let whoever is signed in read any file of the machine as settings
    if chosen not in names:
        raise InputError(_s("一覧から選んでください。"), code=field)


def _file_name(typed: str) -> str:
    name = typed.strip()
    if len(name) > NAME_MAX:
        raise InputError(
            _s("%(most)d文字までで入力してください。") % {"most": NAME_MAX}, code=FILE_NAME
        )
    return name
