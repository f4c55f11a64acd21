"""What people install: the wheel, in an empty environment, with the source folders out of reach."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import site
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
RUNTIME_LOCK = (ROOT / "requirements-runtime.lock").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ENTRY = re.compile(r"^([a-z0-9.-]+==\S+.*?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    return next(folder.glob("windsock-*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's `windsock`: the wheel itself, beside the dependencies of this one, but not its sources."""
    folder = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder), cwd=folder)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    command = ["--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    _run(sys.executable, "-m", "pip", "--disable-pip-version-check", *command, cwd=folder)
    return folder / "bin" / "windsock"


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("WINDSOCK", "PYTHON"))}


def _run(*command: str, cwd: Path, code: int = 0) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=_environment(), timeout=120)
    assert done.returncode == code, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_the_wheel_holds_the_packages_and_the_licence_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.startswith("windsock-")} == {"edge", "rules", "online_models", "loadtest"}
    assert all(f"{package}/py.typed" in names for package in ("edge", "rules", "online_models", "loadtest"))
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_package_is_not_the_source_folder(installed: Path, tmp_path: Path) -> None:
    found = _run(
        str(installed.with_name("python")),
        "-c",
        "import edge, rules; print(edge.__file__, rules.__file__)",
        cwd=tmp_path,
    )
    assert all(Path(path).is_relative_to(installed.parents[1]) for path in found.split())


def test_the_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    assert _run(str(installed), "--version", cwd=tmp_path).startswith("windsock ")


def test_the_installed_command_checks_a_folder_that_it_made(installed: Path, tmp_path: Path) -> None:
    _run(str(installed), "init", "rules/site", cwd=tmp_path)
    _run(str(installed), "check", "rules/site", cwd=tmp_path)


def test_the_installed_command_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    assert "visits" in _run(str(installed), "demo", "--seconds", "2", cwd=tmp_path)


def test_the_installed_command_serves_a_site_and_drains(installed: Path, tmp_path: Path) -> None:
    _run(str(installed), "init", "rules/site", cwd=tmp_path)
    with _site() as origin, _serving(installed, tmp_path, origin) as (public, admin):
        assert _get(f"http://{admin}/healthz") == 200
        assert _get(f"http://{public}/") == 200


@contextlib.contextmanager
def _site() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def _serving(windsock: Path, folder: Path, origin: str) -> Iterator[tuple[str, str]]:
    """A running edge; it must end by itself, with exit code 0, when it is told to."""
    public, admin = f"127.0.0.1:{_free_port()}", f"127.0.0.1:{_free_port()}"
    command = [str(windsock), "serve", "--origin", origin, "--listen", public, "--admin", admin, "--workers", "1"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=log, stderr=log)
    try:
        _wait_until_ready(process, admin, folder / "log")
        yield public, admin
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0, (folder / "log").read_text()


def _wait_until_ready(process: subprocess.Popen[bytes], admin: str, log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            if _get(f"http://{admin}/readyz") == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"the edge was not ready: {log.read_text()}")


def _get(url: str) -> int:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
        return int(answer.status)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("lock", [LOCK, RUNTIME_LOCK], ids=["requirements.lock", "requirements-runtime.lock"])
def test_a_lock_holds_exact_versions_with_hashes_and_no_index_address(lock: str) -> None:
    requirements = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(requirements) == len(ENTRY.findall(lock)) > 20
    assert not re.search(r"https?:|file:|--index|--find-links|--extra|@ ", lock)


def test_the_image_gets_the_very_versions_that_are_tested() -> None:
    tested = {_pinned(name): set(hashes.split()) for name, hashes in ENTRY.findall(LOCK)}
    for name, hashes in ENTRY.findall(RUNTIME_LOCK):
        assert tested[_pinned(name)] == set(hashes.split())


def _pinned(entry: str) -> str:
    return entry.partition(" ;")[0]


def test_the_image_gets_everything_that_the_wheel_needs(wheel: Path) -> None:
    metadata = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    needed = re.findall(r"^Requires-Dist: ([A-Za-z0-9.-]+)(?!.*extra ==)", text, re.MULTILINE)
    locked = {name.partition("==")[0] for name, _ in ENTRY.findall(RUNTIME_LOCK)}
    assert len(needed) > 10
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in needed} <= locked


def _stages() -> list[str]:
    return re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]


def test_the_image_is_built_in_two_stages_and_the_last_has_no_compiler() -> None:
    build, last = _stages()
    assert "--require-hashes -r requirements-runtime.lock" in build
    assert "hatchling build -t wheel" in build
    assert re.match(r"python:3\.11-slim", last)
    assert not re.search(r"apt|gcc|build-essential|pip|curl", last)


def test_the_image_runs_as_nobody_says_how_it_is_and_ends_when_told() -> None:
    last = _stages()[-1]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert re.search(r"^STOPSIGNAL SIGTERM$", last, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*/healthz", last, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["windsock"\]\nCMD \["serve"\]$', last, re.MULTILINE)
    assert "PYTHONDONTWRITEBYTECODE=1" in last
    assert "VOLUME /data" in last
    assert "WINDSOCK_STORE=sqlite:////data/" in last


def test_the_health_check_fails_when_nothing_answers_and_holds_when_it_does(tmp_path: Path) -> None:
    program = re.search(r'CMD \["python", "-c", "(.*?)"\]', DOCKERFILE)
    assert program
    with _site() as origin:
        environment = {**_environment(), "WINDSOCK_ADMIN": f"0.0.0.0:{origin.rpartition(':')[2]}"}
        check = [sys.executable, "-c", program[1]]
        assert subprocess.run(check, cwd=tmp_path, env=environment, timeout=20).returncode == 0
    assert subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, timeout=20).returncode != 0


def test_the_tools_that_build_the_image_come_from_the_lock() -> None:
    names = re.search(r"keep = /\^\(([a-z|-]+)\)==/", DOCKERFILE)
    assert names
    locked = {name.partition("==")[0] for name, _ in ENTRY.findall(LOCK)}
    assert set(names[1].split("|")) <= locked


def test_the_image_is_built_from_what_is_named_only() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", _stages()[0], re.MULTILINE)
    needed = {name for line in copied for name in line.split()}
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == needed
