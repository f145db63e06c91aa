"""The subject of a call that is not a conversation: a FAX case, a call-back, or a sheet."""

from msgspec import Struct

from portal.domain.contacts.calls.models import Call


class About(Struct, frozen=True):
    """The keys of what a call is about; at most one of them is given."""

    fax_case_id: int | None = None
    task_id: int | None = None
    sheet_id: int | None = None

    @property
    def stored_text(self) -> str | None:
        """The text for the subject in version 0.1.0, which may still run beside this one."""
        if self.fax_case_id is not None:
            return f"fax_case:{self.fax_case_id}"
        if self.task_id is not None:
            return f"task:{self.task_id}"
        return f"call:{self.sheet_id}" if self.sheet_id is not None else None


CONVERSATION = About()


def is_conversation(call: Call) -> bool:
    """Return whether a call is a conversation, not about a FAX, a task or a form on paper."""
    return (call.fax_case_id, call.task_id, call.sheet_id) == (None, None, None)
