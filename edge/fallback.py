"""What each failure gives the visitor: the one table.

The ladder, from best to worst: fresh, cached, stale, default variant, the origin's page untouched, a stale page, a
plain error. Personalisation may fail; the page may not. Every row that is taken is counted in
`windsock_fallbacks_total{rung}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Rung(StrEnum):
    """How far down the ladder a request had to go."""

    DEFAULT = "default"
    UNTOUCHED = "untouched"
    ERROR = "error"


class Failure(StrEnum):
    """What can fail while a visitor waits."""

    SIGNAL = "signal"
    BUDGET = "budget"
    RULE = "rule"
    DECIDING = "deciding"
    VARIANT_PATH = "variant-path"
    SLOT = "slot"
    PAGE = "page"
    NOT_READY = "not-ready"
    ORIGIN_NAME = "origin-name"
    ORIGIN_REFUSED = "origin-refused"
    ORIGIN_TLS = "origin-tls"
    ORIGIN_CONNECT_TIME = "origin-connect-time"
    ORIGIN_ANSWER_TIME = "origin-answer-time"
    ORIGIN_CLOSED = "origin-closed"
    ORIGIN_PROTOCOL = "origin-protocol"
    ORIGIN_CUT = "origin-cut"
    ORIGIN_OPEN = "origin-open"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Fallback:
    """One row: the rung, what the visitor sees, and for errors the status and the RFC 9209 error type."""

    rung: Rung
    visitor: str
    status: int = 0
    proxy_error: str = ""


FALLBACKS: Final[Mapping[Failure, Fallback]] = {
    Failure.SIGNAL: Fallback(
        Rung.DEFAULT, "the signals of that provider are unknown; entries that ask for them do not match"
    ),
    Failure.BUDGET: Fallback(Rung.DEFAULT, "the default of every experience"),
    Failure.RULE: Fallback(Rung.DEFAULT, "the default of that experience; the others as decided"),
    Failure.VARIANT_PATH: Fallback(Rung.DEFAULT, "the page of the path that was asked for"),
    Failure.SLOT: Fallback(Rung.DEFAULT, "that place as the origin made it; the others as decided"),
    Failure.DECIDING: Fallback(Rung.UNTOUCHED, "the origin's page"),
    Failure.PAGE: Fallback(Rung.UNTOUCHED, "the origin's page"),
    Failure.NOT_READY: Fallback(Rung.UNTOUCHED, "the origin's page"),
    Failure.ORIGIN_NAME: Fallback(Rung.ERROR, "a plain error page", 502, "dns_error"),
    Failure.ORIGIN_REFUSED: Fallback(Rung.ERROR, "a plain error page", 502, "connection_refused"),
    Failure.ORIGIN_TLS: Fallback(Rung.ERROR, "a plain error page", 502, "tls_protocol_error"),
    Failure.ORIGIN_CONNECT_TIME: Fallback(Rung.ERROR, "a plain error page", 504, "connection_timeout"),
    Failure.ORIGIN_ANSWER_TIME: Fallback(Rung.ERROR, "a plain error page", 504, "http_response_timeout"),
    Failure.ORIGIN_CLOSED: Fallback(Rung.ERROR, "a plain error page", 502, "connection_terminated"),
    Failure.ORIGIN_PROTOCOL: Fallback(Rung.ERROR, "a plain error page", 502, "http_protocol_error"),
    Failure.ORIGIN_CUT: Fallback(
        Rung.ERROR,
        "a connection that ends early, so that a short page never looks complete",
        0,
        "http_response_incomplete",
    ),
    Failure.ORIGIN_OPEN: Fallback(
        Rung.ERROR, "a plain error page at once, until the origin is there again", 503, "destination_unavailable"
    ),
    Failure.LOOP: Fallback(Rung.ERROR, "a plain error page", 502, "proxy_loop_detected"),
}
