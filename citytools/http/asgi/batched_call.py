"""One query for all who wait for its answer."""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from citytools.http.asgi.thread_pools import ThreadPool

T = TypeVar("T")


class BatchedCall(Generic[T]):
    """A function that a thread calls once for everybody who has asked since the last call began.

    So nobody gets a result that may be older than their request. Used on the event loop alone.
    """

    def __init__(self, name: str, function: Callable[[], T]) -> None:
        self._pool = ThreadPool(name, max_threads=1, max_waiting=1)
        self._function = function
        self._next: asyncio.Future[T] | None = None
        self._running = False

    def result(self) -> "asyncio.Future[T]":
        """The result of a call that begins only now, or later."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        waiting = self._next
        if not self._running:
            self._begin()
        return waiting

    def _begin(self) -> None:
        if self._next is None:
            return
        waiting, self._next = self._next, None
        try:
            call = self._pool.submit(self._function, threading.Event())
        except Exception as error:  # no thread to be had: the next to ask tries again
            waiting.set_exception(error)
            return
        self._running = True
        call.add_done_callback(lambda done: self._finish(waiting, done))

    def _finish(self, waiting: "asyncio.Future[T]", call: "asyncio.Future[T]") -> None:
        self._running = False
        error = call.exception()
        # One of those who wait for the same future may have cancelled it
        if not waiting.done():
            if error:
                waiting.set_exception(error)
            else:
                waiting.set_result(call.result())
        self._begin()
