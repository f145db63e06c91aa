"""Is the deployment watched, by whom can its metrics be read, and when do its certificates end?"""

from collections.abc import Iterator
from datetime import timedelta

from portal.domain.foundation.texts import _s
from portal.platform.metrics.certificate import certificate_ends
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject
from portal.platform.senders.network_place import is_loopback

SOON = timedelta(days=21)


def check_metrics(subject: Subject) -> Iterator[Finding]:
    """Yield whether metrics are served, and to this machine alone."""
    address = subject.settings.metrics
    if address is None:
        if subject.settings.in_production:
            yield doubtful(
                "metrics.off",
                _s("監視用の数値を公開していません（PORTAL_METRICS）。異常に気づくのが遅れます。"),
                _s(
                    "PORTAL_METRICS に 127.0.0.1:9464 などと書き、"
                    "「portal metrics」を動かしてください。"
                ),
            )
        return
    if is_loopback(address[0]):
        yield well("metrics", _s("監視用の数値は、この機械の中だけに公開します。"))
    else:
        yield doubtful(
            "metrics.open",
            _s("監視用の数値を、この機械の外にも公開します（PORTAL_METRICS）。"),
            _s("監視のネットワークからだけ読めるように、ファイアウォールで守ってください。"),
        )


def check_certificates(subject: Subject) -> Iterator[Finding]:
    """Yield when the certificates of both sites end."""
    for site, end in certificate_ends(subject.settings).items():
        url = subject.settings.addresses[site]
        if end is None:
            yield doubtful(
                f"certificate.{site}.unread",
                _s("%(url)s の証明書を確かめられません。") % {"url": url},
                _s(
                    "この機械からこのアドレスに届くか、"
                    "または PORTAL_TLS_CERTIFICATE を確かめてください。"
                ),
            )
            continue
        with subject.database.read() as session:
            left = end - subject.clock.now(session)
        sentence = _s("%(url)s の証明書は、あと%(days)d日です。") % {"url": url, "days": left.days}
        advice = _s("証明書を更新し、プロキシに読み込ませてください。")
        if left > SOON:
            yield well(f"certificate.{site}", sentence)
        else:
            make = doubtful if left > timedelta() else wrong
            yield make(f"certificate.{site}.ends", sentence, advice)
