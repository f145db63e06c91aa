"""Hand-over sheets as the senders of files write them, by figures that they know themselves."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.transfers.chain import open_transfers
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import RULES, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import announce
from portal.domain.foundation.transfers.sheets import Sheet
from portal.domain.foundation.transfers.vouching import vouch
from portal.domain.foundation.work import Work
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.services import Profile, add_staff

WARDS_ACCOUNT, PASSWORD = "sheets-of-the-ward", "a heron over the wide river 44"

SENDERS = {
    TransferKind.EXTRACT: "汐風区 情報政策課",
    TransferKind.PROTECTION_LIST: "汐風区 区民課",
    TransferKind.CODES: "発行者",
    TransferKind.STATEMENT: "発行者",
    TransferKind.TRACKING: "汐風郵便局",
    TransferKind.ANSWERS: "汐風区 子育て支援課",
}


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def extract_figures(totals: Mapping[str, Any], data: bytes) -> Figures:
    """What a ward writes on the sheet of an extract with these totals."""
    return Figures(
        rows=totals["records"],
        children=totals["children_issue"] + totals["children_hold"],
        yen=totals["yen_issue"] + totals["yen_hold"],
        sha256=digest_of(data),
    )


def sheet(kind: TransferKind, path: Path, figures: Figures, number: str = "") -> Sheet:
    return Sheet(kind, path.name, SENDERS[kind], figures, number)


def of_ward(work: Work) -> Work:
    """Act as an account of the ward that enters and confirms the ward's figures."""
    known = select(StaffUser.id).where(StaffUser.login == WARDS_ACCOUNT)
    key = work.session.scalar(known)
    if key is None:
        profile = Profile(WARDS_ACCOUNT, "送付票の職員", Organization.WARD, Role.WARD_OFFICER)
        key = add_staff(work, profile, password=PASSWORD, enrolled=True).user.id
    return work.acting_as(Actor(Role.WARD_OFFICER, key, Organization.WARD))


def announced(work: Work, kind: TransferKind, path: Path, figures: Figures) -> FileTransfer:
    """Enter the sheet that came with a file: the ward's by an account of the ward.

    Another's by a command, so that nobody enters both sides.
    """
    sender = of_ward(work) if RULES[kind].of_ward else work.acting_as(SYSTEM)
    return announce(sender, sheet(kind, path, figures))


def confirm_sides(work: Work) -> None:
    """Let the ward confirm all figures that others entered for it."""
    for row in open_transfers(work.session):
        if row.is_one_sided:
            vouch(of_ward(work), row.id)


def written_sheet(folder: Path, kind: TransferKind, path: Path, figures: Figures) -> Path:
    """Write a sheet as the file that a sender gives."""
    lines = [
        "項目,値",
        f"種類,{kind.label}",
        f"ファイルの名前,{path.name}",
        f"送った人,{SENDERS[kind]}",
        f"件数,{figures.rows}",
    ]
    if figures.children is not None:
        lines.append(f"こどもの数,{figures.children}")
    if figures.yen is not None:
        lines.append(f"金額（円）,{figures.yen}")
    if figures.sha256 is not None:
        lines.append(f"SHA-256,{figures.sha256}")
    made = folder / f"{path.stem}-sheet.csv"
    made.write_text("\n".join(lines) + "\n", encoding="cp932")
    return made


def expecting(program: Program, children: int | None) -> Program:
    """The program of a ward that expects so many children."""
    return replace(program, eligibility=replace(program.eligibility, expected_children=children))
