"""The services of the schema, one package each."""
