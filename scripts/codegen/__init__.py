"""Compiles the schema and the operations into the typed client package."""
