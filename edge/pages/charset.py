"""In which charset a page is written, found in the order of the HTML Standard (sections 13.2.3.2 and 13.2.3.3).

A byte-exact edit needs two things of a charset: ASCII bytes must mean ASCII wherever they stand (so that tags are found
without decoding), and text of ours must be writable. Both hold for UTF-8 and the single-byte charsets; all others are
refused. What a charset has no byte for is written as a numeric character reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rules.scan import Tag, attributes, scan

PRESCAN: Final = 1024
"""How many bytes of a page may hold its `<meta charset>`."""


@dataclass(frozen=True, slots=True)
class Charset:
    """How to read a page's bytes and how to write ours."""

    reads: str  # a Python codec
    writes: str  # usually the same; `ascii` where Python's table is not the Web's


UTF_8: Final = Charset("utf-8", "utf-8")
UNDECLARED: Final = Charset("latin-1", "ascii")
"""Nothing says what the page is: ASCII is right in every guess a browser may make."""

_LABELS: Final = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "cp866": "ibm866 866 cp866 csibm866",
    "iso8859-2": "iso-8859-2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859-3": "iso-8859-3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859-4": "iso-8859-4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859-5": "iso-8859-5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "iso-8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e"
    " iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "iso-8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7"
    " iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "iso-8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598"
    " iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859-10": "iso-8859-10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "iso-8859-15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "koi8-r cskoi8r koi koi8 koi8_r",
    "koi8-u": "koi8-u koi8-ru",
    "mac-roman": "macintosh csmacintosh mac x-mac-roman",
    "cp874": "windows-874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251",
    "cp1252": "windows-1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1"
    " iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5"
    " latin5 x-cp1254",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
}
_OTHER_TABLES: Final = frozenset(("koi8-u", "mac-cyrillic"))  # Python and the Web differ in a few letters of these
_CODECS: Final = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_IN_META: Final = {"utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}
"""A `meta` that can be read as ASCII cannot be in UTF-16: the Standard's corrections."""

_IN_HEADER: Final = re.compile(r";[\t ]*charset=[\t ]*\"?([^\";\t ]+)", re.IGNORECASE)
_IN_CONTENT: Final = re.compile(
    rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r ;\"']+))", re.IGNORECASE
)


def charset_of(page: bytes, content_type: str) -> Charset | None:
    """Return the charset that browsers will use for a page, or None when it is not one that we can write."""
    if page.startswith(b"\xef\xbb\xbf"):
        return UTF_8
    if page.startswith((b"\xfe\xff", b"\xff\xfe")):
        return None
    label = _of_header(content_type)
    if label is None:
        label = _of_meta(page[:PRESCAN])
    return UNDECLARED if label is None else _named(label)


def _named(label: str) -> Charset | None:
    codec = _CODECS.get(label.strip("\t\n\f\r ").lower())
    if codec is None:
        return None
    return Charset(codec, "ascii" if codec in _OTHER_TABLES else codec)


def _of_header(content_type: str) -> str | None:
    found = _IN_HEADER.search(content_type)
    return None if found is None else found[1]


def _of_meta(head: bytes) -> str | None:
    for tag in scan(head):
        if tag.name == b"meta" and not tag.closing:
            label = _declared(head, tag)
            if label is not None:
                return _IN_META.get(label.strip("\t\n\f\r ").lower(), label)
    return None


def _declared(head: bytes, tag: Tag) -> str | None:
    source = head[tag.start : tag.end]
    found: dict[bytes, bytes] = {}
    for attribute in attributes(source):
        found.setdefault(attribute.name, source[attribute.value : attribute.end].strip(b"\"'"))
    label = found.get(b"charset")
    if label is None and found.get(b"http-equiv", b"").lower() == b"content-type":
        inside = _IN_CONTENT.search(found.get(b"content", b""))
        label = None if inside is None else inside[1] or inside[2] or inside[3]
    return None if label is None else label.decode("latin-1")
