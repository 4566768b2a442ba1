"""IoT hubs, models, endpoints and groups, and the telemetry of endpoints."""
