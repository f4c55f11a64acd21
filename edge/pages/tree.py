"""The parser's view of a page: a thin layer over lexbor, in bytes of UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode, SelectolaxError

from edge.pages.charset import Charset

Node = LexborNode
Tree = LexborHTMLParser


def parse(page: bytes, charset: Charset, *, scripting: bool = False) -> Tree:
    """Parse a page as a browser does, with or without scripting; no `option` is copied into `selectedcontent`."""
    if charset.reads != "utf-8":
        page = page.decode(charset.reads, "replace").encode()
    return LexborHTMLParser(page, options=LexborDocumentOptions.WO_EVENTS, scripting=scripting)


def first(tree: Tree, selector: str) -> Node | None:
    """Return the first element in document order that matches; ValueError when the selector is not one."""
    try:
        return tree.css_first(selector)
    except SelectolaxError as error:
        raise ValueError(selector) from error


def every(tree: Tree, selector: str) -> list[Node]:
    """Return all elements that match, in document order; ValueError when the selector is not one."""
    try:
        return tree.css(selector)
    except SelectolaxError as error:
        raise ValueError(selector) from error


def html(tree: Tree) -> str:
    """Write the tree as markup: equal trees have equal markup."""
    return tree.html or ""


def ancestors(node: Node) -> Iterator[Node]:
    """Yield the elements around a node, innermost first."""
    above = node.parent
    while above is not None and above.is_element_node:
        yield above
        above = above.parent
