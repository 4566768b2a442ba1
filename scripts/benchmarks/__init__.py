"""Benchmarks: run time and memory of the SDK, compared with a minimal baseline.

Each *workload* is run by several *implementations*: the SDK, a *baseline* (curl, plain httpx, a
JSON parser: the cost of the job without an SDK) and, on request, releases of the official SDK.
They alternate, each run in a new process, against a Local Exchange in a process of its own.
"""
