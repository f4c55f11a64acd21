"""The middleware in this process, around any app, with rules written in the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.edition import Edition
from edge.middleware.personalize import Options, Personalize
from edge.signals.provide import Provider
from edge.telemetry.metrics import Metrics
from edge.web.asgi import App
from edge.web.peer import Trust
from rules.compile import compile as compile_rules
from rules.load import load

DEBUGGING = Options(debug_token="open-sesame")
NOW = 1_795_345_200.0  # Sunday, 22 November 2026, 11:00 UTC


@dataclass
class Editions:
    """Always the same edition, or none yet."""

    current: Edition | None


@pytest.fixture
def edition(tmp_path: Path) -> Callable[..., Edition]:
    """An edition from rule files: `edition(hero="…yaml…")`."""

    def make(**files: str) -> Edition:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        loaded = load(tmp_path)
        assert loaded.document is not None, loaded.problems
        return Edition(compile_rules(loaded.document))

    return make


@pytest.fixture
def metrics() -> Metrics:
    """Counters of this test alone."""
    return Metrics()


@pytest.fixture
def wrap(metrics: Metrics) -> Callable[..., Personalize]:
    """The middleware around an app; `chance` gives every visitor without a cookie bucket 0."""

    def make(
        app: App,
        edition: Edition | None,
        providers: Sequence[Provider] = (),
        chance: Callable[[], int] = lambda: 0,
        options: Options = DEBUGGING,
    ) -> Personalize:
        asked = providers
        return Personalize(
            app, Editions(edition), metrics, lambda: NOW, Trust(), options, providers=lambda rules: asked, chance=chance
        )

    return make
