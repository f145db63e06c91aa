"""Contradictions of the reply envelope (料金受取人払) with the post's rules and with deadlines."""

from collections.abc import Iterator
from datetime import date

from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.schema import REPLY_ENVELOPE, Program
from portal.domain.foundation.texts import _s

CLASS = "reply_paid"


def check_reply_mail(program: Program) -> Iterator[Finding]:
    """Report an approval that is too long or ends too soon, and a price that is missing."""
    reply = program.reply_mail
    if reply is None:
        if REPLY_ENVELOPE in program.letter_enclosures:
            yield warning_of(
                "reply_without_postage",
                _s(
                    "返信用封筒に、料金受取人払の表示がありません。切手を買えない人は返せません。"
                    "郵便局の承認を受けて、[reply_mail] に書いてください。"
                ),
            )
        return
    if reply.last_day < reply.first_day or reply.last_day > _two_years_after(reply.first_day):
        yield error_of(
            "reply_validity",
            _s("[reply_mail] の期間は、from から2年以内です。承認の書類を確かめてください。"),
        )
    needed = max(
        window.last_day
        for window in (
            program.windows.decline,
            program.windows.alternative,
            program.windows.redelivery,
        )
    )
    if reply.last_day < needed:
        yield error_of(
            "reply_ends_early",
            _s(
                "返信用封筒は%(to)sまでですが、書類は%(day)sまで受け付けます。"
                "有効期間を延ばす承認を受けてください。"
            )
            % {"to": reply.last_day.isoformat(), "day": needed.isoformat()},
        )
    if program.postage.yen(CLASS) is None:
        yield warning_of(
            "reply_price_missing",
            _s("[postage] に reply_paid（郵便料と手数料、1通の円）がないので、費用に入りません。"),
        )


def _two_years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 2)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 2, day=28)
