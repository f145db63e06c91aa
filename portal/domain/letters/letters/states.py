"""States of letters, print runs and their chunks."""

from portal.domain.foundation.states import StateMachine, fan

CREDENTIAL_LETTER = "credential"
"""Kind of the letter that carries ID and password."""

ADVANCE_NOTICE, TEST_POSTING = WITHOUT_ID = ("advance", "test")
"""Kinds of letters without an ID: to households before the first letter, and trials to the staff.
"""

FIRST, REDELIVERY, REISSUE = REASONS = ("first", "redelivery", "reissue")
"""Why a letter was made; a reissue (loss, forgotten password) does not count as a redelivery."""

LIVE = ("prepared", "printed", "handed_over")
LETTER = StateMachine(
    "letter",
    "prepared",
    {
        "print": fan("prepared", "printed"),
        "hand_over": fan("printed", "handed_over"),
        "supersede": fan(" ".join(LIVE), "superseded"),
        "cancel": fan(" ".join(LIVE), "cancelled"),
    },
)
LETTER_WITHOUT_ID = StateMachine(
    "bare_letter",
    "prepared",
    {
        "print": fan("prepared", "printed"),
        "hand_over": fan("printed", "handed_over"),
        "post": fan("handed_over", "posted"),
        "arrive": fan("posted", "arrived"),
        "come_back": fan("posted", "came_back"),
        "supersede": fan("printed handed_over", "superseded"),
        "cancel": fan("prepared printed handed_over", "cancelled"),
    },
)
"""Nobody signs for ordinary mail: that one arrived is noted for a test posting only."""
TEST_ADDRESS = StateMachine("test_address", "active", {"remove": fan("active", "removed")})
PRINT_RUN = StateMachine(
    "print_run",
    "building",
    {
        "finish": fan("building", "built"),
        "hand_over": fan("built", "handed_over"),
        "discard": fan("built", "discarded"),
    },
)
PRINT_CHUNK = StateMachine("print_chunk", "planned", {"build": fan("planned", "built")})
LETTER_ORDER = StateMachine(
    "letter_order",
    "open",
    {
        "print": fan("open", "printed"),
        "cancel": fan("open", "cancelled"),
        "reopen": fan("printed", "open"),
    },
)
