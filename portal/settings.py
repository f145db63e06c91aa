"""Settings of one deployment, from the environment; ``NAME_FILE`` reads a secret from a file.

Odd names are refused.
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

NAMES = (
    "PORTAL_PROGRAM",
    "PORTAL_DATA_DIR",
    "PORTAL_KEY_DIR",
    "PORTAL_DATABASE_URL",
    "PORTAL_ENVIRONMENT",
    "PORTAL_PUBLIC_URL",
    "PORTAL_ADMIN_URL",
    "PORTAL_CLOCK_OFFSET",
    "PORTAL_SMTP_URL",
    "PORTAL_MAIL_FROM",
    "PORTAL_SMS_URL",
    "PORTAL_SMS_TOKEN",
    "PORTAL_TRUSTED_PROXIES",
    "PORTAL_ADMIN_NETWORKS",
    "PORTAL_LANG",
    "PORTAL_SANDBOX_URL",
    "PORTAL_WORKERS",
)
ENVIRONMENTS = ("production", "demo", "test")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment decides.

    The program's own decisions (dates, amounts, texts) are in its program file.
    """

    program: str = "demo"
    data_dir: Path = Path(".data")
    key_dir: Path = Path(".data/keys")
    database_url: str = field(default="", repr=False)
    environment: str = "production"
    public_url: str = "http://127.0.0.1:8000"
    admin_url: str = "http://127.0.0.1:8001"
    sandbox_url: str = ""
    clock_offset: timedelta = timedelta()
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    sms_url: str = ""
    sms_token: str = field(default="", repr=False)
    trusted_proxies: tuple[str, ...] = ()
    admin_networks: tuple[str, ...] = ()
    lang: str = "ja"
    workers: int = 2

    @property
    def secure_cookies(self) -> bool:
        """Tell whether the public site is behind TLS, as it must be outside demo and tests."""
        return self.public_url.startswith("https://")

    @property
    def has_outbox(self) -> bool:
        """Tell whether messages land in the local outbox page.

        Impossible outside the demo and the tests.
        """
        return self.environment in {"demo", "test"}


def _value(environ: Mapping[str, str], name: str) -> str | None:
    if file_name := environ.get(f"{name}_FILE"):
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except OSError:
            raise InputError(
                _s("%(name)s_FILE が指すファイルを読めません。") % {"name": name}
            ) from None
    return environ.get(name) or None


def _check_names(environ: Mapping[str, str]) -> None:
    for name in environ:
        if not name.startswith("PORTAL_") or name.startswith("PORTAL_TEST_"):
            continue
        if name.removesuffix("_FILE") not in NAMES:
            near = difflib.get_close_matches(name, NAMES, 1)
            hint = _s("もしかして %(near)s ですか。") % {"near": near[0]} if near else ""
            raise InputError(
                _s("環境変数 %(name)s は知らない設定です。%(hint)s") % {"name": name, "hint": hint}
            )


def _url(name: str, value: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not (parts.hostname or "sqlite" in parts.scheme):
        raise InputError(
            _s("%(name)s は %(schemes)s で始まるアドレスにしてください。")
            % {"name": name, "schemes": ", ".join(f"{s}://" for s in schemes)}
        )
    return value.rstrip("/")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        InputError: an unknown name or an impossible value; the sentence names the variable.
    """
    env = os.environ if environ is None else environ
    _check_names(env)
    data_dir = Path(_value(env, "PORTAL_DATA_DIR") or ".data").resolve()
    environment = _value(env, "PORTAL_ENVIRONMENT") or "production"
    if environment not in ENVIRONMENTS:
        raise InputError(
            _s("PORTAL_ENVIRONMENT は %(names)s のどれかにしてください。")
            % {"names": ", ".join(ENVIRONMENTS)}
        )
    offset = _value(env, "PORTAL_CLOCK_OFFSET") or "0"
    try:
        clock_offset = timedelta(seconds=float(offset))
        workers = int(_value(env, "PORTAL_WORKERS") or "2")
    except ValueError:
        raise InputError(
            _s("PORTAL_CLOCK_OFFSET と PORTAL_WORKERS は数字で書いてください。")
        ) from None
    if clock_offset and environment == "production":
        raise InputError(_s("PORTAL_CLOCK_OFFSET はデモとテストでだけ使えます。"))
    public_url = _url(
        "PORTAL_PUBLIC_URL",
        _value(env, "PORTAL_PUBLIC_URL") or "http://127.0.0.1:8000",
        ("https", "http"),
    )
    admin_url = _url(
        "PORTAL_ADMIN_URL",
        _value(env, "PORTAL_ADMIN_URL") or "http://127.0.0.1:8001",
        ("https", "http"),
    )
    smtp_url = _value(env, "PORTAL_SMTP_URL") or ""
    sms_url = _value(env, "PORTAL_SMS_URL") or ""
    return Settings(
        program=_value(env, "PORTAL_PROGRAM") or "demo",
        data_dir=data_dir,
        key_dir=Path(_value(env, "PORTAL_KEY_DIR") or data_dir / "keys").resolve(),
        database_url=_value(env, "PORTAL_DATABASE_URL")
        or f"sqlite:///{data_dir / 'portal.sqlite3'}",
        environment=environment,
        public_url=public_url,
        admin_url=admin_url,
        sandbox_url=(_value(env, "PORTAL_SANDBOX_URL") or "").rstrip("/"),
        clock_offset=clock_offset,
        smtp_url=_url("PORTAL_SMTP_URL", smtp_url, ("smtp", "smtps")) if smtp_url else "",
        mail_from=_value(env, "PORTAL_MAIL_FROM") or "",
        sms_url=_url("PORTAL_SMS_URL", sms_url, ("https", "http")) if sms_url else "",
        sms_token=_value(env, "PORTAL_SMS_TOKEN") or "",
        trusted_proxies=tuple(
            (_value(env, "PORTAL_TRUSTED_PROXIES") or "").replace(",", " ").split()
        ),
        admin_networks=tuple(
            (_value(env, "PORTAL_ADMIN_NETWORKS") or "").replace(",", " ").split()
        ),
        lang=_value(env, "PORTAL_LANG") or ("ja" if env.get("LANG", "").startswith("ja") else "en"),
        workers=workers,
    )
