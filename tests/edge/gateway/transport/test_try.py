import pytest
from edge.gateway.transport import Transport
from tests.edge.gateway.transport.scripted import echo, fetch, scripted

pytestmark = pytest.mark.anyio

async def test_one():
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        for n in range(3):
            assert (await fetch(transport, origin.url, f"/{n}")).body == b"/%d" % n
        assert origin.connections == 1
