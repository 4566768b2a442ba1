"""Platform administration: organizations, users, and their services."""
