"""Bytes over presigned URLs: streamed, tried again, and checked before they count."""
