"""Every table of the system in one place. Only migrations make tables in a database."""

from sqlalchemy import MetaData

from portal.domain.contacts.calls import models as _calls
from portal.domain.contacts.escalations import models as _escalations
from portal.domain.contacts.faxes import models as _faxes
from portal.domain.contacts.floor import models as _floor
from portal.domain.contacts.hours import models as _hours
from portal.domain.contacts.line import models as _line
from portal.domain.contacts.notes import models as _notes
from portal.domain.contacts.scripts import models as _scripts
from portal.domain.contacts.site_texts import models as _site_texts
from portal.domain.contacts.telephony import models as _telephony
from portal.domain.desk.call_desk import models as _call_desk
from portal.domain.desk.openings import models as _openings
from portal.domain.foundation.approvals import models as _approvals
from portal.domain.foundation.audit import models as _audit
from portal.domain.foundation.base import Base
from portal.domain.foundation.files import models as _files
from portal.domain.foundation.jobs import models as _jobs
from portal.domain.foundation.program import models as _program
from portal.domain.foundation.readiness import models as _readiness
from portal.domain.foundation.transfers import models as _transfers
from portal.domain.letters.announcements import models as _announcements
from portal.domain.letters.documents import models as _documents
from portal.domain.letters.letters import models as _letters
from portal.domain.letters.shipments import models as _shipments
from portal.domain.letters.subcontractors import models as _subcontractors
from portal.domain.mailroom.incidents import models as _incidents
from portal.domain.mailroom.printing.archives import models as _archives
from portal.domain.mailroom.printing.dispatch import models as _dispatch
from portal.domain.mailroom.printing.proofs import models as _proofs
from portal.domain.mailroom.printing.recalls import models as _recalls
from portal.domain.mailroom.returned_mail import models as _returned_mail
from portal.domain.mailroom.roster import models as _roster
from portal.domain.mailroom.tracking import models as _tracking
from portal.domain.oversight.copies import models as _copies
from portal.domain.oversight.disposal import models as _disposal
from portal.domain.oversight.management import models as _management
from portal.domain.oversight.person_lists import models as _person_lists
from portal.domain.oversight.registers import models as _registers
from portal.domain.oversight.rehearsals import models as _rehearsals
from portal.domain.oversight.reports.monthly import models as _reports
from portal.domain.oversight.reports.trends import models as _trends
from portal.domain.oversight.settlement import models as _settlement
from portal.domain.oversight.told import models as _told
from portal.domain.people.authn import models as _authn
from portal.domain.people.coupons import models as _coupons
from portal.domain.people.credentials import models as _credentials
from portal.domain.people.entitlements import models as _entitlements
from portal.domain.people.households import models as _households
from portal.domain.people.notices import models as _notices
from portal.domain.people.pauses import models as _pauses
from portal.domain.people.shops import models as _shops
from portal.domain.people.sites import models as _sites
from portal.domain.people.staff import models as _staff
from portal.domain.people.tasks import models as _tasks
from portal.domain.requests.alternatives import models as _alternatives
from portal.domain.requests.declines import models as _declines
from portal.domain.requests.recipients import models as _recipients
from portal.domain.requests.redeliveries import models as _redeliveries
from portal.domain.requests.requests import models as _requests

SLICES = (
    _alternatives,
    _announcements,
    _approvals,
    _archives,
    _audit,
    _authn,
    _call_desk,
    _openings,
    _calls,
    _copies,
    _coupons,
    _credentials,
    _declines,
    _dispatch,
    _disposal,
    _documents,
    _entitlements,
    _escalations,
    _faxes,
    _files,
    _floor,
    _households,
    _incidents,
    _jobs,
    _letters,
    _management,
    _hours,
    _line,
    _rehearsals,
    _site_texts,
    _notes,
    _notices,
    _person_lists,
    _person_lists,
    _program,
    _proofs,
    _readiness,
    _recalls,
    _recipients,
    _redeliveries,
    _registers,
    _reports,
    _requests,
    _returned_mail,
    _roster,
    _scripts,
    _settlement,
    _shipments,
    _pauses,
    _shops,
    _sites,
    _staff,
    _subcontractors,
    _tasks,
    _telephony,
    _tracking,
    _transfers,
    _told,
    _trends,
)

metadata: MetaData = Base.metadata
