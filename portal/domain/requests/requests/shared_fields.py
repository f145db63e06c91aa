"""Fields that several kinds of request have unchanged."""

from collections.abc import Mapping

from portal.domain.foundation.texts import _, _s
from portal.domain.requests.requests.fields import Field, Place, Telephone, Words


def message_field(limit: int, absent: Mapping[Place, str]) -> Field:
    """Return the field for free words to the office."""
    return Field(
        "text",
        Words(limit),
        label=lambda: _("伝えたいこと"),
        short=lambda: _("伝えたいこと"),
        staff=lambda: _s("伝えたいこと"),
        absent=absent,
    )


def telephone_field(absent: Mapping[Place, str]) -> Field:
    """Return the field for a number that serves calls about the request only."""
    return Field(
        "telephone",
        Telephone(),
        label=lambda: _("電話番号"),
        short=lambda: _("電話番号"),
        staff=lambda: _s("電話番号"),
        printed="日中の電話番号",
        absent=absent,
    )
