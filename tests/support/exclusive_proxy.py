"""A proxy that makes an end of the time ranges of queries exclusive."""

import json
from collections.abc import Callable

from .http_messages import Message, Streams, with_length
from .proxy import Proxy


class ExclusiveProxy(Proxy):
    """Moves a time in the requests of an operation.

    Args:
        endpoint: The endpoint behind the proxy.
        operation: The name of the operation.
        argument: The name of the argument that is the time.
        move: Returns the new time.
    """

    def __init__(
        self, endpoint: str, operation: str, argument: str, move: Callable[[str], str]
    ) -> None:
        super().__init__(endpoint)
        self._operation = operation
        self._argument = argument
        self._move = move

    async def forward_message(
        self, message: Message, direction: str, source: Streams, sink: Streams
    ) -> None:
        if message.name == self._operation and direction == "request":
            head, _, body = message.begin.partition(b"\r\n\r\n")
            request = json.loads(body)
            if time := request["variables"].get(self._argument):
                request["variables"][self._argument] = self._move(time)
            body = json.dumps(request).encode()
            head = with_length(head, len(body))
            message = Message(message.name, head + b"\r\n\r\n" + body)
        await super().forward_message(message, direction, source, sink)
