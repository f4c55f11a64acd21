"""httpx's requests and answers at the price of what is looked at.

httpx prepares for every question that an application may ask: it checks, copies and lowers each name, counts bytes,
keeps a history. A gateway asks for the raw fields and the stream, and the rest costs it more than a read of the
socket. So these are httpx's own types, for any transport and any client, whose other attributes are made by httpx
itself in the moment when somebody looks for the first of them.
"""

from __future__ import annotations

from typing import Any

import httpx

Raw = list[tuple[bytes, bytes]]


class Fields(httpx.Headers):
    """Header fields that are given as raw pairs and not copied."""

    _given: Raw | None = None

    def __init__(self, raw: Raw) -> None:
        self._given = raw

    @property
    def raw(self) -> Raw:
        """The pairs, in their order and number."""
        return super().raw if self._given is None else self._given

    def __getattr__(self, name: str) -> Any:
        given, self._given = self._given, None
        if given is None:
            raise AttributeError(name)
        super().__init__(given)
        return getattr(self, name)


class Request(httpx.Request):
    """A request whose method stays as it is written: case counts (RFC 9110 §9.1), and httpx makes upper case of it."""

    def __init__(
        self, method: str, url: httpx.URL, fields: Raw, stream: httpx.AsyncByteStream, extensions: dict[str, Any]
    ) -> None:
        self.method, self.url, self.headers = method, url, Fields(fields)
        self.stream, self.extensions = stream, extensions


class Answer(httpx.Response):
    """An answer whose body is still to come."""

    _whole = True

    def __init__(self, status: int, fields: Raw, stream: httpx.AsyncByteStream, extensions: dict[str, Any]) -> None:
        self.status_code, self.headers = status, Fields(fields)
        self.stream, self.extensions = stream, extensions
        self._whole = False

    def __getattr__(self, name: str) -> Any:
        if self._whole:
            raise AttributeError(name)
        self._whole = True
        whole = httpx.Response(self.status_code, headers=self.headers, stream=self.stream, extensions=self.extensions)
        self.__dict__ = {**whole.__dict__, **self.__dict__}  # what has been set since then stays
        return getattr(self, name)
