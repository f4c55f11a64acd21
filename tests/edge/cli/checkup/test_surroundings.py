"""What the doctor sees around the edge on this machine."""

from __future__ import annotations

import socket
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread

import pytest

from edge.cli.checkup.surroundings import ports, proxies
from edge.settings import Address, default


@pytest.mark.parametrize(
    ("networks", "state", "told"),
    [
        ((), "ok", "none is trusted"),
        (("10.0.0.0/8",), "ok", "10.0.0.0/8"),
        (("0.0.0.0/0",), "warn", "everybody is trusted"),
    ],
)
def test_whose_word_is_believed_is_told(networks: tuple[str, ...], state: str, told: str) -> None:
    [found] = proxies(replace(default(), trusted_proxies=tuple(map(ip_network, networks))))
    assert found.state == state
    assert told in found.text


def test_a_free_port_is_well_and_a_taken_one_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        free = Address("127.0.0.1", other.getsockname()[1])
        other.close()
        settings = replace(default(), listen=Address("127.0.0.1", taken.getsockname()[1]), admin=free)
        listen, admin = ports(settings)
    assert (listen.state, admin.state) == ("fail", "ok")
    assert "give another with --listen" in listen.text


def test_an_address_of_another_machine_fails() -> None:
    settings = replace(default(), listen=Address("192.0.2.1", 8080), admin=Address("127.0.0.1", 1))
    assert next(iter(ports(settings))).state == "fail"


class Edge(BaseHTTPRequestHandler):
    """The private listener of an edge that has noticed a proxy."""

    def do_GET(self) -> None:
        body = b'{"trusted_proxies": "set trusted_proxies to it (10.0.0.1)"}' if self.path == "/readyz" else b""
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def test_what_a_running_edge_has_noticed_of_a_proxy_is_passed_on() -> None:
    with HTTPServer(("127.0.0.1", 0), Edge) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        found, _ = proxies(replace(default(), admin=Address("127.0.0.1", server.server_port)))
        thread.join()
    assert (found.state, found.text) == ("warn", "set trusted_proxies to it (10.0.0.1)")
