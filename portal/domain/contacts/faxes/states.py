"""States of a FAX case and of a reply to it."""

from portal.domain.foundation.states import StateMachine, fan

RECEIVED, IN_WORK, ANSWERED, CLOSED = "received", "in_work", "answered", "closed"
FAX_CASE = StateMachine(
    "fax_case",
    RECEIVED,
    {
        "start": fan("received in_work", IN_WORK),
        "answer": fan("in_work", ANSWERED),
        "reopen": fan("answered", IN_WORK),
        "close": fan("received in_work", CLOSED),
    },
)
OPEN = (RECEIVED, IN_WORK)
"""States in which a case is in the queue."""

PREPARED, SENT, FAILED, DISCARDED = "prepared", "sent", "failed", "discarded"
FAX_REPLY = StateMachine(
    "fax_reply",
    PREPARED,
    {
        "send": fan("prepared", SENT),
        # the machine's report of the evening may take back what its display said
        "fail": fan("prepared sent", FAILED),
        "prepare_again": fan("failed", PREPARED),
        "discard": fan("prepared failed", DISCARDED),
    },
)
UNSENT = (PREPARED, FAILED)
"""States of a reply that is not sent; a case has at most one such reply."""
