"""A server with the wheel, by the commands of `.github/guides/operate.md` in an empty root."""

import re
import shutil
from pathlib import Path

import pytest

import portal
from portal.settings import NAMES
from tests.support.install import roots
from tests.support.install.containers import Image
from tests.support.programs.servers import free_port
from tests.support.sources import ROOT

SERVE = """
portal serve resident --port PORT & site=$!
python -m portal.health --tries 60 http://127.0.0.1:PORT/readyz
python -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:PORT/signin').read().decode())"
kill $site; wait $site || true
"""


@pytest.fixture(scope="module")
def server(folder: Path, installed_server: Path) -> Image:
    """A root in which the guide's first commands were carried out, with a program."""
    root = roots.copy_of(installed_server, folder / "server-alone")
    shutil.copytree(ROOT / "portal" / "programs", root / "etc" / "portal", dirs_exist_ok=True)
    (root / "etc" / "portal" / "sample").rename(root / "etc" / "portal" / "program")
    variables = {
        "PATH": "/opt/portal/bin:/usr/bin:/bin:/usr/sbin",
        "PORTAL_PROGRAM": "/etc/portal/program",
        "PORTAL_DATA_DIR": "/var/lib/portal",
        "PORTAL_KEY_DIR": "/etc/portal/keys",
        "PORTAL_PUBLIC_URL": "https://portal.example.jp",
        "PORTAL_ADMIN_URL": "https://staff.example.jp",
        "PORTAL_TRUSTED_PROXIES": "127.0.0.1",
        "PORTAL_ADMIN_NETWORKS": "192.0.2.0/24",
        "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
        "PORTAL_LANG": "en",
    }
    return Image(root, environment=variables)


def as_portal(server: Image, script: str) -> str:
    user = ["setpriv", "--reuid=portal", "--regid=portal", "--clear-groups", "--no-new-privs"]
    known = {name: value for name, value in server.environment.items() if name in known_names()}
    return roots.run_in(server.root, [*user, "sh", "-euc", script], known)


def known_names() -> set[str]:
    """The settings that this version has, and the path of programs."""
    return {"PATH", *NAMES}


def test_the_wheel_is_installed_by_the_guide_and_brings_no_django(server: Image) -> None:
    assert as_portal(server, "portal --version") == f"portal {portal.__version__}\n"
    said = as_portal(server, "python -c 'import django' 2>&1 || true")
    assert "No module named 'django'" in said
    assert "No broken requirements" in as_portal(server, "/opt/portal/bin/pip check")


def test_the_program_is_checked_the_deployment_made_and_a_page_served(server: Image) -> None:
    assert "Traceback" not in as_portal(server, "portal program check")
    as_portal(server, "portal keys create")
    as_portal(server, "portal init")
    page = as_portal(server, SERVE.replace("PORT", str(free_port())))
    assert re.search(r"/static/css/portal\.[0-9a-f]+\.css", page)
    keys = sorted((server.root / "etc" / "portal" / "keys").glob("*.key"))
    assert len(keys) == 5
    assert {oct(path.stat().st_mode)[-3:] for path in keys} == {"600"}
    assert (server.root / "etc" / "portal" / "keys").stat().st_mode & 0o077 == 0
