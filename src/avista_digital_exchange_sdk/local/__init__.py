"""The Local Exchange: the Digital Exchange platform's own contract, served on this machine."""
