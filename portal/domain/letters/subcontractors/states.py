"""States of a subcontractor: files are sent only between the ward's consent and the end."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class CompanyState(Labeled):
    """Whether the ward consented to a subcontractor, as staff read it."""

    PROPOSED = "proposed", lambda: _s("区の承諾を待っています")
    CONSENTED = "consented", lambda: _s("承諾ずみ")
    REFUSED = "refused", lambda: _s("承諾されませんでした")
    ENDED = "ended", lambda: _s("終わりました")


SUBCONTRACTOR = StateMachine(
    "subcontractor",
    CompanyState.PROPOSED,
    {
        "consent": {CompanyState.PROPOSED: CompanyState.CONSENTED},
        "refuse": {CompanyState.PROPOSED: CompanyState.REFUSED},
        "end": {
            CompanyState.PROPOSED: CompanyState.ENDED,
            CompanyState.CONSENTED: CompanyState.ENDED,
        },
    },
)
