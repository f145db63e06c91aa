"""Errors raised by the domain's rules; each message is a sentence for the reader."""

from datetime import datetime


class DomainError(Exception):
    """A rule refused a request.

    ``message`` is already in the reader's language; ``code`` is stable for machines.
    """

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class InputError(DomainError):
    """A file, a setting or a form field is wrong; the message says what to do."""

    code = "input"


class NotFoundError(DomainError):
    """The requested object does not exist, or the actor may not know that it does."""

    code = "not_found"


class NotAllowedError(DomainError):
    """The actor may not do this."""

    code = "not_allowed"


class WrongStateError(DomainError):
    """The state machine has no such step from here."""

    code = "wrong_state"


class ConflictError(DomainError):
    """Somebody else was first, or the same was already done."""

    code = "conflict"


class TooEarlyError(DomainError):
    """The window has not opened yet (database time)."""

    code = "too_early"


class TooLateError(DomainError):
    """The deadline has passed (exclusive instant, database time)."""

    code = "too_late"


class ThrottledError(DomainError):
    """Too many tries; ``retry_at`` is when another counts (UTC), None if only staff can help."""

    code = "throttled"

    def __init__(self, message: str, *, retry_at: datetime | None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class BusyError(DomainError):
    """The machine is at its limit at present; the same request may simply be sent again."""

    code = "busy"


class IntegrityFaultError(DomainError):
    """Stored data does not decrypt or does not add up: a wrong key, or a changed row."""

    code = "integrity"
