"""The exception that ends a visitor's connection on purpose."""

from __future__ import annotations


class Cut(Exception):  # noqa: N818 - it ends a connection; nothing has gone wrong here
    """The origin's body broke off after the answer had begun (RFC 9112 §8): a short page must not look complete.

    Raised out of the ASGI app, it makes the server close the connection without a proper end.
    """
