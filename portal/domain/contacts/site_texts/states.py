"""States of a text: written —release→ released —take_back→ taken back."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class TextState(Labeled):
    """The state of a text for the residents' pages, as staff read it."""

    WRITTEN = "written", lambda: _s("公開待ち")
    RELEASED = "released", lambda: _s("公開ずみ")
    REFUSED = "refused", lambda: _s("区が断った")
    TAKEN_BACK = "taken_back", lambda: _s("取りやめ")


_S = TextState
SITE_TEXT = StateMachine(
    "site_text",
    _S.WRITTEN,
    {
        "release": {_S.WRITTEN: _S.RELEASED},
        "refuse": {_S.WRITTEN: _S.REFUSED},
        "take_back": dict.fromkeys((_S.WRITTEN, _S.RELEASED), _S.TAKEN_BACK),
    },
)
