"""What still needs a key before the newest one of its name."""

from portal.domain.foundation.work import Work
from portal.domain.oversight.keys.another_pepper import need_earlier_pepper
from portal.domain.oversight.keys.sealing_anew import Place, still_under_earlier
from portal.domain.oversight.keys.services import SESSIONS_END, age_of


def need_earlier(work: Work, name: str, at: list[Place]) -> dict[str, int]:
    """Return by column how many rows need an earlier key; of ``token`` none do.

    ``at`` is where the master key seals.
    """
    if name == "kek":
        return still_under_earlier(work.session.connection(), work.vault, at)
    age = age_of(work.session, name)
    if name == "pepper" and age is not None:
        # another machine may have gone on with the pepper before for some hours
        return need_earlier_pepper(work, age.since + SESSIONS_END)
    return {}
