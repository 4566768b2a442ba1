"""Which operations each call of the SDK sends, recorded while it sends them to a Local Exchange."""
