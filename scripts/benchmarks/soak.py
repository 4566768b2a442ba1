"""`scripts/bench soak`: streams of records over a connection with all kinds of faults.

Records are published throughout. Both clients listen through the proxy of `chaos`. Every record
must arrive exactly once, in order unless it is late, and memory must stay flat.
"""

import asyncio
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk._client_base import BaseClient
from avista_digital_exchange_sdk.errors import DigitalExchangeError

from .chaos import ChaosProxy
from .runner import ROOT

ENDPOINTS = 3
START_MILLISECONDS = 1_714_521_600_000
# Everything that takes minutes or a day takes seconds here.
SHORT_DELAYS: dict[str, Any] = {
    "initial_retry_delay": 0.05,
    "max_retry_delay": 1.0,
    "stream_check_delay": 0.5,
    "stream_check_seconds": 4.0,
    "max_connection_seconds": 6.0,
    "connection_overlap_seconds": 0.3,
}
# Mean lifetime in seconds of a real-time connection.
LIFETIME_SECONDS = 3.0
# How long the last records may take to arrive, once the faults have ended.
MAX_DRAIN_SECONDS = 60.0
LATE_FRACTION = 0.05
# Growth of the memory from the first to the last quarter that is not a leak.
MAX_GROWTH_BYTES = 40_000_000


@dataclass
class Listener:
    """What one client has received. Only records that did not arrive yet are remembered.

    Attributes:
        expected: The records that were published and not received.
        received: The number of records received.
        repeated: The number of records received again.
        unordered: The number of records in the wrong order that are not marked as late.
        recovered: The number of records that were fetched.
        gaps: The number of times without a connection.
        error: What ended the stream.
    """

    name: str
    expected: set[tuple[str, int]] = field(default_factory=set)
    received: int = 0
    repeated: int = 0
    unordered: int = 0
    recovered: int = 0
    gaps: int = 0
    error: BaseException | None = None
    newest: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, record: Any) -> None:
        """Note a record."""
        endpoint, time_of_record = record.iotEndpointId, int(record.timestamp)
        with self.lock:
            self.received += 1
            self.recovered += record.isRecovered
            key = (endpoint, time_of_record)
            if key in self.expected:
                self.expected.discard(key)
            else:
                self.repeated += 1
            newest = self.newest.get(endpoint, 0)
            self.unordered += time_of_record < newest and not record.isLate
            self.newest[endpoint] = max(newest, time_of_record)

    def note_gap(self, _gap: object) -> None:
        """Count a time without a connection."""
        self.gaps += 1

    def expect(self, endpoint: str, times: list[int]) -> None:
        """Note records that are about to be published."""
        with self.lock:
            self.expected |= {(endpoint, each) for each in times}


@dataclass
class SoakReport:
    """The result.

    Attributes:
        published: The number of records published.
        listeners: What each client received.
        faults: The number of faults of each kind.
        memory: The resident memory in bytes, from time to time.
    """

    published: int
    listeners: list[Listener]
    faults: dict[str, int]
    memory: list[int]

    @property
    def growth(self) -> int:
        """The growth of the memory from the first to the last quarter, in bytes."""
        quarter = max(len(self.memory) // 4, 1)
        return max(self.memory[-quarter:], default=0) - max(self.memory[:quarter], default=0)

    @property
    def has_passed(self) -> bool:
        """Whether nothing was lost or repeated, and memory is flat."""
        return self.growth <= MAX_GROWTH_BYTES and not any(
            listener.expected or listener.repeated or listener.unordered or listener.error
            for listener in self.listeners
        )

    def __str__(self) -> str:
        lines = [f"{self.published} records published; faults: {self.faults}"]
        lines += [
            f"{each.name}: {each.received} received ({each.recovered} fetched), "
            f"{len(each.expected)} lost, {each.repeated} repeated, {each.unordered} out of order, "
            f"{each.gaps} gaps, error: {each.error}"
            for each in self.listeners
        ]
        samples = [f"{size / 1e6:.0f}" for size in self.memory[:: max(len(self.memory) // 8, 1)]]
        memory = f"memory grew by {self.growth / 1e6:.1f} MB: {' '.join(samples)} MB"
        return "\n".join([*lines, memory])


def run(seconds: float, seed: int = 0) -> SoakReport:
    """Publish and listen for a time."""
    options = BaseClient._options
    BaseClient._options = replace(options, **SHORT_DELAYS)
    try:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with _running_proxy(ChaosProxy(port, LIFETIME_SECONDS, seed)) as proxy:
            public_url = f"http://127.0.0.1:{proxy.port}"
            with _running_exchange(port, public_url) as details:
                return _soak(seconds, proxy, port, details)
    finally:
        BaseClient._options = options


def _soak(seconds: float, proxy: ChaosProxy, port: int, details: dict[str, Any]) -> SoakReport:
    listeners = [Listener("sync client"), Listener("async client")]
    ended = threading.Event()
    ready = threading.Barrier(3)
    arguments = (details["token"], f"http://127.0.0.1:{proxy.port}/graphql", details["endpointIds"])
    threads = [
        threading.Thread(target=_listen, args=(listeners[0], ended, ready, *arguments)),
        threading.Thread(
            target=lambda: asyncio.run(_listen_async(listeners[1], ended, ready, *arguments))
        ),
    ]
    for thread in threads:
        thread.start()
    memory: list[int] = []
    try:
        ready.wait(60)
        url = f"http://127.0.0.1:{port}/graphql"
        published = _publish(seconds, details, url, listeners, memory)
        proxy.active = False
        deadline = time.monotonic() + MAX_DRAIN_SECONDS
        while any(each.expected and not each.error for each in listeners):
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        # Records that arrive again.
        time.sleep(1)
    finally:
        ended.set()
        for thread in threads:
            thread.join(30)
    return SoakReport(published, listeners, dict(proxy.faults), memory)


def _publish(
    seconds: float,
    details: dict[str, Any],
    url: str,
    listeners: list[Listener],
    memory: list[int],
) -> int:
    """Publish records until the time is over; return their number."""
    numbers = random.Random(1)
    next_times = dict.fromkeys(details["endpointIds"], START_MILLISECONDS)
    end = time.monotonic() + seconds
    published = 0
    with AvistaDigitalExchange(details["token"], endpoint=url) as exchange:
        while time.monotonic() < end:
            for endpoint, first in next_times.items():
                # Every second millisecond; the others are for late records.
                times = [first + 2 * index for index in range(numbers.randint(1, 5))]
                next_times[endpoint] = times[-1] + 2
                if numbers.random() < LATE_FRACTION:
                    times.append(first - 1)
                for listener in listeners:
                    listener.expect(endpoint, times)
                data = [{"timestamp": each, "attributes": {"Count": each}} for each in times]
                result = exchange.iot.publish(endpoint, data)
                assert not result.recordsFailed, result.recordsFailed
                published += len(times)
            memory.append(_resident_bytes())
            time.sleep(0.05)
    return published


def _listen(
    listener: Listener,
    ended: threading.Event,
    ready: threading.Barrier,
    token: str,
    url: str,
    ids: list[str],
) -> None:
    try:
        with (
            AvistaDigitalExchange(token, endpoint=url, timeout=20, maxRetries=8) as exchange,
            exchange.iot.subscribeToEndpointRecords(ids, onGap=listener.note_gap) as records,
        ):
            ready.wait(60)
            while not ended.is_set():
                with suppress(TimeoutError):
                    listener.add(records.next(0.2))
    except (DigitalExchangeError, threading.BrokenBarrierError) as error:
        listener.error = error
        ready.abort()


async def _listen_async(
    listener: Listener,
    ended: threading.Event,
    ready: threading.Barrier,
    token: str,
    url: str,
    ids: list[str],
) -> None:
    try:
        async with (
            AsyncAvistaDigitalExchange(token, endpoint=url, timeout=20, maxRetries=8) as exchange,
            exchange.iot.subscribeToEndpointRecords(ids, onGap=listener.note_gap) as records,
        ):
            await asyncio.to_thread(ready.wait, 60)
            while not ended.is_set():
                with suppress(TimeoutError):
                    listener.add(await records.next(0.2))
    except (DigitalExchangeError, threading.BrokenBarrierError) as error:
        listener.error = error
        ready.abort()


@contextmanager
def _running_proxy(proxy: ChaosProxy) -> Iterator[ChaosProxy]:
    """Run a proxy in a thread."""
    started = threading.Event()
    stopping = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        server = await proxy.start()
        started.set()
        await stopping.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    started.wait()
    try:
        yield proxy
    finally:
        loops[0].call_soon_threadsafe(stopping.set)
        thread.join()


@contextmanager
def _running_exchange(port: int, public_url: str) -> Iterator[dict[str, Any]]:
    """Run a Local Exchange in a process of its own, whose memory does not count."""
    command = [sys.executable, "-m", "scripts.benchmarks.soak_exchange"]
    process = subprocess.Popen(
        [*command, str(port), public_url, str(ENDPOINTS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


def _resident_bytes() -> int:
    """Return the resident memory of this process; 0 if the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096
    except FileNotFoundError:
        return 0


def main(seconds: float) -> int:
    """Run it and print the report; the exit code is 1 if it has failed."""
    report = run(seconds)
    print(report)
    return 0 if report.has_passed else 1
