"""Platform administration: organizations, users, and what users own."""
