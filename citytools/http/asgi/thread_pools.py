"""Threads for one kind of work each, so that no kind stops another; few may wait for one."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], threading.Event, "asyncio.Future[Any]"]


class PoolFullError(Exception):
    """As many jobs wait as may."""


class ThreadPool:
    """Daemon threads, started when first needed, each with its own database connection.

    Not concurrent.futures: its queue has no bound, it takes twice as long to hand over a job, and
    at exit it waits for its threads. All methods are called on the event loop's thread.
    """

    def __init__(self, name: str, max_threads: int, max_waiting: int) -> None:
        self._name, self._max_threads = name, max_threads
        self._max_jobs = max_threads + max_waiting
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._unfinished = self._threads = 0

    def submit(self, work: Callable[[], T], cancelled: threading.Event) -> "asyncio.Future[T]":
        """Run in a thread; the future is cancelled where `cancelled` is set before one is free."""
        if self._unfinished >= self._max_jobs:
            raise PoolFullError(self._name)
        if self._threads < min(self._unfinished + 1, self._max_threads):
            name = f"{self._name}-{self._threads + 1}"
            threading.Thread(target=self._run_jobs, name=name, daemon=True).start()
            self._threads += 1  # not before: one that could not be started is tried again
        self._unfinished += 1
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((work, cancelled, future))
        return future

    def _run_jobs(self) -> None:
        while True:
            work, cancelled, future = self._jobs.get()
            finish: Callable[[], object]
            finish = future.cancel if cancelled.is_set() else _outcome(work, future)
            # A loop that has been closed needs no answer any more
            with contextlib.suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(self._finish, finish)
            # Else the last answer would stay in memory until the next job
            del work, cancelled, future, finish

    def _finish(self, finish: Callable[[], object]) -> None:
        self._unfinished -= 1
        finish()


def _outcome(work: Callable[[], T], future: "asyncio.Future[T]") -> Callable[[], object]:
    """Do the work; what is left to do on the event loop."""
    try:
        result = work()
    except BaseException as error:  # also SystemExit: the thread goes on
        fault = error
        return lambda: None if future.done() else future.set_exception(fault)
    return lambda: None if future.done() else future.set_result(result)


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
