"""The results of a check for a row and for a household, with their labels for staff."""

from portal.domain.foundation.texts import Labeled, _s


class RowDisposition(Labeled):
    """The result for a row."""

    ACCEPT = "accept", lambda: _s("受け入れ")
    EXCLUDE = "exclude", lambda: _s("対象外")
    REJECT = "reject", lambda: _s("受け入れられない")


class HouseholdDisposition(Labeled):
    """The result for a household."""

    ISSUE = "issue", lambda: _s("発行")
    HOLD = "hold", lambda: _s("保留")
    NONE = "none", lambda: _s("対象のこどもなし")
    REJECT = "reject", lambda: _s("受け入れられない")
