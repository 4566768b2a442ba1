"""Creates the components of a Local Exchange, and resets them."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from pathlib import Path

from .conditions import Conditions
from .database import Database
from .graphql.pubsub import EventBus
from .query_engine.engine import QueryEngine
from .query_engine.result_files import ResultFiles
from .query_engine.samples import Samples
from .s3.presigned import PresignedUrls
from .s3.storage import ObjectStore
from .seed import Seed, create_seed_data
from .services.collaborative.collaboratives import Collaboratives
from .services.collaborative.memberships import Memberships
from .services.data_capture.attachments import Attachments
from .services.data_capture.captures import Captures
from .services.data_capture.exports import CaptureExports
from .services.data_capture.lifecycle import Lifecycle
from .services.iot.endpoints import Endpoints
from .services.iot.groups import Groups
from .services.iot.hubs import Hubs
from .services.iot.models import Models
from .services.iot.telemetry import Telemetry
from .services.platform_admin.people import People
from .services.storage.data_stores import DataStores
from .services.storage.directories import Directories
from .services.storage.files import Files
from .services.storage.zip_archive import Zips
from .services.time_series import TimeSeriesStore
from .services.user.accounts import Accounts
from .services.user.tokens import Tokens
from .state import ExchangeState

CAPTURES_TABLE = "capture_data"


def open_components(
    folder: Path,
    base_url: str,
    stack: ExitStack,
    conditions: Conditions,
    *,
    keep_omitted_measures: bool,
) -> tuple[Database, ExchangeState]:
    """Create the components for the data in a directory; `stack` closes them."""
    records = Database(folder / "records.sqlite")
    stack.callback(records.close)
    objects = ObjectStore(records, folder / "objects", PresignedUrls(base_url, _secret(records)))
    accounts = Accounts(records)
    data_stores = DataStores(records, objects)
    directories = Directories(records, objects, data_stores)
    tokens = Tokens(records)
    hubs, models = Hubs(records), Models(records)
    endpoints = Endpoints(records, tokens, hubs, models)
    groups = Groups(records, hubs, endpoints)
    captures = Captures(records, tokens)
    attachments = Attachments(records, objects, captures)
    collaboratives = Collaboratives(records, accounts, data_stores, groups, captures)
    zips = Zips(objects, directories)
    stack.callback(zips.close)
    engine = QueryEngine(folder / "time_series")
    stack.callback(engine.close)
    events = EventBus()
    samples = Samples(engine, CAPTURES_TABLE, one_at_a_time=False)
    exports = CaptureExports(samples, engine, objects)
    exchange = ExchangeState(
        accounts=accounts,
        tokens=tokens,
        data_stores=data_stores,
        directories=directories,
        files=Files(records, objects, data_stores, directories, zips),
        collaboratives=collaboratives,
        memberships=Memberships(records, accounts, collaboratives),
        people=People(records, accounts),
        objects=objects,
        events=events,
        engine=engine,
        result_files=ResultFiles(engine, objects),
        time_series=TimeSeriesStore(engine, keep_omitted_measures=keep_omitted_measures),
        hubs=hubs,
        models=models,
        endpoints=endpoints,
        groups=groups,
        telemetry=Telemetry(engine),
        captures=captures,
        capture_samples=samples,
        capture_exports=exports,
        attachments=attachments,
        lifecycle=Lifecycle(captures, samples, exports, attachments, engine, events),
        conditions=conditions,
    )
    return records, exchange


async def reset_components(records: Database, exchange: ExchangeState) -> Seed:
    """Restore the initial state; must run on the server's event loop."""
    for row in records.fetch_all("SELECT timeSeriesDbId FROM timeSeriesDatabases"):
        await exchange.time_series.drop(row["timeSeriesDbId"])
    await exchange.lifecycle.stop_all()
    await exchange.queries.clear()
    await exchange.telemetry.samples.clear()
    await exchange.capture_samples.clear()
    records.clear()
    exchange.objects.clear()
    return create_seed_data(records, exchange)


def _secret(records: Database) -> bytes:
    """Return the secret for presigned URLs, which is persistent."""
    secret = records.get_setting("secret")
    if secret is None:
        secret = secrets.token_hex(32)
        records.insert("settings", name="secret", value=secret)
    return bytes.fromhex(secret)
