"""The picture of a coupon that a family keeps on its telephone, for a place without a line.

Whoever finds it learns no name. It holds the code and is worth as much; it says when it was saved,
until when it can be used, whom to call, and how to delete it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, current_locale
from portal.domain.letters.letters.drawing.picture import Picture, draw_picture
from portal.domain.letters.letters.drawing.window import pieces
from portal.domain.people.coupons.qr import modules_of_png


@dataclass(frozen=True, slots=True, repr=False)
class KeptCoupon:
    """What the picture shows of a coupon; it has no ``repr``: it is money.

    Attributes:
        amount_yen: The face value.
        number: The number that people read out.
        pin: The PIN, "" where there is none.
        image: The QR code as a PNG.
        exchange_to: The last day on which it can be received, if known.
        use_to: The last day on which it can be spent, if known.
    """

    amount_yen: int
    number: str
    pin: str
    image: bytes
    exchange_to: date | None
    use_to: date | None


def coupon_picture(program: Program, kept: KeptCoupon, now: datetime) -> bytes:
    """Return the picture (PNG) in the current language, saved at ``now`` (UTC)."""
    return draw_picture(
        Picture(
            locale=current_locale(),
            title=pieces(_("電子クーポン %(amount)s円") % {"amount": f"{kept.amount_yen:,}"}),
            code=kept.image,
            modules=modules_of_png(kept.image),
            number=kept.number,
            pin=pieces(f"{_('暗証番号（PIN）')}: {kept.pin}") if kept.pin else [],
            lines=[pieces(line) for line in _days(kept)],
            small=[pieces(line) for line in _notes(program, now)],
        )
    )


def _days(kept: KeptCoupon) -> list[str]:
    found = []
    if kept.exchange_to is not None:
        day = format_day(kept.exchange_to)
        found.append(_("交換できるのは、%(day)sまでです。") % {"day": day})
    if kept.use_to is not None:
        day = format_day(kept.use_to)
        found.append(_("交換したあとに使えるのは、%(day)sまでです。") % {"day": day})
    return found


def _notes(program: Program, now: datetime) -> list[str]:
    issuer, contact = program.issuer, program.contact
    return [
        _("お金にかえること、ほかの人にわたすこと、売ることはできません。"),
        *str(issuer.terms).split("\n"),
        f"{_('クーポンの会社')}: {issuer.name} {issuer.telephone}",
        f"{program.names.office} {contact.telephone}",
        _("保存した日時: %(at)s。この画像は、お金と同じです。") % {"at": instant_text(now)},
        _("使い終わったら、写真のアプリで消して、「最近削除した項目」からも消してください。"),
    ]
