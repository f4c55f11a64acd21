"""A body in chunks (RFC 9112 §7.1), decoded by httptools; extensions and trailers are read and dropped.

Two things are ours. llhttp does not tell where a message ends: after the last chunk it skips stray line ends and
then reads the next message. A message that is followed by nothing else ends with an empty line, so the byte five
from the end belongs to the last line's content; if it is a CR or LF, something followed. And framing that outweighs
the content (extensions without end, trailers without end) is refused, since nobody would ever see it stop.
"""

from __future__ import annotations

import re
from typing import Final

import httptools

from edge.gateway.transport.framing import Refused

_ENDED: Final = re.compile(rb"[^\r\n]\r\n\r\n")
_PREFACE: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_MOST_FRAMING: Final = 65_536
_PER_BYTE: Final = 8  # chunks of one byte cost five bytes of framing each


class _Content:
    """What httptools calls back."""

    __slots__ = ("begun", "done", "parts")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.begun = 0
        self.done = False

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_body(self, part: bytes) -> None:
        if not self.done:  # else it is of the next message
            self.parts.append(part)

    def on_message_complete(self) -> None:
        self.done = True


class Chunked:
    """Decodes the chunks of one body."""

    __slots__ = ("_allowed", "_content", "_parser", "_tail", "done", "surplus")

    def __init__(self) -> None:
        self.done = self.surplus = False
        self._allowed = _MOST_FRAMING
        self._tail = b""
        self._content = _Content()
        self._parser = httptools.HttpResponseParser(self._content)
        self._parser.feed_data(_PREFACE)

    def feed(self, data: bytes) -> bytes:
        """The content of these chunks."""
        content = self._content
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not content.done:
                raise Refused(f"the chunks are malformed: {error}") from error
            self.surplus = True
        part = b"".join(content.parts)
        content.parts.clear()
        self._tail = (self._tail + data[-5:])[-5:]
        self._weigh(len(data), len(part))
        if content.done:
            self.done = True
            self.surplus = self.surplus or content.begun > 1 or not _ENDED.fullmatch(self._tail)
        return part

    def lacking(self) -> str:
        """The end of the chunks."""
        return "the last chunk"

    def _weigh(self, read: int, content: int) -> None:
        self._allowed += _PER_BYTE * content - (read - content)
        if self._allowed < 0:
            raise Refused("more chunk framing than content")
