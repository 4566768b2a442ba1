"""The collaborative service."""
