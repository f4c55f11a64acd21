"""Every conversation is held twice: through our own transport and through httpx's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edge.conftest import RULES
from tests.wire import RawOrigin, Served


@pytest.fixture(scope="session", params=["own", "httpx"])
def transport(request: pytest.FixtureRequest) -> str:
    """What speaks to the origin."""
    return str(request.param)


@pytest.fixture(scope="session")
def edge(origin: RawOrigin, transport: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`windsock serve` with that transport, and the rules that all share."""
    rules = tmp_path_factory.mktemp("rules")
    for name, text in RULES.items():
        (rules / name).write_text(text)
    flags = ("--origin-transport", transport, "--max-upload-bytes", "1000000", "--hosts", "site.example,a")
    edge = Served(origin.url, rules, *flags)
    yield edge
    edge.close()
