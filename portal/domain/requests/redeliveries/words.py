"""What residents read about redelivery: why not now and what else is possible, reasons, and steps."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _, _n
from portal.domain.letters.letters.orders import living_letter
from portal.domain.letters.shipments.queries import shipment
from portal.domain.letters.shipments.words import where
from portal.domain.requests.redeliveries.letter_status import Bar, LetterStatus
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import LETTER, redelivery_of
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.steps import Step

REASONS: Mapping[str, Callable[[], str]] = {
    "limit": lambda: _(
        "決められた回数まで、もう送りました。コールセンターか区の窓口に、ご相談ください。"
    ),
    "at_post_office": lambda: _("郵便局で預かっています。郵便局に、再配達を頼んでください。"),
    "delivered": lambda: _("もう届いていることを、確かめました。"),
    "address": lambda: _("登録された住所では届かないため、区からご連絡します。"),
    "duplicate": lambda: _("同じ申し込みを、ほかに受け付けています。"),
    "late": lambda: _("受付の期間が終わったあとに届いたため、もう一度送ることができませんでした。"),
    "restocked": lambda: _("荷物は、事務局に戻りました。どうするかを、区に確かめています。"),
    "replaced": lambda: _("郵便局で荷物がなくなったため、代わりの荷物を送ります。"),
    "lost": lambda: _("郵便局で荷物がなくなりました。どうするかを、区に確かめています。"),
    "not_found": lambda: _("書かれた内容に合う方が、見つかりませんでした。"),
    "other": lambda: _("くわしくは、コールセンターにお電話ください。"),
}
"""Standard reasons of a refusal."""


def bar_text(status: LetterStatus) -> str:
    """Say why it cannot be asked for now, and what to do instead; "" where it can."""
    match status.bar:
        case None:
            return ""
        case Bar.NOT_SENT:
            return _("まだ送っていません。届くまで、もう少しお待ちください。")
        case Bar.ASKED:
            number = status.asked.receipt_no if status.asked is not None else ""
            return _("再配送を、もう受け付けています。受付番号は %(number)s です。") % {
                "number": number
            }
        case Bar.LIMIT:
            count = status.used
            return _n(
                "再配送は%(count)d回までです。もう送れません。"
                "コールセンターに電話するか、区の窓口に来てください。受け取り方を、"
                "いっしょに考えます。",
                "再配送は%(count)d回までです。もう送れません。"
                "コールセンターに電話するか、区の窓口に来てください。受け取り方を、"
                "いっしょに考えます。",
                count,
            ) % {"count": count}
        case Bar.AT_POST_OFFICE if status.kept_until is not None:
            return _(
                "郵便局が、%(day)sまで預かっています。不在連絡票を見て、"
                "郵便局に再配達を頼んでください。"
            ) % {"day": format_day(status.kept_until)}
        case Bar.AT_POST_OFFICE:
            return _("郵便局が預かっています。不在連絡票を見て、郵便局に再配達を頼んでください。")
        case Bar.DELIVERED:
            return _(
                "郵便局の記録では、届いています。家族の方が受け取っていないか、"
                "たしかめてください。見つからないときは、コールセンターにお電話ください。"
            )
        case Bar.ON_THE_WAY if status.next_day is not None:
            return _(
                "届けている途中かもしれません。%(day)sになっても届かないときに、申し込めます。"
            ) % {"day": format_day(status.next_day)}
        case Bar.ON_THE_WAY:
            return _(
                "届けている途中かもしれません。届かないときは、コールセンターにお電話ください。"
            )


def said_text(status: LetterStatus) -> str:
    """Say the same as ``bar_text`` to somebody who is on the telephone with us.

    Nobody is told to call.
    """
    match status.bar:
        case Bar.LIMIT:
            count = status.used
            return _n(
                "再配送は%(count)d回までです。もう送れません。どうすれば受け取れるかを、"
                "区に確かめます。",
                "再配送は%(count)d回までです。もう送れません。どうすれば受け取れるかを、"
                "区に確かめます。",
                count,
            ) % {"count": count}
        case Bar.DELIVERED:
            return _(
                "郵便局の記録では、届いています。家族の方が受け取っていないか、"
                "たしかめてください。見つからないときは、区に確かめます。"
            )
        case Bar.ON_THE_WAY if status.next_day is None:
            return _("届けている途中かもしれません。届かないときは、どうするかを区に確かめます。")
        case _other:
            return bar_text(status)


def steps_of(session: Session, request: Request) -> tuple[Step, ...]:
    """Return what happened with a request for redelivery and what comes next, in the resident's language."""
    row = redelivery_of(session, request.id)
    steps = [Step(request.received_at, _("申し込みを受け付けました。"))]
    if row.confirmed_at is not None:
        steps.append(Step(row.confirmed_at, _("ご自身の申し込みだと、確かめました。")))
    match row.state:
        case "submitted" if request.state == "with_resident":
            steps.append(
                Step(
                    None,
                    _("ご自身の申し込みかどうか、答えてください。答えるまで、手紙は送りません。"),
                )
            )
        case "submitted":
            steps.append(
                Step(
                    None,
                    _("担当者が、%(day)sごろまでに確かめます。")
                    % {"day": format_day(request.due_on)},
                )
            )
        case "approved":
            steps.append(Step(row.decided_at, _("もう一度送ることに決まりました。")))
            steps.append(Step(None, _to_come(row)))
        case "fulfilled":
            steps.append(Step(row.decided_at, _("もう一度送ることに決まりました。")))
            steps += _sent_steps(session, request, row)
        case "refused":
            steps.append(Step(row.decided_at, _("もう一度送ることは、できませんでした。")))
        case _withdrawn:
            steps.append(Step(request.closed_at, _("取り下げました。")))
    return tuple(steps)


def _to_come(row: Redelivery) -> str:
    if row.item == LETTER:
        return _(
            "次の印刷で、新しいIDとパスワードの手紙を作ります。それまでは、前の手紙も使えます。"
        )
    return _("荷物を、もう一度送る準備をします。")


def _sent_steps(session: Session, request: Request, row: Redelivery) -> list[Step]:
    if row.item != LETTER:
        sent = shipment(session, row.shipment_id)
        return [
            Step(request.closed_at, _("荷物を、もう一度送りました。")),
            *([Step(None, where(sent))] if sent else []),
        ]
    steps = [
        Step(
            request.closed_at,
            _("新しい手紙を印刷しました。前の手紙のパスワードは、使えなくなりました。"),
        )
    ]
    letter = living_letter(session, request.household_id or 0)
    if letter is not None and letter.handed_over_at is not None:
        steps.append(Step(letter.handed_over_at, _("新しい手紙を、郵便局に渡しました。")))
    else:
        steps.append(Step(None, _("まもなく、新しい手紙を送ります。")))
    return steps
