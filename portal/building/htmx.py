"""The one file of htmx, out of its package ``django-htmx``, whose import would want Django.

Imports nothing but the standard library, so that ``./run`` can use it.
"""

import hashlib
import shutil
from pathlib import Path

SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"
NAME = "htmx.min.js"
PACKAGED = Path("django_htmx", "static", "django_htmx", "htmx-2.min.js")


def is_htmx(path: Path) -> bool:
    """Return whether a file is there, byte for byte the htmx that this project is tested with."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def copy_htmx(packages: Path, target: Path) -> None:
    """Copy the file from a folder of installed packages, unless it is there already.

    Raises:
        ValueError: the package has another file; the message says what to do.
    """
    if is_htmx(target):
        return
    source = packages / PACKAGED
    if not is_htmx(source):
        raise ValueError(
            f"{source} is not the htmx that this project was tested with. Update SHA256 in "
            "portal/building/htmx.py after testing."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
