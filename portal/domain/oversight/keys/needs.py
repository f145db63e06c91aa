"""What still needs a key before the newest one of its name."""

from portal.domain.foundation.program.deployment import deployment, is_found_by
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.work import Work
from portal.domain.oversight.keys.another_index import INDEX
from portal.domain.oversight.keys.another_pepper import need_earlier_pepper
from portal.domain.oversight.keys.sealing_anew import Place, still_under_earlier
from portal.domain.oversight.keys.services import SESSIONS_END, age_of


def need_earlier(work: Work, name: str, at: list[Place]) -> dict[str, int]:
    """Return by column how many rows need an earlier key; of ``token`` none do.

    All digests are of one ``index``, so that the database needs it whole or not at all.

    ``at`` is where the master key seals.
    """
    if name == "kek":
        return still_under_earlier(work.session.connection(), work.vault, at)
    if name == INDEX:
        known = deployment(work.session)
        lags = known is not None and not is_found_by(known, work.vault)
        return {Deployment.__tablename__: 1} if lags else {}
    age = age_of(work.session, name)
    if name == "pepper" and age is not None:
        # another machine may have gone on with the pepper before for some hours
        return need_earlier_pepper(work, age.since + SESSIONS_END)
    return {}
