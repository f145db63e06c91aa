"""The extract of what is recorded of a person: what the ward decides to tell, the rest black.

Its form tells nothing: the same tables and notes whether or not there are records on protection, on
a change of the recipient, or on an incident, and no word of what the staff looked at.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.typed_texts import NUMBER_MAX, required
from portal.domain.foundation.work import Work
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.oversight.disclosure.passages import Passage, passages
from portal.domain.oversight.disclosure.searching import SUBJECT, family_for
from portal.domain.oversight.disclosure.third_persons import BLACK, Blackening, third_persons
from portal.domain.oversight.disposal.household.keys import family_keys
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.people.households.queries import HouseholdView, view_of
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.people.staff.models import StaffUser

DRAWN = "disclosure.extract_drawn"


@dataclass(frozen=True, slots=True)
class Order:
    """What the ward decided.

    Attributes:
        request: The entry of the register of disclosure requests.
        household: The ward's number of the family, or its key as ``#123``.
        persons: Who the extract is about: 0 is the householder, n the n-th child.
        decision: The number of the ward's decision.
        reserved: What of the reserved kinds it lets in.
        read: The names of the passages whose words the ward has read and lets in.
        words: What else is blacked out.
        protection_considered: Whether the decision speaks of the protection that there is now.
    """

    request: int
    household: str
    persons: frozenset[int]
    decision: str
    reserved: frozenset[Reserved] = frozenset()
    read: frozenset[str] = frozenset()
    words: tuple[str, ...] = field(default=(), repr=False)
    protection_considered: bool = False


def draw(work: Work, order: Order, second: Actor) -> Report:
    """Return the extract and record that it was drawn.

    Raises:
        NotFoundError: there is no such request.
        WrongStateError: it is answered already.
        InputError: no such family, person or passage, or no number of the decision.
        NotAllowedError: one of the two is not of the ward, or both are one person.
        ConflictError: the family is under protection and the decision does not speak of it.
    """
    decision = required(order.decision, "decision", NUMBER_MAX)
    household = family_for(work, order.request, order.household, second)
    if household.protected and not order.protection_considered:
        raise _protected_now()
    view = view_of(work, household)
    _check_persons(order, view)
    with use_locale(SOURCE_LOCALE):
        found = passages(work, family_keys(work.session, household.id))
    told = _told(found, order)
    record(
        work,
        DRAWN,
        SUBJECT,
        household.id,
        request=order.request,
        decision=decision,
        persons=sorted(order.persons),
        reserved=sorted(one.value for one in order.reserved),
        read=len(order.read),
        second=second.id,
        protected=household.protected,
    )
    staff = work.session.scalars(select(StaffUser.display_name))
    black = third_persons(view, order.persons, staff, order.words)
    return _report(work, order, _registered(view, order.persons), _lines(told, order, black))


def _protected_now() -> ConflictError:
    return ConflictError(
        _s(
            "この世帯は、いま支援措置の対象です。相談の担当と決めてから、考えに入れたことを記して"
            "（画面では決め直して印をつけ、コマンドでは --protection-considered を付けて）、"
            "もう一度実行してください。"
        )
    )


def _told(found: Iterable[Passage], order: Order) -> list[Passage]:
    """Return the passages that the decision lets in."""
    told = [one for one in found if one.reserved is None or one.reserved in order.reserved]
    if unknown := sorted(order.read - {one.name for one in told if one.name}):
        raise InputError(
            _s("この番号の記録はありません: %(names)s") % {"names": "、".join(unknown)}
        )
    return told


def _check_persons(order: Order, view: HouseholdView) -> None:
    known = {0, *(child.ordinal for child in view.children)}
    if not order.persons or order.persons - known:
        raise InputError(
            _s("だれの情報かを、0（世帯主）か、何人目のこどもかの番号で指定してください。")
        )


def _registered(view: HouseholdView, persons: Iterable[int]) -> Iterator[tuple[str, str, str]]:
    about = set(persons)
    yield from _person(_s("世帯主"), view.fields, known=0 in about)
    place = (view.fields.postal_code, view.fields.town, view.fields.street, view.fields.building)
    yield (_s("世帯"), _s("住所"), " ".join(part for part in place if part))
    for child in view.children:
        who = _s("こども%(n)d") % {"n": child.ordinal}
        yield from _person(who, child.fields, known=child.ordinal in about)


def _person(
    who: str, one: HouseholdFields | ChildFields, *, known: bool
) -> Iterator[tuple[str, str, str]]:
    birth = one.birth.isoformat() if one.birth else ""
    fields = [
        (_s("氏名"), one.name),
        (_s("カナ"), one.kana),
        (_s("通称"), one.alias),
        (_s("生年月日"), birth),
        (_s("宛名番号"), one.person_no),
    ]
    if isinstance(one, ChildFields):
        fields += [(_s("性別"), one.sex), (_s("続柄"), one.relationship)]
    for label, value in fields:
        # of another person also an empty field is black: that there is an alias would tell
        yield (who, label, value if known else BLACK)


def _lines(
    told: Iterable[Passage], order: Order, black: Blackening
) -> Iterator[tuple[str, str, str, str]]:
    for one in told:
        text = black.of(one.text) if one.name in order.read else (BLACK if one.text else "")
        yield (minute_text(one.at), one.place.label, one.about, text)


def _report(
    work: Work,
    order: Order,
    registered: Iterable[tuple[str, str, str]],
    lines: Iterable[tuple[str, str, str, str]],
) -> Report:
    names = work.program.names
    with use_locale(SOURCE_LOCALE):
        return Report(
            title=_s("保有している個人情報の抄本"),
            addressee=names.ward.in_language(SOURCE_LOCALE),
            sender=names.contractor.in_language(SOURCE_LOCALE),
            facts=(
                (_s("作った時"), minute_text(work.now)),
                (_s("請求の台帳の番号"), str(order.request)),
                (_s("区の決定の番号"), order.decision.strip()),
            ),
            tables=(_registered_table(list(registered)), _lines_table(list(lines))),
            notes=(
                _s("■■■ は、ほかの人の情報か、区が開示しないと決めた文です。"),
                _s("区が開示すると決めた範囲の記録です。載せない種類の有無は、お答えしません。"),
                _s("紙とFAXの画像は、区が別に写しを渡します。操作の記録は、別の抄本にします。"),
            ),
        )


def _registered_table(rows: Sequence[tuple[str, str, str]]) -> ReportTable:
    columns = (_s("だれの"), _s("項目"), _s("内容"))
    return ReportTable(_s("登録している情報"), columns, rows, wide=2)


def _lines_table(rows: Sequence[tuple[str, str, str, str]]) -> ReportTable:
    columns = (_s("日時"), _s("種類"), _s("こと"), _s("書かれたこと"))
    return ReportTable(_s("記録"), columns, rows, empty=_s("記録はありません。"), wide=3)
