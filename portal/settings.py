"""Settings of one deployment, from the environment; ``NAME_FILE`` reads a secret from a file.

Unknown names are refused.
"""

import difflib
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from portal.domain.contacts.floor.signing import read_keys
from portal.domain.foundation.clock import day_start
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
    "PORTAL_SMS_FILE",
    "PORTAL_SMS_REPORT_SECRET",
    "PORTAL_TELEPHONE_KEYS",
    "PORTAL_BOUNCE_ADDRESS",
    "PORTAL_TRUSTED_PROXIES",
    "PORTAL_ADMIN_NETWORKS",
    "PORTAL_ALLOWED_HOSTS",
    "PORTAL_LANG",
    "PORTAL_SANDBOX_URL",
    "PORTAL_WORKERS",
    "PORTAL_WORKER",
    "PORTAL_WAITING_ROOM_FROM",
    "PORTAL_LOG_FORMAT",
    "PORTAL_METRICS",
    "PORTAL_METRICS_DIR",
    "PORTAL_TLS_CERTIFICATE",
    "PORTAL_BACKUP_DIR",
    "PORTAL_BACKUP_RECIPIENTS",
    "PORTAL_BACKUP_OWNER",
    "PORTAL_BACKUP_DAYS",
    "PORTAL_SECURITY_CONTACT",
    "PORTAL_SECURITY_UNTIL",
    "PORTAL_AUDIT_HEADS",
)
ENVIRONMENTS = ("production", "demo", "test")
WORKER_PLACES = ("beside", "apart")
LOG_FORMATS = ("json", "text")
WEB = ("https", "http")
CONTACTS = ("mailto:", "https://", "tel:")
NO_PROXY = ("none",)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a deployment.

    The program's own decisions (dates, amounts, texts) are in its program file.

    Attributes:
        trusted_proxies: Networks that may say whose request they forward.
        reached_directly: Whether somebody decided that no proxy stands in front.
        allowed_hosts: Further names by which health checks call the sites.
        security_contact: Where whoever finds a fault writes to: ``mailto:``, ``https:``, ``tel:``.
        telephone_keys: Secrets that sign the events of the telephone system, by the names of keys.
        security_until: The first instant at which that need not be true any more.
        waiting_room_from: From so many requests at once in a process of the resident site whoever
            is new waits in line; 0: nobody ever waits.
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
    sms_file: str = ""
    sms_report_secret: str = field(default="", repr=False)
    telephone_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    bounce_address: str = ""
    trusted_proxies: tuple[str, ...] = ()
    reached_directly: bool = False
    admin_networks: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    lang: str = "ja"
    workers: int = 2
    waiting_room_from: int = 6
    worker: str = ""
    log_format: str = "text"
    metrics: tuple[str, int] | None = None
    metrics_dir: Path = Path(".data/metrics")
    tls_certificate: Path | None = None
    backup_dir: Path = Path(".data/backups")
    backup_recipients: tuple[str, ...] = ()
    backup_owner: str = ""
    backup_days: int = 35
    security_contact: tuple[str, ...] = ()
    security_until: datetime | None = None
    audit_heads: Path | None = None

    @property
    def addresses(self) -> Mapping[str, str]:
        """Return the addresses of both sites, by their kind."""
        return {"resident": self.public_url, "staff": self.admin_url}

    @property
    def letters_dir(self) -> Path:
        """Return the folder of the plain letters that were printed on this machine."""
        return self.data_dir / "letters"

    @property
    def worker_beside(self) -> bool:
        """Tell whether the resident site runs the jobs itself: on SQLite, or if that was chosen."""
        return (self.worker or ("beside" if self.on_sqlite else "apart")) == "beside"

    @property
    def on_sqlite(self) -> bool:
        """Tell whether the database is a file of this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def in_production(self) -> bool:
        """Tell whether families use it."""
        return self.environment == "production"

    @property
    def has_outbox(self) -> bool:
        """Tell whether messages go to the local outbox page, only possible in demo and tests."""
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
        if name not in NAMES and name.removesuffix("_FILE") not in NAMES:
            near = difflib.get_close_matches(name, NAMES, 1)
            hint = _s("もしかして %(near)s ですか。") % {"near": near[0]} if near else ""
            raise InputError(
                _s("環境変数 %(name)s は知らない設定です。%(hint)s") % {"name": name, "hint": hint}
            )


def _one_of(env: Mapping[str, str], name: str, words: tuple[str, ...], default: str) -> str:
    value = _value(env, name) or default
    if value not in (*words, default):
        raise InputError(
            _s("%(name)s は %(names)s のどれかにしてください。")
            % {"name": name, "names": ", ".join(words)}
        )
    return value


def _offset(env: Mapping[str, str]) -> timedelta:
    try:
        return timedelta(seconds=float(_value(env, "PORTAL_CLOCK_OFFSET") or "0"))
    except ValueError:
        raise InputError(_s("PORTAL_CLOCK_OFFSET は数字で書いてください。")) from None


def _number(env: Mapping[str, str], name: str, default: int, least: int) -> int:
    value = _value(env, name) or str(default)
    if not value.isdecimal() or int(value) < least:
        raise InputError(
            _s("%(name)s は %(least)d 以上の数字で書いてください。")
            % {"name": name, "least": least}
        )
    return int(value)


def _address(env: Mapping[str, str], name: str) -> tuple[str, int] | None:
    """Return host and port of ``HOST:PORT``."""
    value = _value(env, name)
    if not value:
        return None
    host, _colon, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InputError(
            _s("%(name)s は 127.0.0.1:9464 のように、アドレスとポートで書いてください。")
            % {"name": name}
        )
    return host.strip("[]"), int(port)


def _with_backups(settings: Settings, env: Mapping[str, str]) -> Settings:
    folder = _value(env, "PORTAL_BACKUP_DIR") or settings.data_dir / "backups"
    return replace(
        settings,
        backup_dir=Path(folder).resolve(),
        backup_recipients=_list(env, "PORTAL_BACKUP_RECIPIENTS"),
        backup_owner=_value(env, "PORTAL_BACKUP_OWNER") or "",
        backup_days=_number(env, "PORTAL_BACKUP_DAYS", 35, least=1),
        audit_heads=_path(env, "PORTAL_AUDIT_HEADS"),
    )


def _with_disclosure(found: Settings, env: Mapping[str, str]) -> Settings:
    contacts = _list(env, "PORTAL_SECURITY_CONTACT")
    day = _value(env, "PORTAL_SECURITY_UNTIL")
    if not all(contact.startswith(CONTACTS) for contact in contacts):
        raise InputError(
            _s("PORTAL_SECURITY_CONTACT は %(beginnings)s のどれかで始まる宛先にしてください。")
            % {"beginnings": ", ".join(CONTACTS)}
        )
    if bool(contacts) != bool(day):
        raise InputError(
            _s("PORTAL_SECURITY_CONTACT と PORTAL_SECURITY_UNTIL は、両方を書いてください。")
        )
    try:
        until = day_start(date.fromisoformat(day) + timedelta(days=1)) if day else None
    except (ValueError, OverflowError):
        raise InputError(
            _s("PORTAL_SECURITY_UNTIL は 2027-03-31 のように、日付で書いてください。")
        ) from None
    return replace(found, security_contact=contacts, security_until=until)


def _list(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple((_value(env, name) or "").replace(",", " ").split())


def _path(env: Mapping[str, str], name: str) -> Path | None:
    value = _value(env, name)
    return Path(value).resolve() if value else None


def _networks(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    networks = _list(env, name)
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise InputError(
                _s("%(name)s の %(network)s は、ネットワーク（例: 10.0.0.0/24）ではありません。")
                % {"name": name, "network": network}
            ) from None
    return networks


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...], *, default: str = "") -> str:
    value = _value(env, name) or default
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in schemes or not (parts.hostname or "sqlite" in parts.scheme):
        raise InputError(
            _s("%(name)s は %(schemes)s で始まるアドレスにしてください。")
            % {"name": name, "schemes": ", ".join(f"{s}://" for s in schemes)}
        )
    return value.rstrip("/")


def _with_processes(found: Settings, env: Mapping[str, str]) -> Settings:
    return replace(
        found,
        workers=_number(env, "PORTAL_WORKERS", 2, least=0),
        waiting_room_from=_number(env, "PORTAL_WAITING_ROOM_FROM", 6, least=0),
        worker=_one_of(env, "PORTAL_WORKER", WORKER_PLACES, ""),
    )


def _with_networks(found: Settings, env: Mapping[str, str]) -> Settings:
    direct = _list(env, "PORTAL_TRUSTED_PROXIES") == NO_PROXY
    return replace(
        found,
        trusted_proxies=() if direct else _networks(env, "PORTAL_TRUSTED_PROXIES"),
        reached_directly=direct,
        admin_networks=_networks(env, "PORTAL_ADMIN_NETWORKS"),
        allowed_hosts=tuple(host.lower() for host in _list(env, "PORTAL_ALLOWED_HOSTS")),
    )


def _with_watching(found: Settings, env: Mapping[str, str]) -> Settings:
    usual_log = "json" if found.in_production else "text"
    folder = _value(env, "PORTAL_METRICS_DIR") or found.data_dir / "metrics"
    return replace(
        found,
        log_format=_one_of(env, "PORTAL_LOG_FORMAT", LOG_FORMATS, usual_log),
        metrics=_address(env, "PORTAL_METRICS"),
        metrics_dir=Path(folder).resolve(),
        tls_certificate=_path(env, "PORTAL_TLS_CERTIFICATE"),
    )


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Load the settings.

    Raises:
        InputError: an unknown name or an impossible value; the message names the variable.
    """
    env = os.environ if environ is None else environ
    _check_names(env)
    data_dir = Path(_value(env, "PORTAL_DATA_DIR") or ".data").resolve()
    environment = _one_of(env, "PORTAL_ENVIRONMENT", ENVIRONMENTS, "production")
    clock_offset = _offset(env)
    if clock_offset and environment == "production":
        raise InputError(_s("PORTAL_CLOCK_OFFSET はデモとテストでだけ使えます。"))
    found = Settings(
        program=_value(env, "PORTAL_PROGRAM") or "demo",
        data_dir=data_dir,
        key_dir=Path(_value(env, "PORTAL_KEY_DIR") or data_dir / "keys").resolve(),
        database_url=_value(env, "PORTAL_DATABASE_URL")
        or f"sqlite:///{data_dir / 'portal.sqlite3'}",
        environment=environment,
        public_url=_url(env, "PORTAL_PUBLIC_URL", WEB, default="http://127.0.0.1:8000"),
        admin_url=_url(env, "PORTAL_ADMIN_URL", WEB, default="http://127.0.0.1:8001"),
        sandbox_url=(_value(env, "PORTAL_SANDBOX_URL") or "").rstrip("/"),
        clock_offset=clock_offset,
        smtp_url=_url(env, "PORTAL_SMTP_URL", ("smtp", "smtps")),
        mail_from=_value(env, "PORTAL_MAIL_FROM") or "",
        sms_url=_url(env, "PORTAL_SMS_URL", WEB),
        sms_token=_value(env, "PORTAL_SMS_TOKEN") or "",
        sms_file=_value(env, "PORTAL_SMS_FILE") or "",
        sms_report_secret=_value(env, "PORTAL_SMS_REPORT_SECRET") or "",
        telephone_keys=read_keys((_value(env, "PORTAL_TELEPHONE_KEYS") or "").split()),
        bounce_address=_value(env, "PORTAL_BOUNCE_ADDRESS") or "",
        lang=_value(env, "PORTAL_LANG") or ("ja" if env.get("LANG", "").startswith("ja") else "en"),
    )
    for more in (_with_processes, _with_networks, _with_watching, _with_backups, _with_disclosure):
        found = more(found, env)
    return found
