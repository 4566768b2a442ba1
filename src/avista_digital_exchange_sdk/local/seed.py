"""What a new exchange holds before its first call: people, a collaborative, and shared services."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from .caller import Caller
from .database import Database
from .state import ExchangeState

TOKEN_LIFE_DAYS = 3650
SETTING = "seed"


@dataclass(frozen=True)
class Seed:
    """Where to start: four users' tokens and the ids of what the owner has."""

    tokens: dict[str, str]
    dataStoreId: str
    homeDirectoryId: str
    timeSeriesDbId: str
    collaborativeId: str


def seed(records: Database, exchange: ExchangeState) -> Seed:
    """Return the seed of this exchange, planting it in a new one."""
    kept = records.setting(SETTING)
    if kept is not None:
        return Seed(**json.loads(kept))
    return create_seed_data(records, exchange)


def create_seed_data(records: Database, exchange: ExchangeState) -> Seed:
    """Plant the seed in an exchange that holds nothing."""
    with records.transaction():
        planted = _load_seed(exchange)
        records.execute(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)", SETTING, json.dumps(asdict(planted))
        )
    return planted


def _load_seed(exchange: ExchangeState) -> Seed:
    """Create the users, and what the owner shares with two of them."""
    accounts, collaboratives = exchange.accounts, exchange.collaboratives
    utility = accounts.create_organization("Cascade Valley Energy", host=True)
    university = accounts.create_organization("Palouse State University")
    consultancy = accounts.create_organization("Harborview Analytics")
    owner = accounts.create_user("Ada", "Lindqvist", "ada@cascade-valley.example", utility)
    member = accounts.create_user("Marcus", "Okafor", "marcus@palouse.example", university)
    reader = accounts.create_user("Priya", "Raman", "priya@palouse.example", university)
    outsider = accounts.create_user("Tom", "Keller", "tom@harborview.example", consultancy)
    users = {"owner": owner, "member": member, "reader": reader, "outsider": outsider}
    tokens = {
        role: exchange.tokens.create(user_id, "Local Exchange", TOKEN_LIFE_DAYS)["tokenValue"]
        for role, user_id in users.items()
    }

    caller = exchange.tokens.authenticate(tokens["owner"])
    assert isinstance(caller, Caller)
    data_store = exchange.data_stores.create(caller, "Solar site", "Files of the solar site")
    database = accounts.create_database(caller, "Solar measurements", "What the site measures")

    collaborative_id = collaboratives.create(
        "Solar Research", "Sharing what a solar site measures", utility
    )
    collaboratives.add_member(collaborative_id, owner, "READ_WRITE")
    collaboratives.add_member(collaborative_id, member, "READ_WRITE")
    collaboratives.add_member(collaborative_id, reader, "READ_ONLY")
    for service_type, service_id in (
        ("DATA_STORE", data_store["dataStoreId"]),
        ("TIME_SERIES_DB", database["timeSeriesDbId"]),
    ):
        collaboratives.add_service(caller, collaborative_id, service_type, service_id)
    return Seed(
        tokens=tokens,
        dataStoreId=data_store["dataStoreId"],
        homeDirectoryId=data_store["homeDirectoryId"],
        timeSeriesDbId=database["timeSeriesDbId"],
        collaborativeId=collaborative_id,
    )
