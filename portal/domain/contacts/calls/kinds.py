"""The vocabulary that describes a call: channel, direction, language, caller, category, result.

Categories are those of ``domain.md`` §5.4, from the questions that such programs really get; the
monthly report counts by them (clause 6(7)①).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CallChannel(StrEnum):
    """The channel of the contact; ``form`` is a paper form on an agent's tray."""

    PHONE = "phone"
    FAX = "fax"
    COUNTER = "counter"
    FORM = "form"


class Direction(StrEnum):
    """Who called whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallLanguage(StrEnum):
    """The languages of the specification (clause 6(3)), and any other through an interpreter."""

    JA = "ja"
    EN = "en"
    ZH = "zh"
    KO = "ko"
    OTHER = "other"


SPOKEN: Mapping[str, str] = MappingProxyType({"en": "en", "zh": "zh_Hans", "ko": "ko"})
"""The locale in which a caller is addressed, by language.

An interpreter hears Japanese, as everybody else does.
"""


def language_of_locale(locale: str | None) -> CallLanguage:
    """Return the call language for a reader of the site in ``locale``; Japanese if unknown."""
    language = (locale or "").partition("_")[0]
    return CallLanguage(language) if language in SPOKEN else CallLanguage.JA


class Relation(StrEnum):
    """The relation that the caller claims; recorded, never believed: the level decides."""

    HOUSEHOLDER = "householder"
    OTHER_PARENT = "other_parent"
    CHILD = "child"
    OTHER = "other"


class Result(StrEnum):
    """How a call ended."""

    DONE = "done"
    CALL_BACK = "call_back"
    PASSED = "passed"
    PENDING = "pending"


CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "program": ("age", "base_date", "income", "birth", "moving", "living_apart", "facility"),
    "delivery": ("not_arrived", "absent", "redelivery", "addressee", "forwarding"),
    "signin": ("lost_letter", "one_time_code", "new_phone"),
    "coupon": (
        "how_to_use",
        "shops",
        "last_day",
        "balance",
        "second_phone",
        "part_use",
        "wrong_exchange",
        "error",
    ),
    "alternative": ("how_to_ask", "when_it_comes", "other_question"),
    "decline": ("how_to_decline", "take_back"),
    "privacy": ("personal_data", "fraud"),
    "opinion": ("opinion", "complaint"),
    "languages": ("interpreting", "translated_text"),
    "other": ("other", "passed_to_ward"),
}
"""Two levels: category → subcategories."""
