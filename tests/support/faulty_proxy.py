"""A proxy that injects the faults of bad networks and broken servers."""

import asyncio
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .background_server import ConnectionBroken
from .http_messages import Message, Streams, discard, forward, text_frame, with_length
from .proxy import Proxy

SIGNATURE = re.compile(r"X-Amz-Signature=(\w+)")


@dataclass
class Fault:
    """A fault to inject into a message.

    Attributes:
        message: The message's name: a GraphQL operation, an HTTP method, or the type of a real-time
            message; `handshake` is the start of any connection.
        direction: `request` to the server, `response` from it.
        action: `close` and `reset` end the connection; after `stall` nothing is forwarded;
            `delay` and `throttle` make it late and slow; `drop` and `double` are for real-time
            messages. Bytes replace the response (for a request, the server never receives it).
            A function returns another body of a response, or other real-time messages.
        at: The fraction of the message that is forwarded first, from 0 to 1.
        after: The number of messages of that name that are forwarded unchanged first.
        times: The number of messages affected.
    """

    message: str
    direction: str
    action: str | bytes | Callable[[bytes], Any]
    at: float = 0.0
    after: int = 0
    times: int = 1

    def __str__(self) -> str:
        action = self.action if isinstance(self.action, str) else "other"
        return f"{self.message}.{self.after}-{self.direction}-{action}-{self.at:g}-{self.times}"


class FaultyProxy(Proxy):
    """Forwards everything, except for the expected faults.

    Attributes:
        faults: Pending faults; each affects the first message that matches.
        triggered: Faults that occurred, in order.
        signatures: Signatures of the presigned URLs that were used.
    """

    def __init__(self, endpoint: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(endpoint, tls)
        self.faults: list[Fault] = []
        self.triggered: list[Fault] = []
        self.signatures: set[str] = set()
        self.stalled = threading.Event()
        self._released = asyncio.Event()

    def expect(self, *faults: Fault) -> None:
        """Replace the pending faults."""
        self.do(self._expect(*faults))

    async def _expect(self, *faults: Fault) -> None:
        self._released.set()
        self._released = asyncio.Event()
        self.stalled.clear()
        self.faults = [replace(fault) for fault in faults]
        self.triggered, self.messages = [], []

    async def accept_connection(self, client: Streams) -> None:
        if fault := self._fault("handshake", "request"):
            await client[0].readexactly(1)
            await self._end(fault, client[1])

    def reply_to(self, request: Message) -> bytes | None:
        self.signatures.update(SIGNATURE.findall(request.begin.partition(b"\r\n")[0].decode()))
        planned = super().reply_to(request)
        reply = self._reply(request.name, "request")
        return planned if reply is None else reply

    async def replace_response(self, response: Message, server: Streams) -> Message | bytes:
        reply = self._reply(response.name, "response")
        if isinstance(reply, bytes):
            await discard(server[0], response.rest)
            return reply
        if reply is None:
            return await super().replace_response(response, server)
        body = reply(await server[0].readexactly(response.rest))
        return Message(response.name, with_length(response.begin, len(body)) + body)

    def transform_frames(self, name: str, direction: str, frame: bytes, text: bytes) -> bytes:
        change = self._reply(name, direction)
        return b"".join(map(text_frame, change(text))) if callable(change) else frame

    def _fault(self, name: str, direction: str, *, replies: bool = False) -> Fault | None:
        found = None
        for fault in [*self.faults]:
            if (fault.message, fault.direction) != (name, direction) or replies == isinstance(
                fault.action, str
            ):
                continue
            if fault.after:
                fault.after -= 1
            elif found is None:
                found = fault
                fault.times -= 1
                self.triggered.append(fault)
                if not fault.times:
                    self.faults.remove(fault)
        return found

    def _reply(self, name: str, direction: str) -> Any:
        fault = self._fault(name, direction, replies=True)
        return fault and fault.action

    async def forward_message(
        self, message: Message, direction: str, source: Streams, sink: Streams
    ) -> None:
        fault = self._fault(message.name, direction)
        if fault is None:
            return await super().forward_message(message, direction, source, sink)
        forwarded = round(fault.at * message.size)
        match fault.action:
            case "delay":
                await asyncio.sleep(0.1)
                await forward(message, source[0], sink[1], message.size)
            case "throttle":
                await forward(message, source[0], sink[1], message.size, pause=0.005)
            case "drop":
                pass
            case "double":
                doubled = Message(message.name, message.begin * 2)
                await forward(doubled, source[0], sink[1], doubled.size)
            case _:
                await forward(message, source[0], sink[1], forwarded)
                await self._end(fault, (source if direction == "request" else sink)[1])

    async def _end(self, fault: Fault, client: asyncio.StreamWriter) -> None:
        if fault.action == "stall":
            self.stalled.set()
            await self._released.wait()
        elif fault.action == "reset":
            _reset(client)
        elif client.get_extra_info("ssl_object"):
            # Without TLS close_notify.
            client.transport.abort()
        raise ConnectionBroken


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
