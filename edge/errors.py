"""Errors that stop a start-up or a command. On the request path there are none: failures there are values."""

from __future__ import annotations


class WindsockError(Exception):
    """Something could not be done. The message is one line: what, where, what to do."""
