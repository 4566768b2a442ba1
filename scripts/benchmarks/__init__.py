"""How fast the SDK is, and how little memory it takes, beside the least that could do the job.

A *workload* is a job that is given to several *sides*: to the SDK, to its *baseline* (curl, bare
httpx, a JSON parser: what the job costs without an SDK), and to the official SDK's releases where
asked. Each side does it in a fresh process, in turn, several times, against a Local Exchange that
is a process of its own.
"""
