"""Where the files lie that are no Python: in a clone of the repository, or in the installed wheel.

The wheel carries them in the folder ``resources`` of the package. A clone has no such folder: there
pages, letters and styles lie at the top, and what is built of the sources in ``.build``.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
_CARRIED = PACKAGE / "resources"
INSTALLED = _CARRIED.is_dir()
"""Whether this program was installed from a wheel, and does not run in a clone."""
_WRITTEN, _BUILT = (
    (_CARRIED, _CARRIED) if INSTALLED else (PACKAGE.parent, PACKAGE.parent / ".build")
)

TEMPLATES = _WRITTEN / "templates"
STATIC = _WRITTEN / "static"
CATALOGS = _BUILT / "locales"
VENDOR = _BUILT / "vendor"
TEST_RESULTS = _CARRIED / "test_results.json"
"""What the release's tests showed; a clone has none, as nothing ties a result to its sources."""
