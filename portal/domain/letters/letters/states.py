"""Kinds, reasons and states of letters, and states of print runs, chunks and orders."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class LetterKind(Labeled):
    """What a letter is, as staff read it."""

    CREDENTIAL = "credential", lambda: _s("IDとパスワードのお知らせ")
    ADVANCE = "advance", lambda: _s("事前案内")
    TEST = "test", lambda: _s("試し送り")


CREDENTIAL_LETTER = LetterKind.CREDENTIAL
"""The letter that carries ID and password."""
ADVANCE_NOTICE, TEST_POSTING = WITHOUT_ID = (LetterKind.ADVANCE, LetterKind.TEST)
"""Letters without an ID: to households before the first letter, and trials to the staff."""


class LetterReason(StrEnum):
    """Why a letter was made; a reissue (loss, forgotten password) counts as no redelivery."""

    FIRST = "first"
    REDELIVERY = "redelivery"
    REISSUE = "reissue"


FIRST, REDELIVERY, REISSUE = LetterReason


class LetterState(Labeled):
    """The state of a letter, as staff read it; the last three only for letters without an ID."""

    PREPARED = "prepared", lambda: _s("準備")
    PRINTED = "printed", lambda: _s("印刷ずみ")
    HANDED_OVER = "handed_over", lambda: _s("引き渡しずみ")
    SUPERSEDED = "superseded", lambda: _s("新しい手紙に交代")
    CANCELLED = "cancelled", lambda: _s("取り消し")
    POSTED = "posted", lambda: _s("郵便局に渡した")
    ARRIVED = "arrived", lambda: _s("届いた")
    CAME_BACK = "came_back", lambda: _s("戻った")


PREPARED, PRINTED, HANDED_OVER, SUPERSEDED, CANCELLED, POSTED, ARRIVED, CAME_BACK = LetterState
LIVE = (PREPARED, PRINTED, HANDED_OVER)
"""The letter is valid: neither replaced nor cancelled."""
LETTER = StateMachine(
    "letter",
    PREPARED,
    {
        "print": {PREPARED: PRINTED},
        "hand_over": {PRINTED: HANDED_OVER},
        "supersede": dict.fromkeys(LIVE, SUPERSEDED),
        "cancel": dict.fromkeys(LIVE, CANCELLED),
    },
)
LETTER_WITHOUT_ID = StateMachine(
    "bare_letter",
    PREPARED,
    {
        "print": {PREPARED: PRINTED},
        "hand_over": {PRINTED: HANDED_OVER},
        "post": {HANDED_OVER: POSTED},
        "arrive": {POSTED: ARRIVED},
        "come_back": {POSTED: CAME_BACK},
        "supersede": {PRINTED: SUPERSEDED, HANDED_OVER: SUPERSEDED},
        "cancel": dict.fromkeys(LIVE, CANCELLED),
    },
)
"""Nobody signs for ordinary mail: only a test posting is recorded as arrived."""


class AddressState(StrEnum):
    """Whether a staff member's address is used for test postings."""

    ACTIVE = "active"
    REMOVED = "removed"


TEST_ADDRESS = StateMachine(
    "test_address", AddressState.ACTIVE, {"remove": {AddressState.ACTIVE: AddressState.REMOVED}}
)


class RunState(Labeled):
    """The state of a print run, as staff read it."""

    BUILDING = "building", lambda: _s("作成中")
    BUILT = "built", lambda: _s("作成ずみ")
    HANDED_OVER = "handed_over", lambda: _s("引き渡しずみ")
    DISCARDED = "discarded", lambda: _s("取りやめ")


PRINT_RUN = StateMachine(
    "print_run",
    RunState.BUILDING,
    {
        "finish": {RunState.BUILDING: RunState.BUILT},
        "hand_over": {RunState.BUILT: RunState.HANDED_OVER},
        "discard": {RunState.BUILT: RunState.DISCARDED},
        "lose": dict.fromkeys((RunState.BUILDING, RunState.BUILT), RunState.DISCARDED),
    },
)


class ChunkState(StrEnum):
    """Whether a chunk of a run is stored with its file."""

    PLANNED = "planned"
    BUILT = "built"


PRINT_CHUNK = StateMachine(
    "print_chunk", ChunkState.PLANNED, {"build": {ChunkState.PLANNED: ChunkState.BUILT}}
)


class OrderState(StrEnum):
    """Whether an ordered letter was made."""

    OPEN = "open"
    PRINTED = "printed"
    CANCELLED = "cancelled"


LETTER_ORDER = StateMachine(
    "letter_order",
    OrderState.OPEN,
    {
        "print": {OrderState.OPEN: OrderState.PRINTED},
        "cancel": {OrderState.OPEN: OrderState.CANCELLED},
        "reopen": {OrderState.PRINTED: OrderState.OPEN},
    },
)
