"""Read the mail house's answers to a recall list: our own file with the column 結果 filled in."""

import hashlib

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import admit, against_sheet, became
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.typed import without_separators
from portal.domain.foundation.work import Work
from portal.domain.mailroom.printing.recalls.queries import NUMBER, RESULT, lines
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
"""The words that mail houses write; any other word refuses the file, and nothing is guessed."""


def read_answers(work: Work, list_id: int, data: bytes) -> list[tuple[int, RecallAnswer]]:
    """Parse a filled-in list, and return the answers by the letters' keys.

    Rows without an answer, and letters that were answered before, are skipped.

    Raises:
        InputError: no such CSV, an unknown word, or a letter that is not on the list; the message
            names every faulty line. If a hand-over sheet waits for another file, it says so.
    """
    with against_sheet(work, _arrival(list_id, data)):
        return _read(work, list_id, data)


def _read(work: Work, list_id: int, data: bytes) -> list[tuple[int, RecallAnswer]]:
    known = {line.number: line for line in lines(work.session, list_id)}
    found: dict[int, RecallAnswer] = {}
    faults: list[str] = []
    for at, (number, answer) in read_columns(data, (NUMBER, RESULT), code="answers"):
        if not answer.strip():
            continue
        line, word = known.get(without_separators(number).upper()), WORDS.get(answer.strip())
        if line is None:
            faults.append(_s("%(line)d行目: この手紙は、引抜きの一覧にありません。") % {"line": at})
        elif word is None:
            faults.append(
                _s("%(line)d行目: 結果は「抜き取り」か「差し出しずみ」と書いてください。")
                % {"line": at}
            )
        elif found.get(line.letter_id, word) != word:
            faults.append(_s("%(line)d行目: 前の行と、結果が違います。") % {"line": at})
        elif line.state in WAITING:
            found[line.letter_id] = word
    if faults:
        more = "".join(f"\n- {fault}" for fault in faults[:SHOWN_FAULTS])
        raise InputError(
            _s("返事を記録しませんでした(%(n)d件)。%(lines)s") % {"n": len(faults), "lines": more},
            code="answers",
        )
    return list(found.items())


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
