"""Records which operations each SDK call sends to a Local Exchange."""
