"""How long each phase of carrying a request may take, and how much is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge.web.check import DEFAULT_UPLOAD_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for connecting, for the head of the answer, and of silence; bytes of a request body."""

    connect: float = 2.0
    first_byte: float = 60.0
    idle: float = 60.0
    upload: int = DEFAULT_UPLOAD_BYTES

    def extension(self) -> dict[str, float]:
        """As transports read them."""
        return {
            "connect": self.connect,
            "pool": self.connect,
            "read": self.first_byte,
            "idle": self.idle,
            "write": self.idle,
        }


USUAL: Final = Limits()
