# Generated from src/avista_digital_exchange_sdk/_services by scripts/generate.

"""The services of the sync client."""
