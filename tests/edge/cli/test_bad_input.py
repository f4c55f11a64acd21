"""Bad input, as a person meets it: one clear line, the right exit code, and nothing left running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.cli.site import RULES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory with good rules."""
    (tmp_path / "rules" / "site").mkdir(parents=True)
    (tmp_path / "rules" / "site" / "hero.yaml").write_text(RULES)
    return tmp_path


@pytest.fixture
def taken() -> Iterator[str]:
    """An address where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def _windsock(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a whole run; its stdout must be empty."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WINDSOCK")}
    done = subprocess.run(
        [sys.executable, "-m", "edge.cli", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.stdout == ""
    return done.returncode, done.stderr


def _serve(folder: Path, *flags: str) -> str:
    """What `serve` says when it cannot start: one line, exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        listen, admin = (f"127.0.0.1:{each.getsockname()[1]}" for each in (one, two))
    code, err = _windsock(
        folder, "serve", "--origin", "http://127.0.0.1:1", "--listen", listen, "--admin", admin, *flags
    )
    assert code == 2
    assert err.startswith("windsock serve: ")
    assert err.count("\n") == 1, err
    return err


def test_an_unknown_flag(folder: Path) -> None:
    assert "there is no flag --lissten; did you mean --listen?" in _serve(folder, "--lissten", ":80")


def test_a_missing_rules_folder(folder: Path) -> None:
    assert "windsock init nowhere" in _serve(folder, "--rules", "nowhere")


@pytest.mark.parametrize("listener", ["listen", "admin"])
def test_a_port_in_use(listener: str, folder: Path, taken: str) -> None:
    assert f"{listener} {taken} cannot be used (Address already in use)" in _serve(folder, f"--{listener}", taken)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("experience: [", "hero.yaml:1"),
        (RULES.replace("choose:", "chose:"), "did you mean `choose`?"),
        ("\x00", "hero.yaml"),
    ],
    ids=["broken YAML", "an unknown field", "no text at all"],
)
def test_rules_that_cannot_be_served(text: str, told: str, folder: Path) -> None:
    (folder / "rules" / "site" / "hero.yaml").write_text(text)
    assert told in _serve(folder)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--listen", "nowhere.invalid:18080"), "listen nowhere.invalid:18080 cannot be used: the host name cannot be"),
        (("--listen", "0.0.0.0:18080", "--admin", "127.0.0.1:18080"), "share the port 18080"),
        (("--listen", "[::]:18080", "--admin", "127.0.0.1:18080"), "share the port 18080"),
        (("--listen", "127.0.0.1:18080", "--admin", "localhost:18080"), "are both 127.0.0.1:18080"),
        (("--tls-cert", "no.pem", "--tls-key", "no.pem"), "tls_cert no.pem and tls_key no.pem cannot be used"),
        (("--origin-ca", "no.pem"), "origin_ca no.pem cannot be used"),
        (("--origin-ca", "empty.pem"), "origin_ca empty.pem cannot be used"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_setting_that_only_this_machine_can_judge(flags: tuple[str, ...], told: str, folder: Path) -> None:
    (folder / "no.pem").write_text("not a certificate")
    (folder / "empty.pem").touch()
    assert told in _serve(folder, *flags)


def test_an_unreachable_origin_is_told_by_the_doctor(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WINDSOCK")}
    done = subprocess.run(
        [sys.executable, "-m", "edge.cli", "doctor", "--origin", "http://127.0.0.1:1"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == ""
    told = [line for line in done.stdout.splitlines() if line.startswith("fail  origin")]
    assert told == [
        "fail  origin     http://127.0.0.1:1 refuses connections: nothing listens there; "
        "start the site or correct --origin"
    ]
