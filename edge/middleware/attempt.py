"""Asking for another path first: when it does not answer well, the visitor never hears of it.

A path that fails may do so in many ways: an error, an exception, a connection that breaks off, silence, an error page
that never ends. As long as nothing of it has reached the visitor, each of them only costs a moment: the attempt is
stopped, and the page that was asked for is shown instead.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from edge.middleware.answer import Answer
from edge.web.asgi import App, Message, Receive, Scope


class Attempt:
    """One try to have an answer from an app. `seconds` is how long it may take until that begins."""

    def __init__(self, app: App, answer: Answer, seconds: float) -> None:
        self._app, self._answer, self._seconds = app, answer, seconds
        self._verdict: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __call__(self, scope: Scope, receive: Receive) -> str:
        """Empty when the visitor has the answer; else why not, and then nothing has been sent to them."""
        task = asyncio.ensure_future(self._carry(scope, receive))
        task.add_done_callback(_forget)
        try:
            done, _ = await asyncio.wait(
                (task, self._verdict), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                self._judge(f"said nothing for {self._seconds:g} seconds")
            if self._verdict.done() and self._verdict.result():
                return self._verdict.result()
            await task
            return "" if self._answer.began else "ended without an answer"
        except Exception as error:
            if self._answer.began:
                raise
            return f"broke off: {error!r}"
        finally:
            task.cancel()

    async def _carry(self, scope: Scope, receive: Receive) -> None:
        async with self._answer:
            await self._app(scope, receive, self._send)
            if self._verdict.done() and not self._answer.whole and not self._answer.began:
                raise EOFError("its page has no end")

    async def _send(self, message: Message) -> None:
        if not self._verdict.done() and message["type"] == "http.response.start":
            status = message["status"]
            self._judge(f"answered {status}" if _failure(status) else "")
        if self._verdict.done() and not self._verdict.result():
            await self._answer.send(message)

    def _judge(self, verdict: str) -> None:
        self._verdict.set_result(verdict)


def _failure(status: int) -> bool:
    return status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _forget(task: asyncio.Task[None]) -> None:
    """What an app raises when nobody waits for it any more concerns nobody."""
    if not task.cancelled():
        task.exception()


class EmptyFirst:
    """A `receive` for one of two apps that are asked in turn: each gets the empty body, then what really comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._asked = False

    async def __call__(self) -> Message:
        """The next message of a request without a body."""
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await self._receive())["type"] == "http.request":
            pass
        return message
