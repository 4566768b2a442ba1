"""The calls, written once as coroutines: one module or folder per platform service."""
