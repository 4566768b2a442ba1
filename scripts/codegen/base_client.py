# class AsyncBaseClient is written by hand, outside the generated package.
from .._graphql import GraphQLClient as AsyncBaseClient

__all__ = ["AsyncBaseClient"]
