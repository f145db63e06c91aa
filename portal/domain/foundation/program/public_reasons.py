"""Why the telephone is answered at other times than usual, in the words that residents read."""

from portal.domain.foundation.texts import Labeled, _


class PublicReason(Labeled):
    """The reasons to choose from: none names a person, and each is translated."""

    MAINTENANCE = "maintenance", lambda: _("設備の点検のため")
    DISASTER = "disaster", lambda: _("災害や悪い天気のため")
    BUSY = "busy", lambda: _("問い合わせが多いため")
    YEAR_END = "year_end", lambda: _("年末年始のため")
    WARD_EVENT = "ward_event", lambda: _("区の行事のため")
    TRAINING = "training", lambda: _("係の研修のため")
