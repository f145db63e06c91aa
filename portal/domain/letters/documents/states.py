"""States of one version of a document of the ward."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class DocumentState(Labeled):
    """The ward's decision on a version, as staff read it."""

    PROPOSED = "proposed", lambda: _s("区の承認を待っています")
    APPROVED = "approved", lambda: _s("区が承認ずみ")
    REFUSED = "refused", lambda: _s("承認されませんでした")
    REVOKED = "revoked", lambda: _s("承認が取り消されました")


DOCUMENT = StateMachine(
    "document",
    DocumentState.PROPOSED,
    {
        "approve": {DocumentState.PROPOSED: DocumentState.APPROVED},
        "refuse": {DocumentState.PROPOSED: DocumentState.REFUSED},
        "revoke": {DocumentState.APPROVED: DocumentState.REVOKED},
    },
)
"""``revoke``: the ward revokes an approval; nothing more is printed from this version."""
LIVING = (DocumentState.PROPOSED, DocumentState.APPROVED)
"""A content has at most one version in one of these states."""
