"""Collaboratives."""
