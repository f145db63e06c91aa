"""What people at the forms of the walk have before them: numbers on paper, and files that came."""

import io

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.escalations.sheet_columns import ANSWER, COLUMNS, RECEIPT
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.roster.checks.towns import load_towns
from tests.support.fields.settling import Settled
from tests.support.fields.walking import Given
from tests.support.fields.world import World
from tests.support.requests.paper import tracking_no

CSV = "text/csv"
FREE_LABEL = tracking_no(987)
"""A label of the post that is on no letter yet."""


def given_to(world: World, settled: Settled) -> Given:
    """Return what is at hand in a world where nothing was pressed yet."""
    with world.database.read() as session:
        return Given(
            _typed(session, world.played.site.program), _files(session), dict(settled.codes)
        )


def _typed(session: Session, program: Program) -> dict[str, str]:
    posted = select(Shipment.letter_id).where(Shipment.letter_id.is_not(None))
    waiting = session.scalars(
        select(Letter.number).where(Letter.id.not_in(posted)).order_by(Letter.id).limit(1)
    ).first()
    sent = session.scalars(
        select(Letter.number).where(Letter.id.in_(posted)).order_by(Letter.id).limit(1)
    ).first()
    towns = sorted(town for names in load_towns(program.towns_file).values() for town in names)
    receipt = session.scalars(select(Escalation.receipt_no).limit(1)).first()
    return {
        "clock": "10:00",
        "at": "2023-08-02",
        "towns": towns[0],
        "last": "GC900010",
        "tracking_no": FREE_LABEL,
        "public_key": "",
        "/posting/scan letter_number": waiting or "",
        "/returns/receive number": sent or "",
        "/escalations/find receipt": receipt or "",
        "/desk/search number": "",
    }


def _files(session: Session) -> dict[str, tuple[str, bytes, str]]:
    number = session.scalars(
        select(Shipment.tracking_no).where(Shipment.tracking_no.is_not(None)).limit(1)
    ).first()
    story = (
        f"お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局\r\n{number},2023/07/30,お届け済み,,\r\n"
    )
    return {
        "/jobs/new/tracking-file/begin": ("post.csv", story.encode("cp932"), CSV),
        "/ward-checklist/upload": (
            "asked.csv",
            "番号,分野,質問\r\n1,組織,認証を取得しているか\r\n".encode(),
            CSV,
        ),
        "/settlement/statement": ("used.csv", "管理番号,状態,利用額,残高\r\n".encode(), CSV),
        "/escalations/answers/upload": ("answers.xlsx", _answers(session), "application/xlsx"),
    }


def _answers(session: Session) -> bytes:
    """The sheet as the ward sends it back, with one answer."""
    number = session.scalars(
        select(Escalation.receipt_no).where(Escalation.state == "open").limit(1)
    ).first()
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_numbers": False}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, COLUMNS)
        answered = {RECEIPT: number or "", ANSWER: "対象になります。"}
        page.write_row(1, 0, [answered.get(name, "") for name in COLUMNS])
    return file.getvalue()
