"""A staff site that never gets to making its search index, for the screens that say so.

``granian --factory tests.support.programs.unready_staff:create_app``
"""

from litestar.types import ASGIApp

from admin.app import make_staff_application, make_staff_site
from portal.domain.people.households import finder
from portal.settings import load_settings


def create_app() -> ASGIApp:
    """Make the site without the thread that makes the index; every ward is too large for it."""
    finder.SMALL = 0
    return make_staff_application(make_staff_site(load_settings()))
