"""The element that a selector means, found in a number of steps that grows with the page and no faster.

A parser that follows a selector from right to left tries every way up for each element: `a b c d` on a page of depth n
costs n to the third. Here the parser is asked only for the compounds (`rules/selector.py`), each in one pass over the
tree; whether they stand to each other as the combinators say is then walked, with a memory for what is known already.
Each step is paid for, so a selector that is too much for a page gives `too-slow` and not a page that hangs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from edge.pages.steps import Steps
from edge.pages.tree import Node, Tree, every, first
from rules.selector import Chain, Combinator, chains, laborious

_WALK: Final = 60
"""Steps that one move from element to element costs."""

Memory = dict[tuple[int, int], bool]
"""Whether, from an element on, something is found that holds for what stands left in a chain."""


class Search:
    """Finds elements in one tree; `once`: steps to go over it once."""

    def __init__(self, tree: Tree, once: int, steps: Steps) -> None:
        self.tree = tree
        self._once, self._steps = once, steps
        self._found: dict[str, dict[int, Node]] = {}
        self._labour: int | None = None

    def first(self, selector: str) -> Node | None:
        """The first element in document order that matches; ValueError when the selector is not one."""
        found = chains(selector)
        if not any(chain.combinators for chain in found):
            self._pay(found)
            return first(self.tree, selector)
        return next(self._matching(selector), None)

    def every(self, selector: str) -> Iterator[Node]:
        """All elements that match, in document order; ValueError when the selector is not one."""
        return self._matching(selector)

    def pay(self) -> None:
        """Pay for one look at the whole page."""
        self._steps.spend(self._once)

    def _matching(self, selector: str) -> Iterator[Node]:
        found = chains(selector)
        known: list[Memory] = [{} for _ in found]
        for node in self._every(",".join(chain.compounds[-1] for chain in found)).values():
            for chain, memory in zip(found, known, strict=True):
                last = len(chain.combinators)
                if node.mem_id in self._every(chain.compounds[-1]) and self._holds(node, chain, last, memory):
                    yield node
                    break

    def _holds(self, node: Node, chain: Chain, at: int, memory: Memory) -> bool:
        """Whether what stands left of a compound in its chain holds for an element that matches the compound."""
        if not at:
            return True
        left = self._every(chain.compounds[at - 1])
        found = False
        passed: list[tuple[int, int]] = []
        for near in self._around(node, chain.combinators[at - 1]) if left else ():
            key = (near.mem_id, at)
            if key in memory:
                found = memory[key]
                break
            passed.append(key)
            if near.mem_id in left and self._holds(near, chain, at - 1, memory):
                found = True
                break
        memory.update(dict.fromkeys(passed, found))  # who comes this way again need not go on
        return found

    def _around(self, node: Node, combinator: Combinator) -> Iterator[Node]:
        upwards = combinator in (" ", ">")
        near = node.parent if upwards else node.prev
        while near is not None:
            self._steps.spend(_WALK)
            if near.is_element_node:
                yield near
                if combinator in (">", "+"):
                    return
            near = near.parent if upwards else near.prev

    def _every(self, compounds: str) -> dict[int, Node]:
        if compounds not in self._found:
            self._pay(chains(compounds))
            self._found[compounds] = {node.mem_id: node for node in every(self.tree, compounds)}
        return self._found[compounds]

    def _pay(self, found: tuple[Chain, ...]) -> None:
        for chain in found:
            self._steps.spend(self._once + (self._labour_of_page() if laborious(chain.compounds[-1]) else 0))

    def _labour_of_page(self) -> int:
        """What it costs to count the siblings of each element, and to look above each one."""
        if self._labour is None:
            depths: dict[int, int] = {}
            rows: dict[int, int] = {}
            labour = 0
            for node in () if self.tree.root is None else self.tree.root.traverse(include_text=True):
                self._steps.spend(_WALK)
                above = 0 if node.parent is None else node.parent.mem_id
                depths[node.mem_id] = depths.get(above, 0) + 1
                rows[above] = rows.get(above, 0) + 1
                labour += depths[node.mem_id] + rows[above]
            self._labour = labour
        return self._labour


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked for: the first element that a selector finds, or one of its children."""

    selector: str
    child: int = -1  # which one, from 0; -1: the element itself

    def element(self, search: Search) -> Node | None:
        """The element on this page; ValueError when the selector is not one."""
        found = search.first(self.selector)
        if found is None or self.child < 0:
            return found
        return next(islice(children(found), self.child, None), None)


def children(node: Node) -> Iterator[Node]:
    """Yield the elements that are a node's children."""
    below = node.first_child
    while below is not None:
        if below.is_element_node:
            yield below
        below = below.next
