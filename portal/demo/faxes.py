"""Two incoming FAX: a deaf parent asks for the letter again, and an advertisement."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from portal.domain.contacts.faxes.services import NewFax, receive
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import JST
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.letters.drawing.fonts import font_folders
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import HouseholdView, view_household
from portal.domain.requests.requests.scans import burn_in, check_scan
from portal.platform.site import Site

SIZE, DOTS = (1728, 2200), (204.0, 196.0)
"""A page as FAX machines send it in their fine resolution: dots, and dots per inch."""
ADVERTISEMENT = (
    "事務用品のご案内",
    "",
    "コピー用紙 全品 20パーセント引き",
    "ご注文は、このFAXでどうぞ。",
)
SENDERS = ("03-1234-0142", "03-1234-0199")


def add_faxes(site: Site, visitor_household: int, officer: Actor) -> None:
    """Record both FAX; neither concerns the visitor's household."""
    with site.database.write() as session:
        now = site.clock.now(session)
        family = session.scalars(
            select(Household.id)
            .where(
                Household.protected.is_(False),
                Household.id != visitor_household,
                Household.id.in_(select(Credential.household_id)),
            )
            .order_by(Household.id)
            .limit(1)
        ).one()
        asked = _request(view_household(site.work(session), family))
        for hours, sender, lines in ((3, SENDERS[0], asked), (1, SENDERS[1], ADVERTISEMENT)):
            at = now - timedelta(hours=hours)
            new = NewFax(at, burn_in(check_scan(_drawn(lines, sender, at))), sender=sender)
            receive(site.work(session, officer, now), site.program.calendar, new)


def _request(view: HouseholdView) -> tuple[str, ...]:
    fields, child = view.fields, view.children[0].fields
    return (
        "コールセンター御中",
        "",
        "耳が聞こえないので、FAXで失礼します。",
        "手紙がまだ届いていません。",
        "もう一度送ってください。",
        "",
        f"世帯主: {fields.name}",
        f"世帯主の生年月日: {_day(fields.birth)}",
        f"こどもの生年月日: {_day(child.birth)}",
        f"郵便番号: {fields.postal_code[:3]}-{fields.postal_code[3:]}",
        "",
        f"返信はこのFAXへ: {SENDERS[0]}",
    )


def _day(birth: date | None) -> str:
    return format_wareki(birth) if birth is not None else "－"


def _drawn(lines: tuple[str, ...], sender: str, at: datetime) -> bytes:
    """Return a page with the sender's header line and the text, as a FAX machine stores it."""
    page = Image.new("1", SIZE, 1)
    pen, font = ImageDraw.Draw(page), _font(54)
    pen.text(
        (60, 20),
        f"{at.astimezone(JST):%Y/%m/%d %H:%M}    FROM: {sender}    P.1/1",
        fill=0,
        font=_font(30),
    )
    for place, line in enumerate(lines):
        pen.text((150, 220 + 110 * place), line, fill=0, font=font)
    out = io.BytesIO()
    page.save(out, "TIFF", compression="group4", dpi=DOTS)
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    found: list[Path] = sorted(
        path for folder in font_folders() for path in folder.glob("NotoSansCJK-Regular.ttc")
    )
    return ImageFont.truetype(found[0], size)
