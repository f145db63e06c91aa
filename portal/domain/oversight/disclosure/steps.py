"""The steps of a request of a person: received, searched, decided, carried out, told, closed.

Two people of the ward search and two decide. Both type the number of whom it is about, so neither
follows the other's slip; one of them writes the decision, and who confirms it has looked at it.
What is said to have been done is looked for: a copy, an import, a print text, a hold, a disposal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded
from portal.domain.foundation.typed_texts import NUMBER_MAX, past_day, required
from portal.domain.foundation.work import Work
from portal.domain.oversight.disclosure.case import (
    Words,
    answerer,
    keep_words,
    keeper,
    locked,
    partner,
    step,
    unknown,
    words_of,
)
from portal.domain.oversight.disclosure.doing import shown_by
from portal.domain.oversight.disclosure.extract import Order
from portal.domain.oversight.disclosure.searching import SEARCHED, SUBJECT, look
from portal.domain.oversight.disclosure.seen import require_shown, searched
from portal.domain.oversight.registers import services as registers
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.models import PersonRequest, RegisterEntry
from portal.domain.oversight.registers.person_requests import (
    MEASURES,
    OUTCOMES,
    Measure,
    Outcome,
    Wanted,
)
from portal.domain.oversight.registers.services import NewEntry
from portal.domain.oversight.registers.states import PERSON_REQUEST, PersonRequestState
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import household_id_of

REASON_MAX = 500
USUAL = timedelta(days=30)
"""個人情報保護法 83, 94 and 102: the answer within thirty days, without a reason to prolong it."""


class Receipt(Struct, frozen=True):
    """What came from the ward: its paper's number, the day, and the last day for the answer."""

    kind: str
    number: str
    day: date
    until: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposes to decide; ``words`` holds the reason, or the order of an extract."""

    outcome: str
    decision: Instruction
    words: Words


def receive(work: Work, receipt: Receipt) -> PersonRequest:
    """Enter a request that the ward handed on.

    Raises:
        NotAllowedError: the actor has nothing to do with requests.
        InputError: a field is missing or impossible; the code names it.
    """
    keeper(work)
    kind = _wanted(receipt.kind)
    entry = registers.enter(
        work,
        NewEntry(
            RegisterKind.DISCLOSURE.value,
            receipt.day,
            party=kind.label,
            number=receipt.number,
            until=receipt.until,
        ),
    )
    return _begin(work, entry.id, kind)


def begin(work: Work, entry_id: int, kind: str) -> PersonRequest:
    """Begin the steps of a request that stands in the register already.

    Raises:
        NotAllowedError: the actor has nothing to do with requests.
        NotFoundError: there is no such entry.
        WrongStateError: it is answered, or its steps have begun.
        InputError: no such kind (code ``kind``).
    """
    keeper(work)
    registers.require_waiting(work, entry_id, RegisterKind.DISCLOSURE)
    begun = select(PersonRequest.id).where(PersonRequest.entry_id == entry_id)
    if work.session.scalar(begun) is not None:
        raise WrongStateError(_s("この請求は、もう始まっています。"))
    return _begin(work, entry_id, _wanted(kind))


def _wanted(kind: str) -> Wanted:
    found = Wanted.known(kind)
    if found is None:
        raise InputError(_s("請求の種類を選んでください。"), code="kind")
    return found


def _begin(work: Work, entry_id: int, kind: Wanted) -> PersonRequest:
    row = PersonRequest(entry_id=entry_id, kind=kind.value, changed_at=work.now)
    work.session.add(row)
    work.session.flush()
    record(work, "person_request.received", "person_request", row.id, kind=kind.value)
    return row


def ask_search(work: Work, request_id: int, number: str) -> None:
    """Type the number of whom it is about; a second person searches.

    Raises:
        NotAllowedError: the actor does not answer requests.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
        InputError: no number (code ``number``).
    """
    user, row = answerer(work), locked(work, request_id)
    typed = required(number, "number", NUMBER_MAX)
    step(work, row, "ask_search")
    row.household_id = row.searched_at = row.searched_with = None
    row.searched_by = user.id
    keep_words(work, row, Words(number=folded(typed)))
    work.session.flush()


def search(work: Work, request_id: int, number: str) -> None:
    """Search, as the second person, who types the same number from the same paper.

    Where nobody has this number, that is what was found: the ward can only answer that it keeps
    nothing.

    Raises:
        NotAllowedError: the actor does not answer requests, or typed the number first.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
        InputError: another number (code ``number``).
    """
    user, row = answerer(work), locked(work, request_id)
    PERSON_REQUEST.next(row.state, "search")
    first = partner(work, row.searched_by)
    if folded(number) != words_of(work, row).number:
        raise InputError(
            _s("はじめの人が入力した番号とちがいます。請求の文書を、ふたりで確かめてください。"),
            code="number",
        )
    key = household_id_of(work, number)
    row.household_id = key
    row.searched_with, row.searched_at = user.id, work.now
    step(work, row, "search", {"found": key is not None})
    if key is not None:
        household = work.session.get_one(Household, key)
        rows = sum(one.count for one in look(work, household).holdings)
        record(
            work,
            SEARCHED,
            SUBJECT,
            key,
            request=row.entry_id,
            second=first.id,
            protected=household.protected,
            rows=rows,
        )


def propose(work: Work, request_id: int, proposal: Proposal) -> None:
    """Propose what the ward decides, as one of the two who searched, if they found somebody.

    Raises:
        NotAllowedError: the actor does not answer requests, or was not shown what was found.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
        InputError: a field is missing or impossible; the code names it.
    """
    user, row = answerer(work), locked(work, request_id)
    PERSON_REQUEST.next(row.state, "propose")
    if row.household_id is not None and not searched(row, user.id):
        raise NotAllowedError(_s("決定を書くのは、さがしたふたりのうちのひとりです。"))
    outcome = Outcome.known(proposal.outcome)
    if outcome is None or outcome not in OUTCOMES[Wanted(row.kind)]:
        raise InputError(_s("区の決定を選んでください。"), code="outcome")
    if row.household_id is None and outcome is not Outcome.REFUSE:
        raise InputError(_s("世帯が見つからないので、応じることはできません。"), code="outcome")
    words = _checked(outcome, proposal.words)
    row.decision_no = required(proposal.decision.number, "decision_no", NUMBER_MAX)
    row.decision_on = past_day(proposal.decision.day, "decision_on", work.now)
    step(work, row, "propose", {"outcome": outcome.value})
    row.outcome, row.proposed_by = outcome.value, user.id
    row.decided_by = row.decided_at = None
    keep_words(work, row, replace(words, number=words_of(work, row).number))
    work.session.flush()


def _checked(outcome: Outcome, words: Words) -> Words:
    if outcome is Outcome.REFUSE:
        return Words(reason=required(words.reason, "reason", REASON_MAX))
    if outcome is Outcome.TELL and not words.persons:
        raise InputError(_s("だれの情報を開示するかを選んでください。"), code="persons")
    return words


def decide(work: Work, request_id: int) -> None:
    """Confirm, as the second person, who looked at it since, what the ward decides.

    Raises:
        NotAllowedError: the actor does not answer requests, proposed it, or was not shown it.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
    """
    confirm(work, request_id, shown_since="propose")


def confirm(work: Work, request_id: int, *, shown_since: str) -> None:
    """Do as ``decide`` does, for somebody who must have looked since another step."""
    user, row = answerer(work), locked(work, request_id)
    PERSON_REQUEST.next(row.state, "decide")
    partner(work, row.proposed_by)
    require_shown(work, row, user.id, shown_since)
    row.decided_by, row.decided_at = user.id, work.now
    step(work, row, "decide", {"outcome": row.outcome, "decision": row.decision_no})


def turn_down(work: Work, request_id: int) -> None:
    """Send back what waits for a second person: the number, or the proposed decision.

    Raises:
        NotAllowedError: the actor does not answer requests.
        NotFoundError, WrongStateError: there is no such request, or nothing waits.
    """
    answerer(work)
    row = locked(work, request_id)
    of_search = row.state == PersonRequestState.SEARCH_ASKED
    step(work, row, "turn_down_search" if of_search else "turn_down")


def reconsider(work: Work, request_id: int) -> None:
    """Take a decision back before anything was done.

    Raises:
        NotAllowedError: the actor does not answer requests.
        NotFoundError, WrongStateError: there is no such request, or something was done.
    """
    answerer(work)
    row = locked(work, request_id)
    step(work, row, "reconsider")
    row.outcome = row.decision_no = row.decision_on = None
    row.proposed_by = row.decided_by = row.decided_at = None
    work.session.flush()


def order_of(work: Work, row: PersonRequest) -> tuple[Order, Actor]:
    """Return the extract that was decided on, and the other of the two who decided.

    Raises:
        NotAllowedError: the actor is none of the two, or the other one may not any more.
        WrongStateError: no extract was decided on.
    """
    answerer(work)
    PERSON_REQUEST.next(row.state, "carry_out")
    if row.outcome != Outcome.TELL:
        raise WrongStateError(_s("この請求では、抄本を作ることになっていません。"))
    pair = {row.proposed_by, row.decided_by}
    if work.actor.id not in pair:
        raise NotAllowedError(_s("抄本を作るのは、決めたふたりのうちのひとりです。"))
    (other,) = pair - {work.actor.id}
    words = words_of(work, row)
    order = Order(
        row.entry_id,
        f"#{row.household_id}",
        frozenset(words.persons),
        row.decision_no or "",
        frozenset(words.reserved),
        frozenset(words.read),
        words.black,
        words.protection_considered,
    )
    return order, partner(work, other)


def extract_made(work: Work, row: PersonRequest, copy_id: int) -> None:
    """Note the numbered copy that the extract is."""
    row.measure, row.measure_ref = Measure.EXTRACT.value, copy_id
    row.done_by, row.done_at = work.actor.id, work.now
    step(work, row, "carry_out", {"measure": row.measure})


def carry_out(work: Work, request_id: int, measure: str) -> None:
    """Say what was done; the record that shows it is looked for.

    Raises:
        NotAllowedError: the actor has nothing to do with requests.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
        InputError: not what was decided, or no record shows it (code ``measure``).
    """
    user, row = keeper(work), locked(work, request_id)
    PERSON_REQUEST.next(row.state, "carry_out")
    if row.state != PersonRequestState.DECIDED:
        raise WrongStateError(_s("これは、もう記録されています。"))
    found = Measure.known(measure)
    fitting: Sequence[Measure] = MEASURES[Outcome(row.outcome or "")]
    if found is None or found not in fitting or found is Measure.EXTRACT:
        raise InputError(_s("実施したことを選んでください。"), code="measure")
    key = shown_by(work.session, row, found)
    if key is None:
        raise InputError(
            _s("決定のあとに、この請求の世帯でそれをした記録がありません。先に実施してください。"),
            code="measure",
        )
    row.measure, row.measure_ref = found.value, key
    row.done_by, row.done_at = user.id, work.now
    step(work, row, "carry_out", {"measure": row.measure})


def tell(work: Work, request_id: int, day: date) -> None:
    """Record on which day (JST) the ward was told what was done, or why nothing was.

    Raises:
        NotAllowedError: the actor has nothing to do with requests.
        NotFoundError, WrongStateError: there is no such request, or there is something to do first.
        InputError: a day that is yet to come (code ``told_on``).
    """
    user, row = keeper(work), locked(work, request_id)
    if row.state == PersonRequestState.DECIDED and row.outcome != Outcome.REFUSE:
        raise WrongStateError(_s("先に、決まったことを実施して記録してください。"))
    PERSON_REQUEST.next(row.state, "tell")
    row.told_on, row.told_by = past_day(day, "told_on", work.now), user.id
    step(work, row, "tell")


def close(work: Work, request_id: int, answer: Instruction) -> None:
    """Close a request, as somebody of the ward who did not carry it out, with the ward's answer.

    Raises:
        NotAllowedError: the actor does not answer requests, or carried it out or told the ward.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
        InputError: number or day of the ward's answer is missing or impossible.
    """
    user, row = answerer(work), locked(work, request_id)
    PERSON_REQUEST.next(row.state, "close")
    if user.id in (row.done_by, row.told_by):
        raise NotAllowedError(_s("実施した人と、区に伝えた人は、終わらせられません。"))
    registers.confirm(work, row.entry_id, answer, last_step=True)
    step(work, row, "close")


def withdraw(work: Work, request_id: int) -> None:
    """Record that the person took the request back, or that it was entered by mistake.

    Raises:
        NotAllowedError: the actor does not answer requests.
        NotFoundError, WrongStateError: there is no such request, or something was done already.
    """
    answerer(work)
    row = locked(work, request_id)
    step(work, row, "withdraw")
    registers.end(work, row.entry_id, last_step=True)


def request_of(work: Work, request_id: int) -> tuple[PersonRequest, RegisterEntry]:
    """Return a request and its entry.

    Raises:
        NotAllowedError: the actor has nothing to do with requests.
        NotFoundError: there is no such request.
    """
    keeper(work)
    row = work.session.get(PersonRequest, request_id)
    if row is None:
        raise unknown()
    return row, work.session.get_one(RegisterEntry, row.entry_id)
