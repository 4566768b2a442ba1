"""The resolvers of each service of the schema but time series, which has its own package."""
