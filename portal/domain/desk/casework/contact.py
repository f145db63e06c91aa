"""One contact with a household, and who reads it."""

from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Integer, bindparam

from portal.domain.foundation.base import BigId
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.vault import Vault

LIMIT = 60
"""The maximum number of contacts of a kind, and of all."""
RECENT = 20
"""How many contacts a page shows until the earlier ones are asked for."""
KEY = bindparam("household_id", type_=BigId)
MOST = bindparam("most", type_=Integer(), literal_execute=True)
"""Parameters of the statements that read contacts: the household, and how many of a kind.

How many stands in the text: as a parameter, which PostgreSQL cannot know when it plans for all
households, each page would have its statements planned anew.
"""


class ContactKind(Labeled):
    """How somebody was in contact, as staff read it."""

    CALL = "call", lambda: _s("電話")
    FAX = "fax", lambda: _s("FAX")
    FAX_REPLY = "fax_reply", lambda: _s("FAXの返事")
    CALL_BACK = "call_back", lambda: _s("折り返し")
    QUESTION = "question", lambda: _s("区への引き継ぎ")
    REQUEST = "request", lambda: _s("申請")
    LETTER = "letter", lambda: _s("手紙")
    NOTE = "note", lambda: _s("メモ")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact.

    Attributes:
        at: When (UTC).
        kind: How.
        key: The key of its row.
        receipt_no: Its receipt number; "" for a letter.
        what: What it was about, in the staff's language.
        outcome: What became of it.
        by: The key of who of the staff took it; None for nobody.
        of_ward: Whether it is the ward's; then the reader may know nothing else of it.
        has_text: Whether words stand there that the reader may read.
        text: The words, if they are shown.
    """

    at: datetime
    kind: ContactKind
    key: int
    receipt_no: str
    what: str = ""
    outcome: str = ""
    by: int | None = None
    of_ward: bool = False
    has_text: bool = False
    text: str = field(default="", repr=False)


class HistoryReader(Struct, frozen=True):
    """Who reads: of the ward; and whether the words of calls and notes are shown now.

    ``agent`` is the key of an agent, who is told what a question to the ward is about only if this
    person raised it. ``most`` is how many contacts are asked for.
    """

    of_ward: bool
    vault: Vault
    shows_text: bool = False
    agent: int | None = None
    most: int = LIMIT
