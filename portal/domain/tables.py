"""Every table of the system in one place, for migrations, tests and the first start."""

from sqlalchemy import Engine, MetaData

from portal.domain.alternatives import models as _alternatives
from portal.domain.announcements import models as _announcements
from portal.domain.approvals import models as _approvals
from portal.domain.audit import models as _audit
from portal.domain.authn import models as _authn
from portal.domain.base import Base
from portal.domain.call_desk import models as _call_desk
from portal.domain.calls import models as _calls
from portal.domain.coupons import models as _coupons
from portal.domain.credentials import models as _credentials
from portal.domain.declines import models as _declines
from portal.domain.documents import models as _documents
from portal.domain.entitlements import models as _entitlements
from portal.domain.escalations import models as _escalations
from portal.domain.faxes import models as _faxes
from portal.domain.households import models as _households
from portal.domain.incidents import models as _incidents
from portal.domain.letters import models as _letters
from portal.domain.management import models as _management
from portal.domain.notices import models as _notices
from portal.domain.printing import models as _printing
from portal.domain.program import models as _program
from portal.domain.recipients import models as _recipients
from portal.domain.redeliveries import models as _redeliveries
from portal.domain.reports import models as _reports
from portal.domain.requests import models as _requests
from portal.domain.returned_mail import models as _returned_mail
from portal.domain.roster import models as _roster
from portal.domain.scripts import models as _scripts
from portal.domain.settlement import models as _settlement
from portal.domain.shipments import models as _shipments
from portal.domain.sites import models as _sites
from portal.domain.staff import models as _staff
from portal.domain.subcontractors import models as _subcontractors
from portal.domain.tasks import models as _tasks
from portal.domain.telephony import models as _telephony
from portal.domain.tracking import models as _tracking

SLICES = (
    _alternatives,
    _announcements,
    _approvals,
    _audit,
    _authn,
    _call_desk,
    _calls,
    _coupons,
    _credentials,
    _declines,
    _documents,
    _entitlements,
    _escalations,
    _faxes,
    _households,
    _incidents,
    _letters,
    _management,
    _notices,
    _printing,
    _program,
    _recipients,
    _redeliveries,
    _reports,
    _requests,
    _returned_mail,
    _roster,
    _scripts,
    _settlement,
    _shipments,
    _sites,
    _staff,
    _subcontractors,
    _tasks,
    _telephony,
    _tracking,
)

metadata: MetaData = Base.metadata


def create_all(engine: Engine) -> None:
    """Create all tables at once: an empty database of a test or a first start."""
    metadata.create_all(engine)
