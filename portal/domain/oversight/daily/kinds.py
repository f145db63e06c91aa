"""Which kinds of daily work there are: who may begin one, who sees it, and the file it takes."""

from collections.abc import Mapping

from msgspec import Struct

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission, held

MEGABYTE = 1_000_000


class KindRule(Struct, frozen=True):
    """The rule of a kind.

    Attributes:
        begins: What somebody must hold to begin, cancel or try it again.
        sees: What somebody must hold to see how it went.
        most_bytes: The largest file that it takes; 0 if it takes none.
    """

    begins: Permission
    sees: Permission
    most_bytes: int = 0


_EXTRACT = KindRule(Permission.KEEP_TRANSFERS, Permission.SEE_ROSTER)
_PRINT = KindRule(Permission.PROPOSE_HAND_OVER, Permission.SEE_LETTERS)
RULES: Mapping[BegunKind, KindRule] = {
    BegunKind.EXTRACT_CHECK: KindRule(
        Permission.KEEP_TRANSFERS, Permission.SEE_ROSTER, 60 * MEGABYTE
    ),
    BegunKind.EXTRACT_IMPORT: _EXTRACT,
    BegunKind.EXTRACT_APPLY: _EXTRACT,
    BegunKind.CODES_LOAD: KindRule(
        Permission.KEEP_TRANSFERS, Permission.SEE_COUPON_STOCK, 20 * MEGABYTE
    ),
    BegunKind.CODES_ASSIGN: KindRule(Permission.KEEP_TRANSFERS, Permission.SEE_COUPON_STOCK),
    BegunKind.SHOPS_LOAD: KindRule(
        Permission.KEEP_TRANSFERS, Permission.SEE_COUPON_STOCK, 5 * MEGABYTE
    ),
    BegunKind.LETTERS_BUILD: _PRINT,
    BegunKind.ADVANCE_BUILD: _PRINT,
    BegunKind.CARDS_PRINT: _PRINT,
    BegunKind.TEST_POSTING: _PRINT,
    BegunKind.ARCHIVE: _PRINT,
    BegunKind.PROOF: _PRINT,
    BegunKind.TRACKING_FILE: KindRule(Permission.TRACK_MAIL, Permission.TRACK_MAIL, 20 * MEGABYTE),
    BegunKind.EXPORT: KindRule(Permission.DECIDE_MANAGEMENT, Permission.DECIDE_MANAGEMENT),
    BegunKind.LEFT_OVER_CODES: KindRule(Permission.PREPARE_SETTLEMENT, Permission.SEE_SETTLEMENT),
}
"""Every kind: it takes what the page of the same subject takes, so that no role gets more by it."""


def may_begin(actor: Actor, kind: BegunKind) -> bool:
    """Return whether somebody may begin work of a kind."""
    return RULES[kind].begins in _held_by(actor)


def may_see(actor: Actor, kind: BegunKind) -> bool:
    """Return whether somebody may see how work of a kind went."""
    return RULES[kind].sees in _held_by(actor)


def require_may(actor: Actor, kind: BegunKind) -> None:
    """Refuse whoever may not begin work of a kind. Raises NotAllowedError."""
    if not may_begin(actor, kind):
        raise NotAllowedError(_s("あなたの役割では、この作業は始められません。"))


def _held_by(actor: Actor) -> frozenset[Permission]:
    return held(actor.role, actor.organization) if actor.organization is not None else frozenset()
