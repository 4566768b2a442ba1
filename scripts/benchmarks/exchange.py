"""Runs a Local Exchange with a public URL until the process is terminated.

    python -m scripts.benchmarks.exchange FOLDER PORT PUBLIC_URL

Prints how to reach it as JSON.
"""

import gc
import json
import signal
import sys
from pathlib import Path

from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.serve import GC_THRESHOLD


def main(folder: str, port: str, public_url: str) -> None:
    """Serve until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    gc.set_threshold(GC_THRESHOLD)
    with LocalExchange(data=Path(folder), port=int(port), publicUrl=public_url) as local:
        details = {
            "endpoint": local.publicEndpoint,
            "realtime_endpoint": local.publicRealtimeEndpoint,
            "token": local.token,
            "data_store_id": local.dataStoreId,
            "home_directory_id": local.homeDirectoryId,
            "time_series_db_id": local.timeSeriesDbId,
        }
        print(json.dumps(details), flush=True)
        while True:
            signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
