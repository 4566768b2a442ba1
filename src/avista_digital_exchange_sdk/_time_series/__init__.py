"""Records on their way to the platform, and results on their way to a file."""
