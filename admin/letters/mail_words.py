"""Staff's words for proofs, archives, recall lists and planned postings."""

from collections.abc import Iterable

from portal.domain.foundation.texts import label_of
from portal.domain.mailroom.printing.archives.states import ArchiveState
from portal.domain.mailroom.printing.dispatch.states import DispatchState
from portal.domain.mailroom.printing.proofs.states import ProofState, SampleReason
from portal.domain.mailroom.printing.recalls.states import RecallReason, RecallState


def archive_state(code: str) -> str:
    """Return the name of an archive's state."""
    return label_of(ArchiveState, code)


def proof_state(code: str) -> str:
    """Return the name of a proof's state."""
    return label_of(ProofState, code)


def proof_places(codes: Iterable[str]) -> str:
    """Return why a letter is checked."""
    return "・".join(dict.fromkeys(_place(code) for code in codes))


def _place(code: str) -> str:
    return label_of(SampleReason, code)


def recall_reason(code: str) -> str:
    """Return why a letter must be recalled."""
    return label_of(RecallReason, code)


def recall_state(code: str) -> str:
    """Return the name of the state of a letter on a recall list."""
    return label_of(RecallState, code)


def dispatch_state(code: str) -> str:
    """Return the name of the state of a planned posting."""
    return label_of(DispatchState, code)
