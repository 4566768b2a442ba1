"""Times in which the events of a subscription may have been missed."""

from dataclasses import dataclass
from datetime import datetime

# The number of IDs in a message.
MAX_PRINTED_IDS = 3


@dataclass(frozen=True)
class StreamGap:
    """A time in which events of a stream may have been missed. It prints as a sentence.

    Attributes:
        start: When the last message before the gap was received, by the clock of this machine.
        end: When the first message after the gap was received, by the clock of this machine.
        reason: Why events may be missing.
        subjectIds: The IDs of the endpoints, captures or assets.
        recoveredFrom: The start of the time range from which missed records were fetched. Records
            with earlier timestamps may be missing. None if nothing was fetched.
    """

    start: datetime
    end: datetime
    reason: str
    subjectIds: tuple[str, ...] = ()
    recoveredFrom: datetime | None = None

    def __str__(self) -> str:
        subjects = ", ".join(self.subjectIds[:MAX_PRINTED_IDS])
        if len(self.subjectIds) > MAX_PRINTED_IDS:
            subjects += f" and {len(self.subjectIds) - MAX_PRINTED_IDS} others"
        span = f"from {self.start.isoformat()} to {self.end.isoformat()}"
        if self.recoveredFrom is not None:
            first = self.recoveredFrom.isoformat()
            return (
                f"records of {subjects} published {span} were fetched, except for those with "
                f"timestamps before {first}: {self.reason}"
            )
        return f"events of {subjects} {span} may be missing: {self.reason}"
