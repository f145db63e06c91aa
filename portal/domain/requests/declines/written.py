"""What is written on a decline: why, a message, and a number for calls about it; all optional."""

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

BY_TELEPHONE = "a decline is never taken on the telephone"
FREE = "free words and numbers stay with the request"
NO_CALL = "says nothing about calling"


class WhyDecline(Labeled):
    """Why a household declines, as the journey offers it; the answer is optional."""

    NOT_NEEDED = "not_needed", lambda: _("必要がない")
    FOR_OTHERS = "for_others", lambda: _("ほかのことに使ってほしい")
    MOVING = "moving", lambda: _("区の外へ引っ越す")
    OTHER = "other", lambda: _("そのほか")


@dataclass(frozen=True, slots=True)
class DeclineNote:
    """What was written; ``telephone`` serves calls about the request only."""

    reason: WhyDecline | None = None
    text: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)


WRITTEN = flat_form(
    DeclineNote,
    (
        Field(
            "reason",
            Choice(WhyDecline, lambda: _("理由を、ひとつ選んでください。")),
            label=lambda: _("理由"),
            short=lambda: _("理由"),
            staff=lambda: _s("理由"),
            privacy=Privacy.COUNTED,
            absent=everywhere_but(((Place.CALL,), BY_TELEPHONE), ((Place.DIAL,), NO_CALL)),
        ),
        message_field(
            500,
            everywhere_but(
                ((Place.CALL,), BY_TELEPHONE),
                ((Place.DIAL,), NO_CALL),
                ((Place.EXPORT,), FREE),
                ((Place.BLANK,), "the printed form has room beside the reason"),
            ),
        ),
        telephone_field(
            everywhere_but(
                (
                    (Place.PAGE, Place.CHECK, Place.RECEIPT, Place.PDF),
                    "who signed in is reached by the channel of the account",
                ),
                ((Place.CALL,), BY_TELEPHONE),
                ((Place.EXPORT,), FREE),
            ),
        ),
    ),
)
