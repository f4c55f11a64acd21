"""What the edge has found out about passers-by: asked of `/explain`, before and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from edge.demo.belief import NOTHING, Belief
from edge.demo.taste import EXPERIENCE, VARIANTS, chances
from edge.demo.window import PASSERS_BY, Glances
from loadtest.visitors import persona

_ASKED: Final = ("country", "daypart", "device")
"""The signals that the shop window learns from."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one passer-by is shown, in shares of 1, and what they like in truth."""

    persona: str
    place: str  # city, clock and device, as the edge believes
    before: Mapping[str, float]  # variant -> share
    now: Mapping[str, float]
    likes: str  # the variant that they click on most

    @property
    def favourite(self) -> str:
        """What they are shown most."""
        return max(self.now, key=self.now.__getitem__)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the edge rests on: pages whose window is over, those of them that were clicked on, and its snapshot."""

    exposures: int = 0
    rewards: int = 0
    snapshot: int = 0  # its number; 0: there is none


@dataclass(frozen=True, slots=True)
class Learned:
    """What there is to tell of the learning so far."""

    findings: Sequence[Finding]
    evidence: Evidence
    glances: Glances

    @property
    def tried(self) -> float:
        """The share, 0 to 1, of passers-by for whom something else than their best so far is drawn, to find out."""
        each = [1 - one.now[one.favourite] for one in self.findings]
        return sum(each) / len(each) if each else 0.0


class Findings:
    """Asks again and again, and remembers what the answer was at first."""

    def __init__(self, admin: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.found: Sequence[Finding] = ()
        self.evidence = Evidence()
        self._admin, self._transport = admin, transport
        self._first: dict[str, Finding] = {}

    async def ask(self, beliefs: Mapping[str, Belief]) -> None:
        """Ask for every passer-by; who is not answered for is left out."""
        async with httpx.AsyncClient(trust_env=False, timeout=2, transport=self._transport) as client:
            asked = [await self._of(client, name, beliefs.get(name, NOTHING)) for name in PASSERS_BY]
        found = [finding for finding in asked if finding]
        for finding in found:
            self._first.setdefault(finding.persona, finding)
        self.found = [replace(each, before=self._first[each.persona].now) for each in found]

    async def _of(self, client: httpx.AsyncClient, name: str, there: Belief) -> Finding | None:
        who = persona(name)
        signals = [("signal", f"{signal}={value}") for signal in _ASKED if (value := getattr(there, signal))]
        if who is None or not signals:
            return None
        now = datetime.now(UTC)
        with suppress(httpx.TransportError, ValueError, LookupError):
            answer = await client.get(f"{self._admin}/explain", params=[("path", "/"), *signals])
            told = _decision(answer.json())
            self.evidence, shares = _evidence(told), _shares(told)
            likes = max(VARIANTS, key=chances(who, now).__getitem__)
            return Finding(name, f"{there.city} {there.clock(now)} {there.device}", shares, shares, likes)
        return None


def _decision(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was decided for the shop window. ValueError where nothing was."""
    (decision,) = (each for each in told["decisions"] if each["experience"] == EXPERIENCE)
    found: Mapping[str, Any] = decision
    return found


def _shares(decision: Mapping[str, Any]) -> dict[str, float]:
    """The shares of its variants. LookupError where there are none."""
    found = {str(name): float(share) for name, share in decision["distribution"].items()}
    if not found:
        raise LookupError(EXPERIENCE)
    return found


def _evidence(decision: Mapping[str, Any]) -> Evidence:
    learned = decision["learned"]
    each = learned["evidence"].values()
    exposures, rewards = (round(sum(one[what] for one in each)) for what in ("exposures", "rewards"))
    return Evidence(exposures, rewards, learned["snapshot"]["number"] if learned["snapshot"] else 0)
