"""The people of the walk: signed in, with households open and a call in progress."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyotp import TOTP
from sqlalchemy import select

from admin.app import make_staff_site
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.foundation.actors import Role
from portal.domain.foundation.vault import unseal
from portal.domain.letters.shipments.models import Shipment
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.queries import HouseholdView, view_households
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.requests.models import Request
from tests.support.coupons import VAULT
from tests.support.fields.forms import Form
from tests.support.fields.world import World
from tests.support.resident import NOON, Loop, Visitor
from tests.support.staff import ROLES, make_staff
from tests.support.work import work_in

AT_THE_DESK = (Role.AGENT, Role.SUPERVISOR)
"""The officer, who may do the same, has no call: he takes what waits."""
MOST = 4
NAMES = ("麒麟", "鳳凰", "龜鼈", "鵬翼", "齷齪", "鼯鼠")


@dataclass(frozen=True)
class Family:
    """A household as its members know it."""

    view: HouseholdView
    login_id: str

    @property
    def said(self) -> dict[str, str]:
        """What a caller says of it, enough for the status."""
        fields = self.view.fields
        born = fields.birth.isoformat() if fields.birth else ""
        return {
            "relation": "householder",
            "name": fields.name,
            "birth": born,
            "postal": fields.postal_code,
        }


@dataclass
class Settled:
    """Everybody of the staff with a browser, and the families that they have before them."""

    visitors: dict[Role, Visitor]
    families: list[Family]
    own: dict[Role, tuple[str, str]] = field(default_factory=dict)
    codes: dict[Role, str] = field(default_factory=dict)

    def starts(self) -> list[str]:
        """Where everybody begins beside the pages without a key."""
        keys = [family.view.id for family in self.families]
        return [f"/{place}/{key}" for place in ("households", "desk") for key in keys]

    def searches(self) -> list[Form]:
        """What is typed into the two searches: each way that there is, of each family."""
        forms: list[Form] = []
        for family in self.families[:2]:
            said, fields = family.said, family.view.fields
            asked = {
                "name": fields.name[:2],
                "birth": said["birth"],
                "postal": said["postal"],
                "number": family.login_id,
                "place": fields.street,
            }
            for name, value in (*asked.items(), ("name", fields.kana[:4])):
                for page in ("/households/search", "/desk/search"):
                    forms.append(Form(page, "post", {name: value, "form_key": f"s{len(forms)}"}))
        return forms


def settle(world: World, loop: Loop, folder: Path) -> Settled:
    """Sign everybody in; open households with a reason, and verify a caller at the desk."""
    played = world.played.site
    site = replace(
        make_staff_site(played.settings, engine=world.database.engine), filed=played.program
    )
    staff = make_staff(site, world.database, loop, folder, NOON)
    settled = Settled({}, _families(world))
    for number, role in enumerate(ROLES):
        colleague = staff.hire(role, f"{role.value}-{8800 + number}")
        with world.database.write() as session:
            session.get_one(StaffUser, colleague.id).display_name = f"職員　{NAMES[number]}"
        settled.own[role] = (colleague.login, f"職員　{NAMES[number]}")
        settled.codes[role] = TOTP(colleague.totp_secret).at(NOON, counter_offset=1)
        settled.visitors[role] = visitor = staff.enter(colleague, staff.visitor("127.0.0.1"))
        if role in {Role.OFFICER, Role.WARD_OFFICER}:
            for family in settled.families:
                _open(visitor, family.view.id)
        if role in AT_THE_DESK:
            _call(visitor, settled.families)
        if role is Role.AGENT:
            _fax_entered_by(world, colleague.id)
    _lists_of(settled.visitors)
    return settled


def _lists_of(visitors: dict[Role, Visitor]) -> None:
    """Lists that the walkers asked for and decided about: one in each state that has a button."""
    auditor, ward = visitors[Role.AUDITOR], visitors[Role.WARD_OFFICER]
    times = {"from_time": "12:00", "to_time": "12:00"}
    searched = {"from_on": "2023-07-25", "to_on": "2023-08-01"} | times
    wish = {"purpose": "事故の調べのため", "recipient": "区 総務課 係長", "until": "2023-08-03"}
    numbers = []
    for turn in range(4):
        auditor.send("/audit/search", searched | {"form_key": f"search{turn}"})
        asked = auditor.post("/audit/take-out", wish | {"form_key": f"take{turn}"})
        assert asked.status_code == 303, asked.text
        numbers += re.findall(r"/person-lists/(\d+)/withdraw", auditor.open("/person-lists").text)
    approved, made, fetched = sorted(set(map(int, numbers)))[-3:]
    for number in (approved, made, fetched):
        ward.send(f"/person-lists/{number}/approve", {"form_key": f"approve{number}"})
    for number in (made, fetched):
        ward.post(f"/person-lists/{number}/make", {"form_key": f"make{number}"})
    auditor.post(f"/person-lists/{fetched}/fetch", {"form_key": "fetch"})


def _fax_entered_by(world: World, staff_id: int) -> None:
    """Whoever enters a FAX sees its pages until somebody takes it."""
    with world.database.write() as session:
        case = session.scalars(select(FaxCase).filter_by(state="received")).one()
        case.entered_by = staff_id


def _families(world: World) -> list[Family]:
    with world.database.read() as session:
        logins = {
            row.household_id: unseal(VAULT.kek, row.login_sealed, row.login_digest).decode()
            for row in session.scalars(select(Credential).order_by(Credential.id))
        }
        asked = session.scalars(select(Request.household_id).order_by(Request.id.desc()))
        posted = session.scalars(select(Shipment.household_id).order_by(Shipment.id))
        wanted = [world.played.active.household_id]
        wanted += [key for key in posted if key in logins][:1]
        wanted += [key for key in dict.fromkeys(asked) if key in logins and key not in wanted]
        views = {
            view.id: view for view in view_households(work_in(session, vault=VAULT), wanted[:MOST])
        }
        return [Family(views[key], logins[key]) for key in wanted[:MOST]]


def _open(visitor: Visitor, household_id: int) -> None:
    page = visitor.open(f"/households/{household_id}")
    if 'name="reason"' in page.text and "/reason/submit" in page.text:
        reason = {"reason": "inquiry", "words": "", "form_key": f"open{household_id}"}
        visitor.send(f"/households/{household_id}/reason/submit", reason)


def _call(visitor: Visitor, families: list[Family]) -> None:
    """The first family may change things, the second hears its status, the third is unproven."""
    visitor.get("/desk")
    visitor.send("/calls/start", {"form_key": "call", "language": "ja"})
    for place, family in enumerate(families):
        key = {"form_key": f"find{place}"}
        visitor.send("/desk/search", key | {"number": family.login_id})
        said = family.said | ({"number": family.login_id} if place == 0 else {})
        if place < 2:
            key = {"form_key": f"verify{place}"}
            answer = visitor.post(f"/desk/{family.view.id}/verify", key | said)
            assert answer.status_code == 303
    visitor.send("/desk/clear", {"form_key": "clear"})
