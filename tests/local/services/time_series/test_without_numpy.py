"""The Local Exchange works without numpy, which DuckDB uses if installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import asyncio, sys
sys.modules["numpy"] = None
from pathlib import Path
from avista_digital_exchange_sdk.local.query_engine.engine import QueryEngine
from avista_digital_exchange_sdk.local.services.time_series import TimeSeriesStore
from avista_digital_exchange_sdk.local.query_engine.worker_pools import Workload
from avista_digital_exchange_sdk.local.timestream_sql import run_timestream_query

async def main():
    engine = QueryEngine(Path(sys.argv[1]))
    TimeSeriesStore(engine)
    sql = '''SELECT interpolate_linear(create_time_series(from_nanoseconds(t), v),
        from_nanoseconds(5)) FROM (VALUES (0, 1), (10, 3)) AS p(t, v)'''
    def run(cursor):
        result = run_timestream_query(cursor, "results.x", sql, {}, 0)
        return result.rows(cursor, range(1))
    print(await engine.start_job(run, "user", Workload.QUERY).result())
    engine.close()

asyncio.run(main())
"""


def test_queries_run_without_numpy(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout == """['{"Data":[{"ScalarValue":"2.0"}]}']\n"""
