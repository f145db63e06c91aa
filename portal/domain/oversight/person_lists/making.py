"""Make the file of an approved list, and hand it to whoever asked for it."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pyrage

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_end, minute_text
from portal.domain.foundation.errors import TooLateError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, label_of, use_locale
from portal.domain.foundation.vault import note_shown
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies import services as copies
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.copies.services import OWNER_MAX, NewCopy
from portal.domain.oversight.person_lists.asking import (
    SUBJECT,
    check_rows,
    content_for,
    locked,
    step,
    unknown,
)
from portal.domain.oversight.person_lists.contents import Content
from portal.domain.oversight.person_lists.kinds import ListKind
from portal.domain.oversight.person_lists.marking import Marker
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.sealed import (
    Marks,
    Words,
    file_of,
    marks_of,
    seal_file,
    seal_marks,
    words_of,
)
from portal.domain.oversight.person_lists.states import PERSON_LIST
from portal.domain.oversight.reports.outputs import as_xlsx
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.people.households.queries import protected_among
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, may


@dataclass(frozen=True, slots=True)
class Made:
    """A list whose file is there; ``key`` opens it and is stored nowhere."""

    row: PersonList
    key: str = field(repr=False)


class Fetched(NamedTuple):
    """The file as it leaves: its name and its encrypted bytes."""

    name: str
    body: bytes


def make(work: Work, list_id: int, content: Content | None = None) -> Made:
    """Make the file of a list that the actor approved, with the rows of now.

    ``content`` holds the rows if they were read just now.

    It is encrypted for a key made for it alone, which is returned and not stored: the actor gives
    it to the recipient by another way than the file. Before anybody has fetched the file it can be
    made again; then the key of before opens nothing.

    Raises:
        NotFoundError: the actor approved no list of this number.
        NotAllowedError: whoever asked for it may not see the rows any more.
        InputError: there are more rows by now than a file may have.
        WrongStateError, TooLateError: it is not approved, was fetched, or its time is over.
    """
    row = locked(work.session, list_id)
    if row.decided_by is None or row.decided_by != work.actor.id:
        raise unknown()
    step(work, row, "make")
    asker = work.session.get_one(StaffUser, row.requested_by)
    words = words_of(work.vault, row)
    kind = ListKind(row.kind)
    content = content_for(work, asker, kind, words.scope, content)
    check_rows(kind, content)
    marker = Marker.of(work.vault.unwrap(row.wrapped_key))
    content = _turned(content, marker)
    row.made_at, row.rows = work.now, len(content.table.rows)
    plain = _workbook(row, asker, words, _marked(content.table, marker))
    identity = pyrage.x25519.Identity.generate()
    body = pyrage.encrypt(plain, [identity.to_public()])
    _keep(work, row, body, _marks(content, marker, plain))
    _number_copy(work, row, asker, len(body))
    row.due_at = day_end(row.until)
    work.session.flush()
    record(work, "person_list.made", SUBJECT, row.id, kind=row.kind, rows=row.rows)
    return Made(row, str(identity))


def _turned(content: Content, marker: Marker) -> Content:
    table = content.table
    rows = marker.turned(table.rows)
    return replace(content, table=replace(table, rows=rows))


def _marked(table: ReportTable, marker: Marker) -> ReportTable:
    return ReportTable(table.title, table.columns, marker.marked(table.rows), table.total)


def _marks(content: Content, marker: Marker, plain: bytes) -> Marks:
    rows = content.table.rows
    return Marks(
        hashlib.sha256(plain).hexdigest(),
        frozenset(marker.anchor(row[0]) for row in rows if str(row[0])),
        content.households,
        tuple(frozenset(map(marker.copied, row)) - {""} for row in rows),
    )


def _keep(work: Work, row: PersonList, body: bytes, marks: Marks) -> None:
    row.sha256 = hashlib.sha256(body).hexdigest()
    row.file = seal_file(work.vault, row, body)
    row.marks = seal_marks(work.vault, row, marks)


def _number_copy(work: Work, row: PersonList, asker: StaffUser, size: int) -> None:
    if row.copy_id is not None:
        copies.removed_by_program(work, row.copy_id)
    copy = copies.register(
        work,
        NewCopy(
            kind=CopyKind.PERSON_LIST,
            place=_s("ファイル %(name)s（受け取る人は「一覧の持ち出し」にあります）")
            % {"name": row.file_name},
            owner=asker.display_name[:OWNER_MAX],
            purpose=_s("持ち出した一覧 第%(n)d号") % {"n": row.id},
            until=row.until,
            sha256=row.sha256,
            size=size,
        ),
    )
    row.copy_id = copy.id


def _workbook(row: PersonList, asker: StaffUser, words: Words, table: ReportTable) -> bytes:
    """Return the workbook; every sheet and every printed page says whose it is and what for."""
    with use_locale(SOURCE_LOCALE):
        number = _s("持ち出した一覧 第%(n)d号") % {"n": row.id}
        who = f"{asker.display_name}（{label_of(Organization, asker.organization)}）"
        made, until = minute_text(row.made_at), row.until.isoformat()
        line = _s("%(number)s　%(who)s　%(made)s　%(until)sまでに廃棄　目的: %(purpose)s") % {
            "number": number,
            "who": who,
            "made": made,
            "until": until,
            "purpose": words.purpose,
        }
        report = Report(
            title=ListKind(row.kind).label,
            addressee=words.recipient,
            sender=asker.display_name,
            facts=(
                (_s("番号"), number),
                (_s("申請した人"), who),
                (_s("受け取る人"), words.recipient),
                (_s("目的"), words.purpose),
                (_s("作った時"), made),
                (_s("廃棄の期限"), until),
                (_s("行"), f"{row.rows:,}"),
            ),
            tables=(table,),
            notes=(
                _s(
                    "見える印のほかに、目に見えない印があります。漏れた紙やデータから、もとをたどれます。"
                ),
                _s("期限までに廃棄し、「一覧の持ち出し」の画面で確認してください。"),
            ),
        )
        return as_xlsx(report, mark=" ".join(line.split("\n")))


def fetch(work: Work, list_id: int) -> Fetched:
    """Return the encrypted file to whoever asked for it; each time is on record.

    Its households are noted as shown, so that a look names them (``looks``).

    Raises:
        NotFoundError: the actor asked for no list of this number.
        WrongStateError, TooLateError: there is no file, or its time is over.
        NotAllowedError: the account may not see the rows any more.
    """
    row = locked(work.session, list_id)
    if row.requested_by != work.actor.id:
        raise unknown()
    step(work, row, "fetch")
    asker = work.session.get_one(StaffUser, row.requested_by)
    copy = work.session.get(DataCopy, row.copy_id) if row.copy_id is not None else None
    if copy is None or not copy.is_kept or not _still_fits(work, row, asker):
        raise TooLateError(_s("このファイルは、もう受け取れません。もう一度申請してください。"))
    for household_id in marks_of(work.vault, row).households:
        note_shown(household_id)
    row.fetched_at = row.fetched_at or work.now
    work.session.flush()
    record(work, "person_list.fetched", SUBJECT, row.id, kind=row.kind, rows=row.rows)
    return Fetched(row.file_name, file_of(work.vault, row))


def _still_fits(work: Work, row: PersonList, asker: StaffUser) -> bool:
    """Return whether no household in the file has been put under protection since it was made."""
    if may(asker, Permission.KNOW_PROTECTED):
        return True
    return not protected_among(work.session, marks_of(work.vault, row).households)


def confirm_destroyed(work: Work, list_id: int, how: str) -> PersonList:
    """Confirm that what was fetched is destroyed, by whoever had it or by the ward.

    Raises:
        NotFoundError: no list of this number is the actor's to confirm.
        InputError: nothing says how (code ``how``).
        WrongStateError: nobody fetched it, or it was confirmed before.
    """
    row = locked(work.session, list_id)
    if work.actor.id is None or work.actor.id not in {row.requested_by, row.decided_by}:
        raise unknown()
    row.state = PERSON_LIST.next(row.state, "destroy")
    row.file = None  # its marks stay: a leaked sheet may turn up later
    copy = work.session.get(DataCopy, row.copy_id) if row.copy_id is not None else None
    if copy is not None and copy.is_kept:  # else it was confirmed in the register of copies
        copies.confirm_destroyed(work, copy.id, how)
    work.session.flush()
    record(work, "person_list.destroyed", SUBJECT, row.id, kind=row.kind)
    return row
