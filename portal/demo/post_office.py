"""The demo's mail house with the ward's consent, and the posting days of its letters."""

from datetime import timedelta

import pyrage

from portal.demo.letters import Officers
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.letters.subcontractors import services as subcontractors
from portal.domain.letters.subcontractors.kinds import Purpose
from portal.domain.mailroom.printing.dispatch import calendar
from portal.domain.mailroom.roster.checks.towns import load_towns
from portal.platform.site import Site

OFFICE, MAIL_HOUSE = "みなも郵便局", "みなもメーリング株式会社"
ENTERED, CONSENTED, SENT = timedelta(days=60), timedelta(days=55), timedelta(days=11)
CERTIFIED = timedelta(days=400)
COMING = (timedelta(days=3), timedelta(days=8))


def add_dispatches(site: Site, run_id: int, officers: Officers) -> None:
    """Enter the mail house, record the posting of the run, and plan two more."""
    with site.database.write() as session:
        now = site.clock.now(session)
        # an invented company: nobody has the private half of its key
        key = str(pyrage.x25519.Identity.generate().to_public())
        company = subcontractors.propose_subcontractor(
            site.work(session, officers.contractor, now - ENTERED),
            subcontractors.Company(
                MAIL_HOUSE,
                Purpose.MAIL_HOUSE,
                "手紙の印刷と封入",
                key,
                certificate=subcontractors.Certificate(
                    "JIS Q 27001（架空）", jst_date(now + CERTIFIED)
                ),
            ),
        )
        subcontractors.consent(
            site.work(session, officers.ward, now - CONSENTED),
            company.id,
            Instruction("8水こ第9号", jst_date(now - CONSENTED)),
        )
        towns = sorted(
            {town for names in load_towns(site.program.towns_file).values() for town in names}
        )
        third = max(1, len(towns) // 3)
        sent = calendar.Plan(jst_date(now - SENT), OFFICE, 90, tuple(towns[:third]), run_id)
        first = calendar.plan(site.work(session, officers.contractor, now - SENT), sent)
        calendar.mark_sent(site.work(session, officers.contractor, now - SENT), first.id)
        for at, after in enumerate(COMING, 1):
            some = tuple(towns[at * third : (at + 1) * third]) or tuple(towns)
            calendar.plan(
                site.work(session, officers.contractor, now),
                calendar.Plan(jst_date(now + after), OFFICE, 40, some),
            )
