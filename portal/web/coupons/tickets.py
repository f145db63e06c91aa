"""One card per child: the coupon's state and last day in words, and the child's procedures."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime

import jaconv
from msgspec import Struct

from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import FURIGANA
from portal.domain.foundation.program.day_text import EASY
from portal.domain.foundation.texts import _, appearance
from portal.domain.mailroom.incidents.fault_queries import of_household
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import OPEN
from portal.domain.people.coupons.issuer import StopMethod
from portal.domain.people.coupons.queries import (
    HouseholdCoupon,
    coupon_of_child,
)
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements.claims import ALTERNATIVE as PAPER
from portal.domain.people.entitlements.claims import DECLINE, RECIPIENT_CHANGE
from portal.domain.people.entitlements.states import OPEN as ENTITLEMENT_OPEN
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.moved import moved_children
from portal.domain.people.households.queries import HouseholdView, view_household
from portal.domain.people.signin.own_family import Also, ChildName, Family
from portal.domain.requests.alternatives.choosing import ChildPaper, papers_of_household
from portal.domain.requests.declines.queries import ChildDecline, declines_of_household
from portal.resident_page import Page
from portal.web.coupons.issuer_words import issuer_sentence, state_words
from portal.web.signin.activation import own_credential


def family_of(page: Page) -> Family:
    """Return the signed-in family, on a page whose read brought it."""
    assert page.who.family is not None  # noqa: S101  (the page's route loads it)
    return page.who.family


def household_of(page: Page) -> HouseholdView:
    """Return the signed-in household."""
    return view_household(page.work, own_credential(page).household_id)


def coupon_in_address(page: Page) -> HouseholdCoupon:
    """Return the household's coupon of the child that the page's address names.

    Raises:
        NotFoundError: the household has no such child.
        NotAllowedError: the child's entitlement moved elsewhere.
    """
    ordinal = page.params.get("ordinal")
    if not isinstance(ordinal, int):
        raise NotFoundError(_("クーポンが見つかりません。"))
    if page.who.family is not None:
        known = [entry for entry in page.who.family.coupons if entry.ordinal == ordinal]
        if known:
            return known[0]
    return coupon_of_child(page.session, own_credential(page).household_id, ordinal)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One child's card: ``kind`` picks icon and color, ``words`` say the same.

    ``kana`` reads the child's name; "" where the ward's extract has no reading. ``settled`` where
    the coupon was used, can never be stopped again, or is not the child's any more.
    """

    ordinal: int
    name: str
    kana: str
    amount_yen: int
    kind: str
    words: str
    last_day: date | None
    can_show: bool
    shown_before: bool
    decline_no: str = ""
    paper_no: str = ""
    one_way: bool = False
    issuer: str = ""
    fault_no: str = ""
    fault_words: str = ""
    settled: bool = False


def reading_of(kana: str) -> str:
    """Return the ward's reading of a name as readers write it: beside furigana in hiragana."""
    full = unicodedata.normalize("NFKC", kana).strip()
    return str(jaconv.kata2hira(full)) if appearance() in {EASY, FURIGANA.locale} else full


def ticket(page: Page, called: ChildName, entry: HouseholdCoupon) -> Ticket:
    """Describe one child's coupon at this instant."""
    can_show = entry.can_show(page.now)
    shown_before = entry.coupon is not None and entry.coupon.revealed_at is not None
    kind, words = _state(entry, page.now)
    last_day = last_day_before(entry.exchange_end) if entry.exchange_end is not None else None
    # A10: while a change of recipient is checked, the old household reads the same as afterwards.
    silent = entry.claimed_by == RECIPIENT_CHANGE
    return Ticket(
        entry.ordinal,
        called.name,
        reading_of(called.kana),
        entry.amount_yen,
        kind,
        words,
        last_day,
        can_show,
        shown_before,
        one_way=can_show and not shown_before and entry.stop == StopMethod.NEVER,
        issuer="" if silent else issuer_sentence(entry.coupon, entry.entitlement_state),
        settled=not silent and entry.is_settled,
    )


class _Procedures(Struct, frozen=True):
    """What a child has besides its coupon: a decline, paper, and what a shop found.

    Decline and paper are the child's own, under way or done.
    """

    decline: ChildDecline | None
    paper: ChildPaper | None
    fault: CouponFault | None


def _with_procedures(plain: Ticket, entry: HouseholdCoupon, procedures: _Procedures) -> Ticket:
    """Return a ticket that also tells of the child's procedures."""
    fault_no, fault_words = _fault(procedures.fault, shown_before=plain.shown_before)
    found = replace(plain, fault_no=fault_no, fault_words=fault_words)
    given_up = _given_up(entry, procedures)
    if given_up is None:
        return found
    return replace(
        found,
        kind="waiting",
        words=given_up.words,
        last_day=None,
        decline_no=given_up.decline_no,
        paper_no=given_up.paper_no,
    )


class _GivenUp(Struct, frozen=True):
    """What takes the electronic coupon's place: a decline or paper, with its receipts."""

    words: str
    decline_no: str = ""
    paper_no: str = ""


def _given_up(entry: HouseholdCoupon, procedures: _Procedures) -> _GivenUp | None:
    """Return what the household chose instead of the coupon; None if it chose nothing."""
    decline, paper = procedures.decline, procedures.paper
    declined = decline is not None and (entry.claimed_by == DECLINE or decline.is_done)
    decline_no = decline.receipt_no if decline is not None and declined else ""
    if paper is not None and (entry.claimed_by == PAPER or paper.is_delivered):
        words = (
            _("紙の代替品をお届けしました") if paper.is_delivered else _("紙の代替品の手続き中です")
        )
        return _GivenUp(words, decline_no, paper.receipt_no)
    if decline is not None and declined:
        words = _("辞退しました") if decline.is_done else _("辞退の手続き中です")
        return _GivenUp(words, decline_no)
    return None


def _fault(fault: CouponFault | None, *, shown_before: bool) -> tuple[str, str]:
    """Return number and words of a case that is open, or whose new code was not shown yet."""
    if fault is None or not (
        fault.state in OPEN or (fault.state == "replaced" and not shown_before)
    ):
        return "", ""
    return fault.receipt_no, state_words(fault)[1]


def _state(entry: HouseholdCoupon, now: datetime) -> tuple[str, str]:
    """Return the kind of the mark and the words for a coupon's state at an instant (UTC)."""
    state = entry.coupon.state if entry.coupon is not None else ""
    if state == CouponState.EXCHANGED:
        return "seen", _("交換が終わりました")
    if state == CouponState.PART_USED:
        return "seen", _("一部を使いました")
    if entry.can_show(now):
        if entry.coupon is not None and entry.coupon.revealed_at is not None:
            return "seen", _("もう表示しました")
        return "ready", _("使えます")
    if entry.exchange_end is not None and now >= entry.exchange_end:
        return "waiting", _("期限が過ぎました")
    stopped = state in {CouponState.SUSPENDED, CouponState.STOP_REQUESTED}
    if stopped or entry.entitlement_state in ENTITLEMENT_OPEN:
        return "waiting", _("確認中です")
    return "waiting", _("お渡しできません")


def _moved(page: Page, household_id: int) -> list[Ticket]:
    """Describe children whose entitlement moved elsewhere, as they looked before.

    The page never tells more than "under confirmation".
    """
    return [
        ticket(
            page,
            ChildName(one.name, one.kana),
            HouseholdCoupon(
                child_id=0,
                ordinal=one.ordinal,
                entitlement_id=0,
                entitlement_state=EntitlementState.IN_PROGRESS,
                amount_yen=one.amount_yen,
                coupon=None,
                exchange_end=one.last_end,
                use_end=None,
            ),
        )
        for one in moved_children(page.work, household_id)
    ]


def tickets_of_household(page: Page) -> list[Ticket]:
    """Describe all children of the household, oldest first."""
    family = family_of(page)
    names = family.names(page.site.vault)
    declines, papers, faults = _procedures(page, family)
    found = _moved(page, family.id) if Also.MOVED in family.also else []
    for entry in family.coupons:
        place = entry.ordinal
        procedures = _Procedures(declines.get(place), papers.get(place), faults.get(place))
        plain = ticket(page, names[place], entry)
        found.append(_with_procedures(plain, entry, procedures))
    return sorted(found, key=lambda one: one.ordinal)


def _procedures(
    page: Page, family: Family
) -> tuple[dict[int, ChildDecline], dict[int, ChildPaper], dict[int, CouponFault]]:
    """Return declines, paper and faults by the children's numbers, asking for what there is."""
    session, asked = page.session, Also.REQUESTS in family.also
    return (
        declines_of_household(session, family.id) if asked else {},
        papers_of_household(session, family.id) if asked else {},
        of_household(session, family.id) if Also.FAULTS in family.also else {},
    )
