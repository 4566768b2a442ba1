"""Values that devices and captures publish."""
