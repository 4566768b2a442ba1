"""A proxy that does to what passes it what bad networks and broken servers do."""

import asyncio
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .background_server import Broken
from .http_messages import Message, Streams, pass_over, pour, text_frame, with_length
from .proxy import Proxy

SIGNATURE = re.compile(r"X-Amz-Signature=(\w+)")


@dataclass
class Fault:
    """What happens to a message.

    Attributes:
        step: The message's name: a GraphQL operation, an HTTP method, the type of a real-time
            message; `handshake` is the beginning of any connection.
        way: `request` on its way to the server, `answer` on its way back.
        what: `close` and `reset` end the connection; after `stall` nothing passes any more;
            `delay` and `throttle` make it late and slow; `drop` and `double` are for real-time
            messages. Bytes are answered in the server's place (on the way to the server, it is
            never asked). A function makes another body of an answer, or other real-time
            messages of one.
        at: How much of the message passes before, from 0 to 1.
        after: How many messages of that name pass unharmed before.
        times: How many it happens to.
    """

    step: str
    way: str
    what: str | bytes | Callable[[bytes], Any]
    at: float = 0.0
    after: int = 0
    times: int = 1

    def __str__(self) -> str:
        what = self.what if isinstance(self.what, str) else "other"
        return f"{self.step}.{self.after}-{self.way}-{what}-{self.at:g}-{self.times}"


class FaultyProxy(Proxy):
    """Passes everything on, but for the faults it is given.

    Attributes:
        faults: What is to happen; each happens once to the first message it fits.
        happened: What did happen, in order.
        signatures: Of the presigned URLs that were used.
    """

    def __init__(self, endpoint: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(endpoint, tls)
        self.faults: list[Fault] = []
        self.happened: list[Fault] = []
        self.signatures: set[str] = set()
        self.stalled = threading.Event()
        self._released = asyncio.Event()

    def expect(self, *faults: Fault) -> None:
        """Let these faults happen from now on, and none of those before."""
        self.do(self._expect(*faults))

    async def _expect(self, *faults: Fault) -> None:
        self._released.set()
        self._released = asyncio.Event()
        self.stalled.clear()
        self.faults = [replace(fault) for fault in faults]
        self.happened, self.seen = [], []

    async def admit(self, client: Streams) -> None:
        if fault := self._fault("handshake", "request"):
            await client[0].readexactly(1)
            await self._end(fault, client[1])

    def reply_to(self, request: Message) -> bytes | None:
        self.signatures.update(SIGNATURE.findall(request.begin.partition(b"\r\n")[0].decode()))
        planned = super().reply_to(request)
        reply = self._reply(request.name, "request")
        return planned if reply is None else reply

    async def given_in_place_of(self, answer: Message, server: Streams) -> Message | bytes:
        reply = self._reply(answer.name, "answer")
        if isinstance(reply, bytes):
            await pass_over(server[0], answer.rest)
            return reply
        if reply is None:
            return await super().given_in_place_of(answer, server)
        body = reply(await server[0].readexactly(answer.rest))
        return Message(answer.name, with_length(answer.begin, len(body)) + body)

    def frames_of(self, name: str, way: str, frame: bytes, text: bytes) -> bytes:
        change = self._reply(name, way)
        return b"".join(map(text_frame, change(text))) if callable(change) else frame

    def _fault(self, name: str, way: str, *, replies: bool = False) -> Fault | None:
        hit = None
        for fault in [*self.faults]:
            if (fault.step, fault.way) != (name, way) or replies == isinstance(fault.what, str):
                continue
            if fault.after:
                fault.after -= 1
            elif hit is None:
                hit = fault
                fault.times -= 1
                self.happened.append(fault)
                if not fault.times:
                    self.faults.remove(fault)
        return hit

    def _reply(self, name: str, way: str) -> Any:
        fault = self._fault(name, way, replies=True)
        return fault and fault.what

    async def pass_on(self, message: Message, way: str, source: Streams, sink: Streams) -> None:
        fault = self._fault(message.name, way)
        if fault is None:
            return await super().pass_on(message, way, source, sink)
        passes = round(fault.at * message.size)
        match fault.what:
            case "delay":
                await asyncio.sleep(0.1)
                await pour(message, source[0], sink[1], message.size)
            case "throttle":
                await pour(message, source[0], sink[1], message.size, pause=0.005)
            case "drop":
                pass
            case "double":
                doubled = Message(message.name, message.begin * 2)
                await pour(doubled, source[0], sink[1], doubled.size)
            case _:
                await pour(message, source[0], sink[1], passes)
                await self._end(fault, (source if way == "request" else sink)[1])

    async def _end(self, fault: Fault, client: asyncio.StreamWriter) -> None:
        if fault.what == "stall":
            self.stalled.set()
            await self._released.wait()
        elif fault.what == "reset":
            _reset(client)
        elif client.get_extra_info("ssl_object"):
            # No farewell, as TLS has it.
            client.transport.abort()
        raise Broken


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
