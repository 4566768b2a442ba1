"""Removes the frames that contain secrets from tracebacks.

httpx, httpcore, h11, websockets and their dependencies keep requests, including the token and
presigned URLs, in local variables, which some tools show.
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
    """Remove the frames of the transport from the tracebacks of exceptions in a `with` block.

    The frame of the `with` block itself is kept.
    """
    handled = sys.exception()
    try:
        yield
    except BaseException as error:
        strip_transport(error, handled)
        raise


def strip_transport(error: BaseException, handled: BaseException | None = None) -> None:
    """Remove the frames of the transport from the tracebacks of an error and its causes.

    Args:
        error: The error.
        handled: An error that the caller was already handling, which is not changed.
    """
    waiting: list[BaseException | None] = [error]
    seen = {id(handled)}
    while waiting:
        link = waiting.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        _remove_transport(link.__traceback__)
        if link is not error:
            link.__traceback__ = _skip_transport(link.__traceback__)
        waiting += [link.__cause__, link.__context__]
        if isinstance(link, BaseExceptionGroup):
            waiting += link.exceptions


def _remove_transport(traceback: TracebackType | None) -> None:
    # In place and at every frame, as contextlib restores the traceback that an error had in the
    # `with` block.
    while traceback is not None:
        following = traceback.tb_next
        traceback.tb_next = _skip_transport(following)
        traceback = following


def _skip_transport(traceback: TracebackType | None) -> TracebackType | None:
    while traceback is not None and _is_transport(traceback.tb_frame):
        traceback = traceback.tb_next
    return traceback


def _is_transport(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__"))
    return module.partition(".")[0] in LIBRARIES or module.startswith(f"{__package__}.")
