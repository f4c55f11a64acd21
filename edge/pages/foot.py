"""The foot of a page: where, right before its `</body>`, a script of ours can stand and nothing else changes.

The scanner proposes the end tags, the last one first. Whether one really ends the body is asked of the parser: with a
harmless script in front of it the tree must be the very tree of the page, and that script in it; for browsers with and
without scripting. So a `</body>` in a comment, a script, a template or an attribute is none, and neither is one inside
an `svg` or a `select` that nobody closed. A page without a foot is not measured.

What else decides whether a script of ours may run there is read from the same tree: policies in `<meta>`, the address
that others are relative to, and whether the page is AMP, which allows no scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from edge.pages.prove import Proof
from edge.pages.tree import Node, Tree, ancestors, every, first, html
from edge.pages.values import Foot, Miss
from rules.scan import Tag

_TRIES: Final = 3
"""End tags that are tried; browsers pay heed to all of them, and a page needs one."""

_OTHERS: Final = frozenset(("svg", "math", "select", "template", "noscript", "frameset"))
"""Elements in which a script would be none, or in which browsers disagree."""


def foot(tags: Sequence[Tag], proof: Proof) -> Foot | Miss:
    """The foot of a page with these tags. TooSlowError: there was no time left to look for it."""
    ends = (tag.start for tag in reversed(tags) if tag.closing and tag.name == b"body" and not tag.raw)
    tried = list(islice(ends, _TRIES))
    if not tried:
        return "no-match"
    trees = {scripting: proof.parse(proof.page, scripting=scripting) for scripting in proof.scripting()}
    at = next((at for at in tried if all(_holds(at, proof, *item) for item in trees.items())), None)
    if at is None:
        return "structure"
    tree = trees[False]
    return Foot(at, tuple(_policies(tree)), _base(tree), amp=_amp(tree))


def _holds(at: int, proof: Proof, scripting: bool, tree: Tree) -> bool:
    """Whether a script at that place is one, and the rest of the page as it is without it."""
    probe = f'<script {proof.mark}=""></script>'
    page = proof.page
    copy = proof.parse(b"".join((page[:at], probe.encode(), page[at:])), scripting=scripting)
    found = every(copy, f"script[{proof.mark}]")
    if len(found) != 1 or _OTHERS & {(above.tag or "").lower() for above in ancestors(found[0])}:
        return False
    before, probed, behind = html(copy).partition(probe)
    return bool(probed) and before + behind == html(tree)


def _policies(tree: Tree) -> Iterator[str]:
    """The security policies that the page sets for itself; only those in its head count."""
    for meta in every(tree, "head > meta[http-equiv][content]"):
        if _attribute(meta, "http-equiv").strip().lower() == "content-security-policy":
            yield _attribute(meta, "content")


def _base(tree: Tree) -> str:
    """What the page says that its addresses are relative to."""
    base = first(tree, "base[href]")
    return "" if base is None else _attribute(base, "href").strip()


def _amp(tree: Tree) -> bool:
    root = first(tree, "html")
    return root is not None and not {"amp", "⚡"}.isdisjoint(root.attributes)


def _attribute(node: Node, name: str) -> str:
    return node.attributes.get(name) or ""
