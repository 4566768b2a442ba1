"""Captures record the data published between a start and a stop, and export it afterwards."""
