"""The base classes and mixins of the generated types."""
