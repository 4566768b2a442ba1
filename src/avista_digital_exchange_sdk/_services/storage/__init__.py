"""Data stores, directories and files."""
