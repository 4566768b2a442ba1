"""The resolvers of each service of the contract but time series, which has its own package."""
