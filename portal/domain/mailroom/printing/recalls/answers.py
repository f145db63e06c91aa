"""Read the mail house's answers to a recall list: our own file with the column 結果 filled in."""

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import admit, against_sheet, became
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.typed import without_separators
from portal.domain.foundation.work import Work
from portal.domain.mailroom.printing.recalls.queries import NUMBER, RESULT, Line, lines
from portal.domain.mailroom.printing.recalls.states import WAITING, RecallAnswer
from portal.domain.mailroom.printing.runs.columns import read_columns

SHOWN_FAULTS = 20
WORDS = {
    "抜き取り": RecallAnswer.RECALLED,
    "抜取り": RecallAnswer.RECALLED,
    "抜き取りずみ": RecallAnswer.RECALLED,
    "抜取済": RecallAnswer.RECALLED,
    "引抜き": RecallAnswer.RECALLED,
    "引き抜き": RecallAnswer.RECALLED,
    "○": RecallAnswer.RECALLED,
    "差し出しずみ": RecallAnswer.ALREADY_POSTED,
    "差出済": RecallAnswer.ALREADY_POSTED,
    "差出し済": RecallAnswer.ALREADY_POSTED,
    "発送済": RecallAnswer.ALREADY_POSTED,
    "発送ずみ": RecallAnswer.ALREADY_POSTED,
    "×": RecallAnswer.ALREADY_POSTED,
}
"""The words that mail houses write; any other word refuses its row, and nothing is guessed."""


class Answers(Struct, frozen=True):
    """What a filled-in list says.

    Attributes:
        given: The new answers by the letters' keys.
        refused: A sentence with its line for each row that refused itself; its letter waits on.
    """

    given: Sequence[tuple[int, RecallAnswer]]
    refused: Sequence[str] = ()


def read_answers(work: Work, list_id: int, data: bytes) -> Answers:
    """Parse a filled-in list; a row that cannot be understood refuses itself.

    Rows without an answer, and letters that were answered before, are skipped; of two different
    answers for one letter neither counts.

    Raises:
        InputError: no such CSV, or more rows that cannot be understood than others with an answer;
            the message names every faulty line. If a hand-over sheet waits for another file, it
            says so.
    """
    with against_sheet(work, _arrival(list_id, data)):
        return _read(work, list_id, data)


def _read(work: Work, list_id: int, data: bytes) -> Answers:
    known = {line.number: line for line in lines(work.session, list_id)}
    understood: list[tuple[int, Line, RecallAnswer]] = []
    faults: dict[int, str] = {}
    for at, (number, answer) in read_columns(data, (NUMBER, RESULT), code="answers"):
        line, word = known.get(without_separators(number).upper()), WORDS.get(answer.strip())
        if not answer.strip():
            continue
        if line is None:
            faults[at] = _s("この手紙は、引抜きの一覧にありません。")
        elif word is None:
            faults[at] = _s("結果は「抜き取り」か「差し出しずみ」と書いてください。")
        else:
            understood.append((at, line, word))
    said: dict[int, set[RecallAnswer]] = {}
    for _at, line, word in understood:
        said.setdefault(line.letter_id, set()).add(word)
    for at, line, _word in understood:
        if len(said[line.letter_id]) > 1:
            faults[at] = _s("同じ手紙のほかの行と、結果が違います。")
    refused = [
        _s("%(line)d行目: %(sentence)s") % {"line": at, "sentence": faults[at]}
        for at in sorted(faults)
    ]
    good = [(line, word) for at, line, word in understood if at not in faults]
    _refuse_whole(refused, len(good))
    return Answers(
        list({line.letter_id: word for line, word in good if line.state in WAITING}.items()),
        tuple(refused),
    )


def _refuse_whole(refused: Sequence[str], good: int) -> None:
    if len(refused) <= good:
        return
    more = "".join(f"\n- {sentence}" for sentence in refused[:SHOWN_FAULTS])
    raise InputError(
        _s("返事を記録しませんでした(%(n)d件)。%(lines)s") % {"n": len(refused), "lines": more},
        code="answers",
    )


def count_answers(work: Work, list_id: int, data: bytes) -> None:
    """Count a filled-in list against the mail house's hand-over sheet.

    Raises:
        ConflictError: it is not what its sheet says (code ``transfer_differs``); the caller keeps
            what is written so far, so that the difference stays open.
    """
    cells = read_columns(data, (NUMBER, RESULT), code="answers")
    answered = sum(bool(answer.strip()) for _at, (_number, answer) in cells)
    row = admit(work, _arrival(list_id, data).counting(answered))
    became(work, row, "recall_list", list_id)


def _arrival(list_id: int, data: bytes) -> Arrival:
    sha256 = hashlib.sha256(data).hexdigest()
    return Arrival(TransferKind.ANSWERS, f"recall-{list_id}.csv", Figures(sha256=sha256))
