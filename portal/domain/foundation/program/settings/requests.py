"""The ward's settings for requests: decline, paper alternative, redelivery and their review."""

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.toml.sections import Section


class PostalRule(StrEnum):
    """Which day counts for a form by post.

    The day of arrival (必着), or the day of the postmark (消印有効).
    """

    ARRIVAL = "arrival"
    POSTMARK = "postmark"


class AdultRule(StrEnum):
    """Who declares for a person who is 18 or older on that day (``domain.md`` §1.2 no. 8)."""

    HOUSEHOLDER = "householder"
    COUNTERSIGN = "countersign"
    WARD = "ward"


class AbsenceWay(StrEnum):
    """How a household without a channel hears that the post office stores its mail.

    A card, or a call to a number it left.
    """

    CARD = "card"
    CALL_BACK = "call_back"


REVIEW_KINDS = ("decline", "alternative", "redelivery", "recipient_change", "addition")


@dataclass(frozen=True, slots=True)
class AlternativeProduct:
    """A paper product in pieces (cards) of ``piece_yen`` yen each.

    A child gets as many as make up its amount.
    """

    id: str
    name: LocalText
    piece_yen: int

    def pieces_of(self, amount_yen: int) -> int:
        """Return how many pieces make up an amount.

        ``checks`` refuses a program in which the number is not whole.
        """
        return amount_yen // self.piece_yen


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """The ward's rules for requests; yen, counts and business days."""

    postal_rule: PostalRule
    adult_rule: AdultRule
    four_eyes: frozenset[str]
    redeliveries: int
    registered_limit_yen: int
    due_business_days: int
    first_redelivery_unasked: bool
    returned_keep_days: int
    absence_without_channel: AbsenceWay

    @property
    def by_postmark(self) -> bool:
        """Whether the day of the postmark counts for a form by post."""
        return self.postal_rule is PostalRule.POSTMARK


def read_request_settings(root: Section) -> RequestSettings:
    """Read ``[decline]``, ``[redelivery]``, ``[parcel]``, ``[review]`` and ``[absence]``.

    Every key has a default.
    """
    decline = root.table("decline", required=False)
    redelivery = root.table("redelivery", required=False)
    parcel = root.table("parcel", required=False)
    review = root.table("review", required=False)
    return RequestSettings(
        postal_rule=decline.member("postal_rule", PostalRule, PostalRule.ARRIVAL),
        adult_rule=decline.member("adult_rule", AdultRule, AdultRule.HOUSEHOLDER),
        four_eyes=frozenset(review.choices("four_eyes", REVIEW_KINDS, ())),
        # specification 7(4)②: at least two after the first delivery
        redeliveries=redelivery.whole("count", 2, low=2, high=9),
        registered_limit_yen=parcel.whole("registered_limit_yen", 50_000, low=1, high=5_000_000),
        due_business_days=review.whole("due_business_days", 3, low=1, high=30),
        first_redelivery_unasked=redelivery.flag("first_unasked", default=False),
        returned_keep_days=root.table("returned_mail", required=False).whole(
            "keep_days", 180, low=1, high=3650
        ),
        absence_without_channel=root.table("absence", required=False).member(
            "without_channel", AbsenceWay, AbsenceWay.CARD
        ),
    )
