"""What all tests share: a site to stand in front of; and skipping for want of a program is said, and can be forbidden.

With NOTHING_SKIPPED set (as CI has it), a skipped test is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests import nginx
from tests.running import site
from tests.wire import RawOrigin

NEEDS: Final[dict[str, tuple[Callable[[], bool], str]]] = {
    "browser": (lambda: shutil.which("chromium") is not None, "needs chromium: apt-get install chromium"),
    "real_pages": (nginx.is_here, nginx.MISSING),
}
"""For each marker, whether what it needs is here, and how to get it."""


@pytest.fixture(scope="module")
def origin() -> Iterator[RawOrigin]:
    """What an edge stands in front of."""
    origin = site()
    yield origin
    origin.close()


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker, (_, missing) in NEEDS.items():
        config.addinivalue_line("markers", f"{marker}: {missing}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a program that is not here."""
    for marker, (is_here, missing) in NEEDS.items():
        needing = [item for item in items if item.get_closest_marker(marker)]
        if needing and not is_here():
            for item in needing:
                item.add_marker(pytest.mark.skip(reason=missing))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line for each reason what was skipped and how to get it."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    for reason in sorted(set(reasons)):
        terminalreporter.write_line(f"{reasons.count(reason)} {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail when something was skipped although nothing may be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NOTHING_SKIPPED") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        reporter.write_line("NOTHING_SKIPPED is set, and tests were skipped", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
