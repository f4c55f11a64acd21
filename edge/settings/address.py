"""Parsers for what names a place in a network: where to listen, the origin, hosts, and whom to believe."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from edge.settings.parse import Raw, items, text, without_password

Network = IPv4Network | IPv6Network

_ANYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - to know them, not to listen there
_HOST: Final = re.compile(r"[0-9a-z_]([0-9a-z._-]*[0-9a-z_])?\.?")


class Address(NamedTuple):
    """Where a listener listens."""

    host: str  # without brackets
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def from_here(self) -> Address:
        """The same as this machine reaches it: nobody connects to “every address”."""
        return Address({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host), self.port)  # noqa: S104 - see there

    def meets(self, other: Address) -> bool:
        """Whether what arrives at one of them may be for the other."""
        hosts = (_ip(self.host), _ip(other.host))
        anywhere = any(host in _ANYWHERE for host in hosts)
        return self.port == other.port and (anywhere or hosts[0] == hosts[1])


def _ip(host: str) -> str:
    """An IPv4 address that is written as an IPv6 one, as itself; all else as it is."""
    try:
        return str(getattr(ip_address(host), "ipv4_mapped", None) or host)
    except ValueError:
        return host


def address(raw: Raw) -> Address:
    """`127.0.0.1:8081`, `[::1]:8081`, `localhost:8081`; `:8080` listens on every IPv4 address."""
    value = text(raw)
    host, colon, port = value.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or (":" in bare) != (bare != host) or not re.fullmatch("[0-9]{1,5}", port, re.ASCII):
        raise ValueError(f"is {value!r}: write ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080")
    if not 1 <= int(port) <= 65535:
        raise ValueError(f"has the port {port}: write one from 1 to 65535")
    return Address(_host(bare or "0.0.0.0", value), int(port))  # noqa: S104 - the operator left the address out


def _host(host: str, value: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        if _HOST.fullmatch(host.lower()) and not re.fullmatch(r"[0-9.]+", host):
            return host.lower()
        raise ValueError(f"is {value!r}, and {host!r} is neither an address nor a host name") from None


def origin(raw: Raw) -> str:
    """The site behind the edge: an http or https URL with a host, perhaps a path prefix; empty when there is none."""
    return _url(raw, "the site's URL, such as http://127.0.0.1:3000")


def service(raw: Raw) -> str:
    """Where a service is asked, in the same shape."""
    return _url(raw, "its whole address, such as https://weather.example/v1/forecast")


def _url(raw: Raw, example: str) -> str:
    value = text(raw)
    if not value:
        return ""
    if not re.match(r"https?://[^/]", value, re.IGNORECASE):
        raise ValueError(f"is {without_password(value)!r}: write {example}")
    return _without_slash(value)


def _without_slash(value: str) -> str:
    try:
        url = urlsplit(value)
        port = url.port
        host = _host(url.hostname or "", url.hostname or "")
    except ValueError as error:
        raise ValueError(f"is {without_password(value)!r}, which is no valid URL ({error})") from None
    if url.username is not None or url.password is not None:
        raise ValueError("holds a user name: give credentials with origin_headers, such as 'Authorization: Basic …'")
    if url.query or url.fragment or "?" in value or "#" in value:
        raise ValueError(f"is {value!r}: leave out what follows ? or #; only a path may follow the host")
    if port == 0 or " " in value or "\\" in value or not value.isascii():
        raise ValueError(f"is {value!r}: write it as browsers send it, with % for special characters")
    authority = f"[{host}]" if ":" in host else host
    return f"{url.scheme.lower()}://{authority}{f':{port}' if port else ''}{url.path.rstrip('/')}"


def networks(raw: Raw) -> tuple[Network, ...]:
    """Addresses and networks: `10.0.0.0/8, 192.0.2.7, ::1`."""
    return tuple(_network(item) for item in items(raw))


def _network(item: str) -> Network:
    try:
        return ip_network(item)
    except ValueError:
        pass
    try:
        meant = f"write {ip_network(item, strict=False)} for the whole network"
    except ValueError:
        meant = "write addresses or networks with commas, such as 127.0.0.1, 10.0.0.0/8"
    raise ValueError(f"holds {item!r}: {meant}")


def hosts(raw: Raw) -> tuple[str, ...]:
    """Host names: `shop.example, www.shop.example`."""
    for item in items(raw):
        if not re.fullmatch(r"(\*\.)?[0-9a-z._-]+(:[0-9]+)?|\[[0-9a-f:.]+\](:[0-9]+)?", item.lower()):
            raise ValueError(f"holds {item!r}: write host names with commas, such as shop.example, www.shop.example")
    return tuple(item.lower() for item in items(raw))
