"""How a call is described: channel, direction, language and line."""

from msgspec import Struct

from portal.domain.contacts.calls.kinds import CallChannel, CallLanguage, Direction
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

LINE_MAX, LINE_DIGITS = 20, 8


class CallDescription(Struct, frozen=True):
    """The description of a call; by default an ordinary one that comes in by telephone.

    ``line`` is the name of the line on which it came.
    """

    channel: CallChannel = CallChannel.PHONE
    direction: Direction = Direction.INBOUND
    language: CallLanguage = CallLanguage.JA
    line: str = ""

    def stored_line(self) -> str:
        """Return the name of the line as it is stored.

        It is shown unsealed in lists and counts, so that it must not be a caller's number.

        Raises:
            InputError: the line looks like a telephone number.
        """
        if sum(c.isdecimal() for c in self.line) > LINE_DIGITS:
            raise InputError(
                _s("回線には、回線の名前だけを入力してください。相手の電話番号は書けません。")
            )
        return self.line.strip()[:LINE_MAX]


ORDINARY = CallDescription()
