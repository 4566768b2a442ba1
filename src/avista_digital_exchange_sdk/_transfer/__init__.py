"""Transfers over presigned URLs: streamed, retried and verified."""
