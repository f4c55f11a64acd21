"""The two nginx: the origin with its files, and the reverse proxy that everything is measured against."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from loadtest.bench.cores import LOAD, SERVER
from loadtest.bench.missing import program
from loadtest.bench.server import Server, free_port

_CONFIGURATION: Final = """
daemon off;
master_process off;  # one process, with the rights of whoever starts it
pid {folder}/{name}.pid;
error_log {folder}/{name}.error.log;
events {{ worker_connections 1024; }}
http {{
    types {{ text/html html; application/octet-stream bin; }}
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
_FILES: Final = """
    open_file_cache max=16;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
"""
_PROXY: Final = """
    upstream origin {{ server {origin}; keepalive 64; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header Via "1.1 nginx";
        }}
    }}
"""


def origin(folder: Path, root: Path) -> Server:
    """The files of `root`, beside the load generator."""
    port = free_port()
    return _started("origin", _FILES.format(port=port, root=root), port, LOAD, folder)


def proxy(folder: Path, behind: Server) -> Server:
    """`proxy_pass` with connections to the origin kept alive, telling it about the visitor what the edge tells it."""
    port = free_port()
    return _started("nginx", _PROXY.format(port=port, origin=f"127.0.0.1:{behind.port}"), port, SERVER, folder)


def _started(name: str, site: str, port: int, core: int, folder: Path) -> Server:
    file = folder / f"{name}.conf"
    file.write_text(_CONFIGURATION.format(folder=folder, name=name, site=site))
    return Server(name, [program("nginx"), "-e", f"{folder}/{name}.error.log", "-c", str(file)], port, core, folder)
