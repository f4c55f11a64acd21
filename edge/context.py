"""The context: everything about one request that a decision may depend on, and nothing that names a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.values import Signals


@dataclass(slots=True)
class Context:
    """All signals of one request, and where on the site it is.

    Made once and never changed: to freeze it would cost each visitor half a microsecond.
    """

    signals: Signals  # a missing name counts as unknown
    path: str  # percent-decoded
    host: str  # lower case, without the port
    query: Mapping[str, str]  # first value of each parameter, decoded
    at: float  # seconds since the epoch
    scheme: str = ""  # http or https; empty where it is not known
