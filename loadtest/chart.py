"""A chart of lines, as SVG: one line per name, labelled at its end, readable on paper and on a dark screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import cycle
from math import floor, log10
from typing import Final

WIDTH: Final = 860
HEIGHT: Final = 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 660, 48, 420
_LINE: Final = 17
"""Pixels between two labels."""
_COLOURS: Final = ("#0b5fa5", "#c8421b", "#2c7d3f", "#7a3e9d", "#8a6d00", "#00798c", "#a3265e", "#555f6b")
_STEPS: Final = (1, 2, 2.5, 5, 10)

Lines = Mapping[str, Sequence[float]]
"""Name -> values at equal distances; all from 0 on, all equally many."""


def chart(title: str, across: str, end: float, lines: Lines) -> str:
    """The chart as an SVG file; `across` says what goes from 0 to `end` on the horizontal axis.

    The line that is named first is drawn last and thicker. ValueError without lines, or with an empty one.
    """
    if not lines or not all(lines.values()):
        raise ValueError("a chart takes a line, and every line a point")
    top = max(max(values) for values in lines.values()) or 1.0
    colours = dict(zip(lines, cycle(_COLOURS), strict=False))
    heights = {name: _height(values[-1], top) for name, values in lines.items()}
    drawn = [_line(lines[name], top, colours[name], name == next(iter(lines))) for name in reversed(list(lines))]
    labels = [_label(name, at, colours[name]) for name, at in _apart(heights).items()]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
            f' font-family="system-ui, sans-serif" font-size="13">',
            f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<text x="{_LEFT}" y="26" font-size="16" font-weight="600" fill="#222">{escape(title)}</text>',
            *_axes(across, end, top), *drawn, *labels, "</svg>\n",
        )
    )  # fmt: skip


def _axes(across: str, end: float, top: float) -> list[str]:
    found = []
    for value in _ticks(top):
        y = _height(value, top)
        found.append(f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        found.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{value:,g}</text>')
    for value in _ticks(end):
        x = _LEFT + (_RIGHT - _LEFT) * value / end
        found.append(f'<text x="{x:.1f}" y="{_BOTTOM + 20}" text-anchor="middle" fill="#555">{value:,g}</text>')
    middle = (_LEFT + _RIGHT) / 2
    found.append(f'<text x="{middle}" y="{_BOTTOM + 44}" text-anchor="middle" fill="#555">{escape(across)}</text>')
    return found


def _line(values: Sequence[float], top: float, colour: str, first: bool) -> str:
    step = (_RIGHT - _LEFT) / len(values)
    points = [f"{_LEFT + step * at:.1f},{_height(value, top):.1f}" for at, value in enumerate((0.0, *values))]
    width = 3 if first else 1.6
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _label(name: str, at: float, colour: str) -> str:
    return f'<text x="{_RIGHT + 8}" y="{at + 4:.1f}" fill="{colour}">{escape(name)}</text>'


def _height(value: float, top: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * value / top


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """The same heights, moved down from the one above where labels would overlap, and up again from the bottom."""
    order = sorted(heights, key=heights.__getitem__)
    placed: dict[str, float] = {}
    last = -float("inf")
    for name in order:
        last = placed[name] = max(heights[name], last + _LINE)
    bottom = float(_BOTTOM + _LINE)
    for name in reversed(order):
        bottom = placed[name] = min(placed[name], bottom - _LINE)
    return placed


def _ticks(top: float) -> list[float]:
    """Round values from 0 to at most `top`, about five of them."""
    scale = 10.0 ** floor(log10(top))
    step = next(each * scale for each in (*[part / 10 for part in _STEPS], *_STEPS) if top / (each * scale) <= 6)
    return [step * number for number in range(int(top / step) + 1)]
