"""A typed client, generated from a schema and operations."""
