"""Tracebacks without the frames in which a secret is plain.

httpx, httpcore, h11, websockets and what is below them hold requests as bytes, the token and
presigned URLs included, in local variables that some tools show.
"""

import contextlib
import sys
from collections.abc import Iterator
from types import FrameType, TracebackType

LIBRARIES = frozenset(
    {
        *("anyio", "h11", "httpcore", "httpx", "idna", "truststore", "websockets"),
        *("asyncio", "encodings", "selectors", "socket", "ssl"),
    }
)


@contextlib.contextmanager
def hide_transport() -> Iterator[None]:
    """Take the frames of the transport out of the tracebacks of whatever is raised.

    The frame of the `with` block itself stays.
    """
    handled = sys.exception()
    try:
        yield
    except BaseException as error:
        strip_transport(error, handled)
        raise


def strip_transport(error: BaseException, handled: BaseException | None = None) -> None:
    """Take the frames of the transport out of the tracebacks of an error and of its causes.

    Args:
        error: The error.
        handled: An error that the caller was handling already, which stays as it is.
    """
    waiting: list[BaseException | None] = [error]
    seen = {id(handled)}
    while waiting:
        link = waiting.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        _take_out_transport(link.__traceback__)
        if link is not error:
            link.__traceback__ = _after_transport(link.__traceback__)
        waiting += [link.__cause__, link.__context__]
        if isinstance(link, BaseExceptionGroup):
            waiting += link.exceptions


def _take_out_transport(traceback: TracebackType | None) -> None:
    # In place, and after every frame: contextlib gives an error the traceback again that it had in
    # the `with` block.
    while traceback is not None:
        following = traceback.tb_next
        traceback.tb_next = _after_transport(following)
        traceback = following


def _after_transport(traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and _is_transport(traceback.tb_frame):
        traceback = traceback.tb_next
    return traceback


def _is_transport(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__"))
    return module.partition(".")[0] in LIBRARIES or module.startswith(f"{__package__}.")
