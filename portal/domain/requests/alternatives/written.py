"""What is written on a request for paper: why, a message, and a number for calls about it."""

from dataclasses import dataclass, field

from portal.domain.foundation.texts import Labeled, _, _s
from portal.domain.requests.requests.fields import (
    Choice,
    Field,
    Place,
    Privacy,
    everywhere_but,
    flat_form,
)
from portal.domain.requests.requests.shared_fields import message_field, telephone_field

FREE = "free words and numbers stay with the request"
NO_CALL = "says nothing about calling"
SAY_WHO = "say_who"
"""The field in which a household writes whether whoever calls may name the ward."""


class WhyPaper(Labeled):
    """Why a person cannot use an electronic coupon (``domain.md`` §4.4)."""

    NO_SMARTPHONE = "no_smartphone", lambda: _("スマートフォンやパソコンがない")
    CANNOT_OPERATE = "cannot_operate", lambda: _("画面の操作がむずかしい")
    DISABILITY = "disability", lambda: _("障害や病気のため、使えない")
    OTHER = "other", lambda: _("そのほか")


class CallTime(Labeled):
    """When staff may call."""

    ANY = "any", lambda: _("受付時間の中なら、いつでもよい")
    MORNING = "morning", lambda: _("午前がよい")
    AFTERNOON = "afternoon", lambda: _("午後がよい")


class SayWho(Labeled):
    """Whether a caller of the office may name the ward: another person may answer or listen."""

    YES = "yes", lambda: _("区の名前を言ってもよい")
    NO = "no", lambda: _("区の名前を言わないでほしい")


@dataclass(frozen=True, slots=True)
class PaperWish:
    """What was written; ``telephone`` serves calls about the request only."""

    why: WhyPaper | None = None
    text: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    call_time: CallTime | None = None
    say_who: SayWho | None = None


WRITTEN = flat_form(
    PaperWish,
    (
        Field(
            "why",
            Choice(WhyPaper, lambda: _("電子クーポンを使えない理由を、ひとつ選んでください。")),
            label=lambda: _("電子クーポンを使えない理由"),
            short=lambda: _("理由"),
            staff=lambda: _s("理由"),
            privacy=Privacy.COUNTED,
            needed=frozenset({Place.PAGE, Place.CALL}),
            absent=everywhere_but(((Place.DIAL,), NO_CALL)),
        ),
        Field(
            "call_time",
            Choice(CallTime, lambda: _("電話をしてもよい時間を、ひとつ選んでください。")),
            label=lambda: _("確かめたいことがあるとき、いつ電話をしてもよいですか"),
            short=lambda: _("電話をしてもよい時間"),
            staff=lambda: _s("電話をしてもよい時間"),
            printed="電話をしてもよい時間",
            privacy=Privacy.COUNTED,
        ),
        Field(
            SAY_WHO,
            Choice(SayWho, lambda: _("区の名前を言ってもよいかを、ひとつ選んでください。")),
            label=lambda: _("ほかの人が電話に出たとき、区の名前を言ってもよいですか"),
            short=lambda: _("電話で区の名前を言うこと"),
            staff=lambda: _s("電話で区の名前を言うこと"),
            printed="ほかの人が出たとき",
            privacy=Privacy.COUNTED,
            alerts=frozenset({SayWho.NO}),
        ),
        message_field(
            400,
            everywhere_but(
                ((Place.DIAL,), NO_CALL),
                ((Place.EXPORT,), FREE),
                ((Place.CALL,), "the agent writes what was said into the record of the call"),
                ((Place.BLANK,), "the printed form has room beside the reason"),
            ),
        ),
        telephone_field(
            everywhere_but(
                (
                    (Place.PAGE, Place.CHECK, Place.RECEIPT, Place.PDF),
                    "who signed in is reached by the channel of the account",
                ),
                ((Place.CALL,), "the person is on the telephone, and is called at a known number"),
                ((Place.EXPORT,), FREE),
            ),
        ),
    ),
)
