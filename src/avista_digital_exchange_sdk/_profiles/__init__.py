"""Profiles: endpoints and tokens that `avista-dx login` stored, and where clients find theirs."""
