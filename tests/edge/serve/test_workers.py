"""SIGHUP, as who renews a certificate sends it."""

from __future__ import annotations

import shutil
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.test_tls import certificate
from tests.running import ready, serving, site, until, written
from tests.wire import RawOrigin, Served

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl: apt-get install openssl")


@pytest.fixture
def origin() -> Iterator[RawOrigin]:
    origin = site()
    yield origin
    origin.close()


def shown(served: Served) -> str:
    """The certificate that visitors see."""
    return ssl.get_server_certificate(("127.0.0.1", served.port), timeout=10)


def test_a_renewed_certificate_is_taken_on_sighup_and_a_broken_one_is_not(origin: RawOrigin, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with serving(
        origin, written(tmp_path / "rules"), "--tls-cert", str(cert), "--tls-key", str(key), "--workers", "2"
    ) as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        old = shown(served)
        certificate(tmp_path)
        assert shown(served) == old
        served.process.send_signal(signal.SIGHUP)
        until(lambda: shown(served) != old, 20)
        until(lambda: len({shown(served) for _ in range(8)}) == 1, 20)
        renewed, workers = shown(served), ready(served)["workers"]
        cert.write_text("not a certificate")
        served.process.send_signal(signal.SIGHUP)
        assert served.says("the new worker does not serve, so the old ones go on")
        assert (shown(served), ready(served)["workers"]) == (renewed, workers)
