"""A site that nobody here has written: nginx, as Debian ships it, with the HTML of the package python3-doc."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.wire import free_port

NGINX: Final = Path("/usr/sbin/nginx")
PAGES: Final = Path("/usr/share/doc/python3-doc/html")
MISSING: Final = "needs nginx and its pages: apt-get install nginx python3-doc"

_CONFIGURATION: Final = """
daemon off;
master_process off;  # so that whoever starts it may read the temporary folder
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    etag on;
    gzip on;  # of text/html
    gzip_proxied any;  # else nginx does not compress for a request that has a Via field, as every proxy adds one
    absolute_redirect off;  # else it names its own port in them, which visitors of the edge should not see
    server {{
        listen 127.0.0.1:{port};
        root {pages};
        index index.html;
    }}
}}
"""


def is_here() -> bool:
    """Whether the server and its pages are installed."""
    return NGINX.exists() and (PAGES / "index.html").exists()


@contextlib.contextmanager
def documentation() -> Iterator[str]:
    """The URL of that site for the time of a block."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, pages=PAGES))
        command = [str(NGINX), "-e", f"{folder}/error.log", "-c", str(configuration)]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            try:
                _wait(process, port)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    process.terminate()
    raise AssertionError(f"nginx did not start: {process.communicate()[1].decode(errors='replace')}")
