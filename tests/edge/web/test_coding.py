from __future__ import annotations

import pytest

from edge.web.coding import accepts_gzip


@pytest.mark.parametrize(
    ("field", "accepted"),
    [
        (b"gzip, deflate, br", True),
        (b"br;q=1.0, gzip;q=0.8", True),
        (b"GZIP", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000", False),
        (b"gzip;q=0.001", True),
        (b"*", True),
        (b"*;q=0", False),
        (b"gzip;q=0, *", False),
        (b"identity", False),
        (b"", False),
    ],
)
def test_gzip_is_sent_only_to_those_who_take_it(field: bytes, accepted: bool) -> None:
    assert accepts_gzip(((b"accept-encoding", field),)) is accepted


def test_who_says_nothing_gets_no_coding() -> None:
    assert accepts_gzip(()) is False
