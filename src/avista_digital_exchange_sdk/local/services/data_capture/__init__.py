"""Captures: what is published between a start and a stop, and exported afterwards."""
