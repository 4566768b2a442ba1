"""GraphQL over HTTP and WebSocket, as AWS AppSync speaks it."""
