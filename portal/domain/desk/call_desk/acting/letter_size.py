"""Changing the size of the letters, for a caller: nobody asks why, and the address stays."""

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act, spoken
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.large_print import wish_large_print
from portal.domain.people.tasks.services import new_receipt_no


class LetterSize(Labeled):
    """The size of the letters, as staff read it."""

    LARGE = "large", lambda: _s("大きな文字（18ポイント）")
    USUAL = "usual", lambda: _s("ふつうの大きさ")


def change_letter_size(work: Work, household_id: int, size: str) -> DeskAct:
    """Keep the wish of a household, in the caller's language where there are letters in it.

    Raises:
        as ``admit``; InputError: no such size (code ``size``).
    """
    admitted = admit(work, Act.LETTER_SIZE, household_id)
    wanted = LetterSize.known(size)
    if wanted is None:
        raise InputError(_s("文字の大きさを選んでください。"), code="size")
    locale = spoken(admitted.call)
    if locale not in work.program.languages:
        locale = SOURCE_LOCALE
    by_staff = work.acting_as(admitted.actor)
    wish_large_print(by_staff, household_id, locale if wanted is LetterSize.LARGE else None)
    return record_act(work, admitted, ActSubject("household", household_id, new_receipt_no()))
