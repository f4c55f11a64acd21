"""The load generator's report."""

from __future__ import annotations

import pytest

from loadtest.bench.missing import BenchError
from loadtest.bench.rounds import Load
from loadtest.bench.wrk import FIELDS, parse

OUTPUT = """Running 2s test @ http://127.0.0.1:8080/page.html
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     5.30ms    1.00ms  20.00ms   90.00%
Requests/sec:   6000.00
Transfer/sec:    120.00MB

{"requests": 12000, "seconds": 2.001500, "bytes": 248000000, "errors": 3, "p50": 5300, "p99": 21000}
"""


def test_the_last_line_is_the_report_with_latencies_in_milliseconds() -> None:
    assert parse(OUTPUT) == Load(requests=12_000, seconds=2.0015, bytes=248_000_000, errors=3, p50=5.3, p99=21.0)


def test_a_run_without_a_report_measured_nothing() -> None:
    with pytest.raises(BenchError, match="said nothing"):
        parse("unable to connect to 127.0.0.1:1 Connection refused")


def test_requests_carry_nine_fields_like_a_browsers() -> None:
    names = [field.partition(": ")[0].lower() for field in FIELDS]
    assert len(set(names)) == 9
    assert {"user-agent", "accept", "accept-language", "accept-encoding", "cookie"} <= set(names)
