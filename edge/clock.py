"""The clock, passed in wherever time matters."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since the epoch."""

system: Clock = time.time
