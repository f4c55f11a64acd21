"""Where a command is typed."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rules folder of a working directory, of a site in Oslo that has no experiences yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WINDSOCK_RULES", raising=False)
    folder = tmp_path / "rules" / "site"
    folder.mkdir(parents=True)
    (folder / "site.yaml").write_text("timezone: Europe/Oslo\n")
    return folder
