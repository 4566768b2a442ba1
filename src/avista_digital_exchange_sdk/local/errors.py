"""Errors of resolvers."""

# Maximum number of characters of a value in a message.
MAX_SHOWN_CHARACTERS = 60


class PlatformError(Exception):
    """Becomes one AppSync error on the field whose resolver raised it."""

    def __init__(self, error_type: str, message: str, error_info: object = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.error_info = error_info


def unauthorized(what: str) -> PlatformError:
    """Create the error for an object that the caller may not access or change."""
    return PlatformError("Unauthorized", f"Not Authorized to access {what}.")


def not_found(what: str) -> PlatformError:
    """Create the error for an unknown ID."""
    return PlatformError("NotFound", f"{what} does not exist.")


def bad_request(message: str) -> PlatformError:
    """Create the error for invalid arguments."""
    return PlatformError("BadRequest", message)


def invalid_request(message: str) -> PlatformError:
    """Create the error for an invalid request, as the platform's database does."""
    return PlatformError("ValidationException", message)


def shorten(text: str) -> str:
    """Quote a string for a message, truncated if it is long."""
    if len(text) > MAX_SHOWN_CHARACTERS:
        text = f"{text[: MAX_SHOWN_CHARACTERS - 1]}…"
    return repr(text)
