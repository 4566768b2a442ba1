"""GraphQL over HTTP and WebSocket, compatible with AWS AppSync."""
