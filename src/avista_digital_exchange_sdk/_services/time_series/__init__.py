"""Time series databases: publishing and queries."""
