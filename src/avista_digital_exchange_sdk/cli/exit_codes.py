"""How commands exit."""

DONE, FAILED, MISUSED, REFUSED, NOT_FOUND, INCOMPLETE, UNREACHABLE = range(7)
HUNG_UP, INTERRUPTED, PIPE_CLOSED, TERMINATED = 129, 130, 141, 143
"""What shells say of programs that SIGHUP, SIGINT, SIGPIPE and SIGTERM ended."""

EXIT_CODES = {
    DONE: "Done.",
    FAILED: "It failed, or some of several files did; the messages say why.",
    MISUSED: "It can't be done as asked: an option, argument or file can't be used.",
    REFUSED: "The token was refused, or its user may not do this.",
    NOT_FOUND: "There is nothing of that id or path.",
    INCOMPLETE: "Only some of the rows were published.",
    UNREACHABLE: "The platform could not be reached, or not in time. Trying again may help.",
    HUNG_UP: "Its terminal was closed (SIGHUP).",
    INTERRUPTED: "Ctrl-C.",
    PIPE_CLOSED: "Whoever read the output went away, as `head` does.",
    TERMINATED: "It was told to end, by SIGTERM.",
}
