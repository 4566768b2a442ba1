"""Exit codes of commands."""

SUCCESS, FAILED, USAGE_ERROR, UNAUTHORIZED, NOT_FOUND, PARTIAL, UNREACHABLE = range(7)
HUNG_UP, INTERRUPTED, PIPE_CLOSED, TERMINATED = 129, 130, 141, 143
"""The exit codes that shells report for SIGHUP, SIGINT, SIGPIPE and SIGTERM."""

EXIT_CODES = {
    SUCCESS: "Success.",
    FAILED: "Failed, or some of several files failed; the messages give the reasons.",
    USAGE_ERROR: "Usage error: invalid option, argument or file.",
    UNAUTHORIZED: "Token rejected, or permission denied.",
    NOT_FOUND: "Not found: no object has this ID or path.",
    PARTIAL: "Only some of the rows were published.",
    UNREACHABLE: "Connection failed or timed out. Try again.",
    HUNG_UP: "Terminal closed (SIGHUP).",
    INTERRUPTED: "Interrupted by Ctrl-C (SIGINT).",
    PIPE_CLOSED: "Broken pipe (SIGPIPE), for example with `head`.",
    TERMINATED: "Terminated (SIGTERM).",
}
