"""The state of queries in the Local Exchange."""

from avista_digital_exchange_sdk.local import LocalExchange


def assert_all_are_cancelled(local: LocalExchange, resource: str) -> None:
    """Assert that the platform runs no query whose last page was not read.

    Args:
        local: The Local Exchange.
        resource: The database or endpoint that was queried.
    """
    queries = local.exchange.queries
    newest = {token.query.query_id: token for token in queries._tokens.values()}
    incomplete = [
        query
        for query in queries.list_for_resource(resource)
        if query.query_id in newest and newest[query.query_id].page is None
    ]
    assert incomplete
    assert all(query.cancelled for query in incomplete)
