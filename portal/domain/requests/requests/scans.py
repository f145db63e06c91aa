"""Scans of paper forms: checked in a process of their own, stored encrypted, viewed on record.

A file that came is never stored. Somebody looks at it first, and numbers that may not be kept (My
Number, symbol and number of a health insurance) are made black; only the new picture is stored.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import BusyError, InputError, NotFoundError
from portal.domain.foundation.reader_process import read_apart
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal, unseal
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.black_marks import Mark, written
from portal.domain.requests.requests.models import PaperForm, Request, Scan, ScanDraft

MAX_BYTES = 10_000_000
PDF = "application/pdf"
TIFF = "image/tiff"
EXTENSIONS = {PDF: "pdf", TIFF: "tif", "image/png": "png", "image/jpeg": "jpg"}
DRAWN = frozenset({PDF, TIFF})
"""Types with several pages: browsers get a picture of one page, or the file to download."""
READER = Path(__file__).with_name("foreign_file.py")
PATIENCE = 12
BURN_PATIENCE = 30


class ScanReason(StrEnum):
    """Why a scan is viewed."""

    ENTRY = "entry"
    REVIEW = "review"
    HOUSEHOLD = "household"
    FAX = "fax"


@dataclass(frozen=True, slots=True)
class ReceivedScan:
    """A file that came and was checked; ``pages`` is 1 for an image. It is not stored."""

    data: bytes = field(repr=False)
    media_type: str
    pages: int


@dataclass(frozen=True, slots=True)
class CheckedScan:
    """The picture that may be stored.

    Attributes:
        data: The new file.
        media_type: Its type: PNG or JPEG, TIFF for several pages.
        pages: How many it has.
        came: The file that came, by which the same paper is recognized; only in memory.
        marks: What was made black.
        black: The share of the page with most black, in thousandths.
        draft_id: The draft that ends when this is stored.
    """

    data: bytes = field(repr=False)
    media_type: str
    pages: int
    came: bytes = field(repr=False)
    marks: tuple[Mark, ...] = ()
    black: int = 0
    draft_id: int | None = None


def check_scan(data: bytes) -> ReceivedScan:
    """Accept PDF, TIFF, PNG and JPEG of at most ``MAX_BYTES``, judged by content only.

    Raises:
        InputError: another kind, broken, too large, encrypted, or a PDF with scripts, actions or
            attachments.
        BusyError: the machine has no room to look at it now.
    """
    if len(data) > MAX_BYTES:
        raise InputError(_refusal("size"), code="size")
    said = json.loads(
        read_apart(READER, data, "check", seconds=PATIENCE) or b'{"refused": "broken"}'
    )
    if "refused" in said:
        raise InputError(_refusal(said["refused"]), code=said["refused"])
    return ReceivedScan(data, said["media_type"], said["pages"])


def burn_in(received: ReceivedScan, marks: Sequence[Mark] = ()) -> CheckedScan:
    """Draw all pages anew, black where they are marked, without anything else of the file.

    Raises:
        BusyError: it could not be drawn now.
    """
    answer = read_apart(READER, received.data, "burn", written(marks), seconds=BURN_PATIENCE)
    head, _line, body = answer.partition(b"\n")
    if not body:
        raise _not_drawn()
    said = json.loads(head)
    return CheckedScan(
        body, said["media_type"], said["pages"], received.data, tuple(marks), said["black"]
    )


def digest_of(work: Work, checked: CheckedScan) -> bytes:
    """Return the keyed digest by which the same file is recognized when it comes again."""
    return work.vault.blind("scan", checked.came, 32)


def known_digests(work: Work, checked: CheckedScan) -> tuple[bytes, ...]:
    """Return the digests of the same file, also by search keys of before that are still here.

    What came is not kept, so that another search key cannot make its digest anew.
    """
    return digest_of(work, checked), *work.vault.earlier_blinds("scan", checked.came, 32)


def _refusal(code: str) -> str:
    return {
        "size": _s("ファイルが大きすぎます。10メガバイトまでのファイルを選んでください。"),
        "kind": _s(
            "このファイルは受け取れません。PDF、TIFF、PNG、JPEG のどれかで保存して、"
            "もう一度選んでください。"
        ),
        "pixels": _s(
            "画像が大きすぎます。300dpi くらいでスキャンしなおして、もう一度選んでください。"
        ),
        "pages": _s(
            "ページが多すぎるか、1ページもありません。30ページまでに分けて、"
            "もう一度選んでください。"
        ),
        "encrypted": _s(
            "暗号化されたPDFは受け取れません。パスワードを外して保存するか、"
            "紙をスキャンしてください。"
        ),
        "active": _s(
            "スクリプト、自動の動作、添付ファイルのあるPDFは受け取れません。"
            "紙に印刷してスキャンするか、画像で保存してください。"
        ),
    }.get(
        code,
        _s("ファイルが壊れているため、読めません。スキャンしなおして、もう一度選んでください。"),
    )


def store_scan(work: Work, checked: CheckedScan, *, household_id: int | None = None) -> Scan:
    """Store a picture under a data key of its own; ``household_id`` where it is known.

    The draft of which it was made is gone with the same transaction.
    """
    key, wrapped = work.vault.new_data_key()
    digest = digest_of(work, checked)
    row = Scan(
        household_id=household_id,
        media_type=checked.media_type,
        pages=checked.pages,
        size=len(checked.data),
        digest=digest,
        wrapped_key=wrapped,
        sealed=seal(key, checked.data, b"scan:" + digest),
        stored_by=work.actor.id,
        stored_at=work.now,
    )
    work.session.add(row)
    if checked.draft_id is not None:
        work.session.execute(delete(ScanDraft).where(ScanDraft.id == checked.draft_id))
    work.session.flush()
    record(
        work,
        "scan.stored",
        "scan",
        row.id,
        household_id=household_id,
        media_type=row.media_type,
        size=row.size,
        black=len(checked.marks),
    )
    return row


def visible_scan(session: Session, scan_id: int, *, include_protected: bool) -> Scan | None:
    """Return a scan without its content; None where there is none, or the reader may not know."""
    row = session.get(Scan, scan_id)
    if include_protected:
        return row
    forms = (
        select(Household.protected)
        .join(Request, Request.household_id == Household.id)
        .join(PaperForm, PaperForm.request_id == Request.id)
        .where(PaperForm.scan_id == scan_id)
    )
    own = (
        select(Household.protected)
        .join(Scan, Scan.household_id == Household.id)
        .where(Scan.id == scan_id)
    )
    hidden = any(session.scalars(own.union_all(forms)))  # asked for one that is not there as well
    return None if row is None or row.ward_only or hidden else row


def open_scan(work: Work, scan_id: int, reason: ScanReason) -> tuple[bytes, str]:
    """Return content and media type of a scan for a reader who may see it, and log the view.

    Raises:
        NotFoundError: there is none of that key.
        IntegrityFaultError: wrong key or a row that was changed or moved.
    """
    row = work.session.get(Scan, scan_id)
    if row is None:
        raise NotFoundError(_s("この書類は見つかりませんでした。"))
    data = unseal(work.vault.unwrap(row.wrapped_key), row.sealed, b"scan:" + row.digest)
    record(work, "scan.viewed", "scan", row.id, household_id=row.household_id, reason=reason.value)
    return data, row.media_type


def page_picture(data: bytes, number: int) -> bytes:
    """Return one page (from 1) of a stored PDF or TIFF as PNG, drawn in a process of its own.

    Raises:
        BusyError: it could not be drawn now.
    """
    return _drawn(read_apart(READER, data, "draw", str(number), seconds=PATIENCE))


def preview(received: ReceivedScan, number: int, marks: Sequence[Mark], corner: str) -> bytes:
    """Return one page (from 1) as PNG with its black marks and a grid, to mark more of it.

    ``corner`` is a place as ``across:down``, shown as a cross; empty for none.

    Raises:
        BusyError: it could not be drawn now.
    """
    words = ("preview", str(number), written(marks), corner)
    return _drawn(read_apart(READER, received.data, *words, seconds=PATIENCE))


def _drawn(picture: bytes) -> bytes:
    if not picture:
        raise _not_drawn()
    return picture


def _not_drawn() -> BusyError:
    return BusyError(
        _s("いま、このページを表示できません。少したってから、もう一度お試しください。")
    )
