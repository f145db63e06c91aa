"""What reviewers may decide, what one of them decided, and the reply to the resident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from portal.domain.foundation.texts import Labeled, _s


class Decision(Labeled):
    """A decision of a reviewer, as the page offers it."""

    ACCEPT = "accept", lambda: _s("承認する")
    APPROVE = "approve", lambda: _s("承認する")
    RETURN = "return", lambda: _s("直してもらう（本人に戻す）")
    REFUSE = "refuse", lambda: _s("お断りする")
    MARK_UNCLEAR = "mark_unclear", lambda: _s("はっきりしない（辞退として扱わない）")
    CLARIFY = "clarify", lambda: _s("はっきりした（審査にもどす）")
    COUNTERSIGNED = "countersigned", lambda: _s("18歳以上の本人の署名が届いた（審査にもどす）")
    CHOOSE = "choose", lambda: _s("世帯を選ぶ（まだ何も送りません）")
    TO_WARD = "to_ward", lambda: _s("区に回す")


ACCEPTING = (Decision.ACCEPT, Decision.APPROVE)
REASONED = frozenset({Decision.RETURN, Decision.REFUSE, Decision.MARK_UNCLEAR})
"""Decisions whose reason the resident reads."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the resident reads about a return or a refusal.

    Attributes:
        reason: A standard reason of the kind.
        text: The reviewer's own words beside it; "" for none.
    """

    reason: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a reviewer decided.

    Attributes:
        action: One of the kind's decisions, as the form names it.
        reason: A standard reason of the kind; "" where the resident reads none.
        text: The reviewer's own words for the resident.
        more: The fields of the kind's own part of the page, as typed.
    """

    action: str
    reason: str = ""
    text: str = field(default="", repr=False)
    more: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def reply(self) -> Reply:
        """The reply to the resident."""
        return Reply(self.reason, self.text)
