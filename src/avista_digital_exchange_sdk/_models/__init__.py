"""What the types of answers can do beside holding data."""
