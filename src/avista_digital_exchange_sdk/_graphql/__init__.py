"""GraphQL operations over HTTP and subscriptions over WebSocket: sending, retrying, parsing."""
