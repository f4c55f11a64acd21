"""The request as everything behind the server sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Headers = tuple[tuple[bytes, bytes], ...]
"""Ordered pairs, names in lower case; never a dict, since fields repeat."""


@dataclass(slots=True)
class Request:
    """One request, parsed once and never changed: to freeze it would cost each visitor a microsecond.

    Its repr names nobody.
    """

    method: str
    scheme: str  # as the visitor's browser sees it: http or https
    host: str  # lower case, without the port
    path: str  # percent-decoded, for rules
    raw_path: bytes  # as it came
    query_string: bytes  # as it came
    headers: Headers = field(repr=False)
    fields: Mapping[bytes, bytes] = field(repr=False)  # the first value of each name
    client: str = field(repr=False, default="")  # the visitor's address: used in memory, then forgotten
    vouched: bool = False  # it came from a listed proxy: what that says of the visitor is believed
