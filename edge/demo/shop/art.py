"""Pictures of walks and places, drawn from their names: the same name always gives the same hills.

Each comes in four lights, so that a rule can choose one by time and weather.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from math import sin, tau
from typing import Final

WIDTH: Final = 1200
HEIGHT: Final = 600
_STEP: Final = 20


@dataclass(frozen=True, slots=True)
class _Palette:
    sky: tuple[str, str]
    hills: tuple[str, str, str]
    water: str
    sun: str = ""


_LIGHTS: Final = {
    "day": _Palette(("#a9d3ea", "#f3efdc"), ("#86a9a4", "#5c877c", "#2f5d53"), "#8fb9c4", "#fff6d6"),
    "night": _Palette(("#101c33", "#3a4a6b"), ("#2c3b58", "#1f2b43", "#131c2d"), "#22304c", "#e9edf5"),
    "rain": _Palette(("#7b8c95", "#c6ced0"), ("#93a3a7", "#6d8187", "#475c62"), "#8a9ba1"),
    "snow": _Palette(("#c3d2de", "#f5f7f8"), ("#e4ebf0", "#cfdbe3", "#a9bccb"), "#b9cad6"),
}
LIGHTS: Final = tuple(_LIGHTS)


def picture(name: str, light: str) -> bytes:
    """An SVG of the hills of that name in one of `LIGHTS`."""
    colours, chance = _LIGHTS[light], sha256(name.encode()).digest()
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{colours.sky[0]}"/>'
        f'<stop offset=".8" stop-color="{colours.sky[1]}"/></linearGradient></defs>',
        f'<path fill="url(#s)" d="M0 0H{WIDTH}V{HEIGHT}H0Z"/>',
        _sun(colours.sun, chance),
        *(f'<path fill="{colour}" d="{_ridge(chance, row)}"/>' for row, colour in enumerate(colours.hills)),
        f'<path fill="{colours.water}" d="M0 520H{WIDTH}V{HEIGHT}H0Z"/>',
        {"rain": _strokes(chance), "snow": _dots(chance, "#fff", 5), "night": _dots(chance, "#e9edf5", 2)}.get(
            light, ""
        ),
        "</svg>",
    ]
    return "".join(parts).encode()


def _sun(colour: str, chance: bytes) -> str:
    return f'<circle cx="{200 + chance[0] * 3}" cy="{170 + chance[1] % 60}" r="44" fill="{colour}"/>' if colour else ""


def _ridge(chance: bytes, row: int) -> str:
    """One line of hills, the nearer the lower."""
    first, second, height = chance[3 * row + 2], chance[3 * row + 3], 60 + chance[3 * row + 4] % 90
    base = 300 + 75 * row

    def top(x: int) -> int:
        slow, quick = sin(tau * (x / WIDTH * 1.5 + first / 256)), sin(tau * (x / WIDTH * 4 + second / 256))
        return round(base - height * (0.75 * slow + 0.25 * quick))

    line = "L".join(f"{x} {top(x)}" for x in range(0, WIDTH + _STEP, _STEP))
    return f"M0 {HEIGHT}L{line}L{WIDTH} {HEIGHT}Z"


def _strokes(chance: bytes) -> str:
    lines = "".join(f"M{chance[i] * 5} {i * 18}l-14 46" for i in range(32))
    return f'<path stroke="#eef2f3" stroke-opacity=".55" stroke-width="3" d="{lines}"/>'


def _dots(chance: bytes, colour: str, radius: int) -> str:
    """Snow, or stars: those stand in the upper half."""
    rise = 9 if radius < 4 else 18
    dots = (f'<circle cx="{chance[i] * 5 - 40}" cy="{i * rise + 10}" r="{radius}"/>' for i in range(32))
    return f'<g fill="{colour}" fill-opacity=".85">{"".join(dots)}</g>'
