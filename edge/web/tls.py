"""TLS towards the origin: whom we believe, and what we show of ourselves."""

from __future__ import annotations

import ssl

from edge.errors import WindsockError
from edge.settings import Settings


def towards_origin(settings: Settings) -> ssl.SSLContext:
    """The context for an https origin. Raises WindsockError, which names the file that cannot be used."""
    context = _believing(settings)
    if settings.origin_cert is not None and settings.origin_key is not None:
        try:
            context.load_cert_chain(settings.origin_cert, settings.origin_key, password="")
        except (OSError, ssl.SSLError) as error:
            raise WindsockError(
                f"origin_cert {settings.origin_cert} and origin_key {settings.origin_key} cannot be used "
                f"({reason(error)}); give a certificate chain and its own key, both in PEM and without a password"
            ) from None
    return context


def _believing(settings: Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(settings.origin_ca) if settings.origin_ca else None)
    except (OSError, ssl.SSLError) as error:
        raise WindsockError(
            f"origin_ca {settings.origin_ca} cannot be used ({reason(error)}); "
            "give the certificate of who vouches for the origin, in PEM"
        ) from None


def reason(error: OSError) -> str:
    """In few words, what speaks against a file."""
    return str(getattr(error, "reason", "") or error.strerror or error)
