"""The geo database of the tests, and the JSON that says what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DATABASE: Final = Path(__file__).parent / "data" / "GeoIP2-City-Test.mmdb"
SOURCE: Final = DATABASE.with_suffix(".json")
