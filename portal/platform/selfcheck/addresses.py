"""Are both sites reached by TLS, and does the deployment know which proxies are its own?"""

from collections.abc import Iterator
from ipaddress import ip_network

from portal.domain.foundation.program.settings.workplaces import WorkplaceKind
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.party import party_of
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject

MANY = 256
"""Addresses of one network; more are no row of proxies."""


def check_https(subject: Subject) -> Iterator[Finding]:
    """Yield the addresses that families and staff would reach without encryption."""
    settings = subject.settings
    plain = [
        f"{name}={url}"
        for name, url in (
            ("PORTAL_PUBLIC_URL", settings.public_url),
            ("PORTAL_ADMIN_URL", settings.admin_url),
        )
        if not url.startswith("https://")
    ]
    if not plain:
        yield well("https", _s("どちらのサイトのアドレスも https:// です。"))
    elif settings.in_production:
        yield wrong(
            "https",
            _s("暗号化されないアドレスです: %(settings)s") % {"settings": ", ".join(plain)},
            _s("https:// のアドレスにし、その前にTLSを終えるプロキシを置いてください。"),
        )
    else:
        yield well("https", _s("お試しのため、アドレスは https:// でなくてもかまいません。"))


def check_passkeys(subject: Subject) -> Iterator[Finding]:
    """Yield whether devices of families make passkeys for the address of the resident site."""
    address = subject.settings.public_url
    party = party_of(address)
    if party is not None:
        yield well(
            "passkeys", _s("パスキーは %(host)s に対して作られます。") % {"host": party.host}
        )
    elif subject.settings.in_production:
        yield doubtful(
            "passkeys",
            _s(
                "PORTAL_PUBLIC_URL（%(address)s）は https:// でないか、名前でなくIPアドレスのため、"
                "家庭の機器はパスキーを作れません。パスキーの案内は出ません。"
            )
            % {"address": address},
            _s(
                "https:// と名前のアドレスにしてください。"
                "あとで変えると、パスキーは使えなくなります。"
            ),
        )
    else:
        yield well("passkeys", _s("このアドレスでは、パスキーの案内は出ません。"))


def check_proxies(subject: Subject) -> Iterator[Finding]:
    """Yield whether visitors can be told apart by their addresses."""
    settings = subject.settings
    if settings.trusted_proxies:
        yield _own_proxies(subject)
    elif settings.reached_directly:
        yield well("proxies", _s("プロキシを通さずに、直接つながります。"))
    elif settings.in_production:
        yield wrong(
            "proxies",
            _s(
                "PORTAL_TRUSTED_PROXIES がありません。プロキシの後ろでは全員が同じアドレスに"
                "見え、だれかがパスワードを何度も間違えると、全員がサインインできなくなります。"
            ),
            _s("プロキシのネットワークを書いてください。プロキシがなければ none と書きます。"),
        )


def _own_proxies(subject: Subject) -> Finding:
    """Return whether somebody else may be among our proxies, whose word about addresses counts."""
    networks = subject.settings.trusted_proxies
    staffed = [
        *subject.settings.admin_networks,
        *(one for workplace in subject.program.workplaces for one in workplace.networks),
    ]
    visited = [one for one in networks if _is_many(one) and any(_touch(one, it) for it in staffed)]
    if visited and subject.settings.in_production:
        return wrong(
            "proxies",
            _s(
                "PORTAL_TRUSTED_PROXIES の %(networks)s は、職場のネットワークと重なっています。"
                "そこにいる人は、ほかの職場のアドレスを名乗れます。"
            )
            % {"networks": ", ".join(visited)},
            _s("プロキシのアドレスだけを、1つずつ書いてください。"),
        )
    if wide := [one for one in networks if ip_network(one, strict=False).num_addresses > MANY]:
        return doubtful(
            "proxies",
            _s(
                "PORTAL_TRUSTED_PROXIES の %(networks)s は、広すぎます。"
                "その中のどの機械も、どのアドレスでも名乗れます。"
            )
            % {"networks": ", ".join(wide)},
            _s("プロキシのアドレスだけを、1つずつ書いてください。"),
        )
    said = _s("自分たちのプロキシ: %(networks)s") % {"networks": ", ".join(networks)}
    return well("proxies", said)


def _is_many(network: str) -> bool:
    return ip_network(network, strict=False).num_addresses > 1


def _touch(one: str, other: str) -> bool:
    first, second = ip_network(one, strict=False), ip_network(other, strict=False)
    return first.version == second.version and first.overlaps(second)


def check_staff_networks(subject: Subject) -> Iterator[Finding]:
    """Yield whether the ward's people may sign in from anywhere in the world."""
    settings = subject.settings
    kinds = {workplace.kind for workplace in subject.program.workplaces}
    if settings.admin_networks or WorkplaceKind.WARD in kinds or not settings.in_production:
        return
    yield doubtful(
        "staff_networks",
        _s(
            "区の職場（[[sites]]）も PORTAL_ADMIN_NETWORKS もなく、"
            "区の職員はどのネットワークからもサインインできます。"
        ),
        _s("区の職場のネットワークを、事業の設定に書いてください。"),
    )
