"""Carries requests to one origin over HTTP/1.1; see the README for the theory."""

from edge.gateway.transport.carry import Transport

__all__ = ["Transport"]
