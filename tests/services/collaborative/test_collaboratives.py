"""Collaboratives: members, shared services and permissions."""

from collections.abc import Callable, Iterator

import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    Collaborative,
    CollaborativeMemberOrganization,
    CollaborativeMemberUser,
    DataStore,
    InvalidParameterError,
    NotFoundError,
    Organization,
    Service,
    ServiceType,
    TimeSeriesDb,
    UnauthorizedError,
    User,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.admin_client import AdminClient
from ...support.fake_platform import FakePlatform

As = Callable[[str], AvistaDigitalExchange]

ROLES = ("owner", "member", "reader", "outsider")
REMOVE = "collaborative_removeServiceFromCollaborative"
ADD = "collaborative_addServiceToCollaborative"
LIST_SERVICES = "collaborative_listCollaborativeServices"
SHARED_WITH = "collaborative_listCollaborativesServiceSharedWith"


@pytest.fixture
def as_(connect: Connect, local: LocalExchange) -> As:
    """The client of one of the four users."""
    return lambda role: connect(local.tokens[role], endpoint=local.endpoint)


@pytest.fixture
def shared_store(
    admin_client: AdminClient, exchange: AvistaDigitalExchange, local: LocalExchange
) -> Iterator[dict[str, str]]:
    """A data store of the owner's, shared in the collaborative."""
    store = admin_client.create_data_store()
    exchange.addServiceToCollaborative(store["dataStoreId"], local.collaborativeId)
    yield store
    delete = "mutation ($id: ID!) { storage_deleteDataStore(dataStoreId: $id) { name } }"
    admin_client.run(delete, id=store["dataStoreId"])


def ids_of(services: list[Service]) -> list[str]:
    return [service.serviceId for service in services]


class TestCollaboratives:
    @pytest.mark.parametrize("role", ROLES)
    def test_collaboratives_are_listed_for_members_only(
        self, role: str, as_: As, local: LocalExchange
    ) -> None:
        expected = [] if role == "outsider" else [local.collaborativeId]
        assert [c.collaborativeId for c in as_(role).listCollaboratives()] == expected

    @pytest.mark.parametrize("role", ["owner", "member", "reader"])
    def test_collaborative_is_returned_to_a_member_by_its_id(
        self, role: str, as_: As, local: LocalExchange
    ) -> None:
        exchange = as_(role)
        collaborative = exchange.getCollaborative(local.collaborativeId)
        assert isinstance(collaborative, Collaborative)
        assert collaborative.name == "Solar Research"
        assert collaborative.description
        assert [collaborative] == exchange.listCollaboratives()
        assert collaborative == exchange.getCollaborative(collaborativeId=local.collaborativeId)

    def test_collaborative_members_are_grouped_by_organization(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        collaborative = exchange.getCollaborative(local.collaborativeId)
        host, guest = collaborative.memberOrganizations
        for member in (host, guest):
            assert isinstance(member, CollaborativeMemberOrganization)
            assert isinstance(member.organization, Organization)
            assert member.collaborativeId == local.collaborativeId
        assert host.memberState == "HOST_ORGANIZATION"
        assert guest.memberState == "APPROVED"
        assert host.organization.organizationId == collaborative.hostOrganizationId

    def test_collaborative_members_have_a_permission(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        organizations = exchange.getCollaborative(local.collaborativeId).memberOrganizations
        members = [member for entry in organizations for member in entry.usersInCollaborative]
        assert [(member.user.firstName, member.permission) for member in members] == [
            ("Ada", "READ_WRITE"),
            ("Marcus", "READ_WRITE"),
            ("Priya", "READ_ONLY"),
        ]
        assert all(isinstance(member, CollaborativeMemberUser) for member in members)
        assert all(isinstance(member.user, User) for member in members)

    def test_collaborative_is_hidden_from_an_outsider(self, as_: As, local: LocalExchange) -> None:
        with pytest.raises(UnauthorizedError):
            as_("outsider").getCollaborative(local.collaborativeId)
        with pytest.raises(UnauthorizedError):
            as_("outsider").listCollaborativeServices(local.collaborativeId)

    def test_collaborative_with_an_unknown_id_is_not_found(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.getCollaborative("collaborativeId.nothing")
        with pytest.raises(NotFoundError):
            exchange.listCollaborativeServices("collaborativeId.nothing")

    def test_collaborative_that_is_null_is_not_found(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("collaborative_getCollaborative", None)
        with pytest.raises(NotFoundError, match=r"collaborativeId\.1"):
            fake_platform_client.getCollaborative("collaborativeId.1")


class TestSharedServices:
    @pytest.mark.parametrize("role", ["owner", "member", "reader"])
    def test_shared_services_are_listed_for_members_with_their_properties(
        self, role: str, as_: As, local: LocalExchange
    ) -> None:
        services = {
            s.serviceId: s for s in as_(role).listCollaborativeServices(local.collaborativeId)
        }
        store, database = services[local.dataStoreId], services[local.timeSeriesDbId]
        assert (store.serviceType, database.serviceType) == ("DATA_STORE", "TIME_SERIES_DB")
        assert isinstance(store.dataStore, DataStore)
        assert store.dataStore.name == "Solar site"
        assert store.timeSeriesDb is None
        assert isinstance(database.timeSeriesDb, TimeSeriesDb)
        assert database.timeSeriesDb.timeSeriesDbId == local.timeSeriesDbId
        assert database.dataStore is None

    def test_shared_service_lists_its_collaboratives_for_the_owner(
        self, exchange: AvistaDigitalExchange, local: LocalExchange, data_store: dict[str, str]
    ) -> None:
        for serviceId in (local.dataStoreId, local.timeSeriesDbId):
            shared = exchange.listCollaborativesServiceSharedWith(serviceId)
            assert shared == [exchange.getCollaborative(local.collaborativeId)]
        assert exchange.listCollaborativesServiceSharedWith(data_store["dataStoreId"]) == []

    @pytest.mark.parametrize("role", ["member", "reader", "outsider"])
    def test_shared_service_hides_its_collaboratives_from_others(
        self, role: str, as_: As, local: LocalExchange
    ) -> None:
        with pytest.raises(UnauthorizedError):
            as_(role).listCollaborativesServiceSharedWith(local.dataStoreId)

    def test_null_lists_and_null_entries_are_empty(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        service = {"serviceType": "DATA_STORE", "serviceId": "dataStoreId.1"}
        fake_platform.add_data(LIST_SERVICES, None, [None, service])
        assert fake_platform_client.listCollaborativeServices("collaborativeId.1") == []
        (only,) = fake_platform_client.listCollaborativeServices("collaborativeId.1")
        assert only == Service(serviceType="DATA_STORE", serviceId="dataStoreId.1")


class TestSharing:
    def test_add_and_remove_return_the_service(
        self, exchange: AvistaDigitalExchange, local: LocalExchange, database: str
    ) -> None:
        added = exchange.addServiceToCollaborative(database, local.collaborativeId)
        assert isinstance(added, Service)
        assert (added.serviceType, added.serviceId) == ("TIME_SERIES_DB", database)
        assert added.timeSeriesDb.timeSeriesDbId == database
        assert database in ids_of(exchange.listCollaborativeServices(local.collaborativeId))

        removed = exchange.removeServiceFromCollaborative(
            serviceId=database, collaborativeId=local.collaborativeId
        )
        assert removed.serviceId == database
        assert database not in ids_of(exchange.listCollaborativeServices(local.collaborativeId))

    def test_shared_data_store_is_readable_until_it_is_removed(
        self,
        exchange: AvistaDigitalExchange,
        as_: As,
        local: LocalExchange,
        data_store: dict[str, str],
    ) -> None:
        dataStoreId, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        reader = as_("reader")
        with pytest.raises(UnauthorizedError):
            reader.getDataStoreDirectory(home)
        exchange.addServiceToCollaborative(dataStoreId, local.collaborativeId)
        assert reader.getDataStore(dataStoreId).name == data_store["name"]
        assert reader.getDataStoreDirectory(home).files == []
        exchange.removeServiceFromCollaborative(dataStoreId, local.collaborativeId)
        with pytest.raises(UnauthorizedError):
            reader.getDataStore(dataStoreId)
        with pytest.raises(UnauthorizedError):
            reader.getDataStoreDirectory(home)

    def test_shared_database_is_readable_until_it_is_removed(
        self, exchange: AvistaDigitalExchange, as_: As, local: LocalExchange, database: str
    ) -> None:
        member = as_("member")
        with pytest.raises(UnauthorizedError):
            member.listTimeSeriesAssetsAndLatestValues(database)
        exchange.addServiceToCollaborative(database, local.collaborativeId)
        assert member.getTimeSeriesDatabase(database).timeSeriesDbId == database
        assert member.listTimeSeriesAssetsAndLatestValues(database) == []
        exchange.removeServiceFromCollaborative(database, local.collaborativeId)
        with pytest.raises(UnauthorizedError):
            member.listTimeSeriesAssetsAndLatestValues(database)

    def test_shared_database_is_writable_for_read_write_members_only(
        self, exchange: AvistaDigitalExchange, as_: As, local: LocalExchange, database: str
    ) -> None:
        exchange.addServiceToCollaborative(database, local.collaborativeId)
        record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "kW", "DOUBLE", 12.5)
        with pytest.raises(UnauthorizedError):
            as_("reader").publishToTimeSeriesDatabase(database, "meter", [record])
        assert as_("reader").listTimeSeriesAssetsAndLatestValues(database) == []
        as_("member").publishToTimeSeriesDatabase(database, "meter", [record])
        (asset,) = as_("reader").listTimeSeriesAssetsAndLatestValues(database)
        assert asset.assetId == "meter"
        exchange.removeServiceFromCollaborative(database, local.collaborativeId)

    def test_shared_data_store_is_not_writable_for_read_only_members(
        self, as_: As, shared_store: dict[str, str], tmp_path
    ) -> None:
        (tmp_path / "a.txt").write_text("a")
        location = shared_store["dataStoreId"], shared_store["homeDirectoryId"]
        with pytest.raises(UnauthorizedError):
            as_("reader").uploadFileToDataStore(*location, tmp_path / "a.txt")
        file = as_("member").uploadFileToDataStore(*location, tmp_path / "a.txt")
        with pytest.raises(UnauthorizedError):
            as_("reader").deleteDataStoreFile(file.dataStoreFileId)
        as_("reader").downloadDataStoreFile(file.dataStoreFileId, tmp_path / "copy.txt")
        assert (tmp_path / "copy.txt").read_text() == "a"

    @pytest.mark.parametrize("role", ["member", "reader", "outsider"])
    def test_sharing_is_limited_to_the_owner(
        self, role: str, as_: As, local: LocalExchange, shared_store: dict[str, str]
    ) -> None:
        ids = shared_store["dataStoreId"], local.collaborativeId
        with pytest.raises(UnauthorizedError):
            as_(role).addServiceToCollaborative(*ids)
        with pytest.raises(UnauthorizedError):
            as_(role).removeServiceFromCollaborative(*ids)
        assert ids[0] in ids_of(as_("owner").listCollaborativeServices(local.collaborativeId))

    def test_sharing_with_a_collaborative_of_others_is_refused(
        self, as_: As, local: LocalExchange
    ) -> None:
        store = AdminClient(local.endpoint, local.tokens["outsider"]).create_data_store()
        with pytest.raises(UnauthorizedError):
            as_("outsider").addServiceToCollaborative(store["dataStoreId"], local.collaborativeId)

    def test_sharing_of_unknown_ids_is_not_found(
        self, exchange: AvistaDigitalExchange, local: LocalExchange, data_store: dict[str, str]
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.addServiceToCollaborative("dataStoreId.nothing", local.collaborativeId)
        with pytest.raises(NotFoundError):
            exchange.addServiceToCollaborative(data_store["dataStoreId"], "collaborativeId.nothing")
        with pytest.raises(NotFoundError):
            exchange.removeServiceFromCollaborative(
                data_store["dataStoreId"], local.collaborativeId
            )


class TestServiceTypes:
    @pytest.mark.parametrize(
        ("serviceId", "kind"),
        [("dataStoreId.1", "DATA_STORE"), ("timeSeriesDbId.1", "TIME_SERIES_DB")],
    )
    def test_service_type_is_inferred_from_the_id(
        self,
        serviceId: str,
        kind: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        service = {"serviceType": kind, "serviceId": serviceId}
        fake_platform.add_data(ADD, service)
        fake_platform.add_data(REMOVE, service)
        fake_platform.add_data(SHARED_WITH, [])
        fake_platform_client.addServiceToCollaborative(serviceId, "collaborativeId.1")
        fake_platform_client.removeServiceFromCollaborative(serviceId, "collaborativeId.1")
        fake_platform_client.listCollaborativesServiceSharedWith(serviceId)
        for operation in (ADD, REMOVE, SHARED_WITH):
            (variables,) = fake_platform.variables(operation)
            assert (variables["serviceId"], variables["serviceType"]) == (serviceId, kind)

    def test_service_type_that_cannot_be_inferred_is_refused(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        calls = (
            lambda: fake_platform_client.listCollaborativesServiceSharedWith("iotEndpointId.1"),
            lambda: fake_platform_client.addServiceToCollaborative("iotEndpointId.1", "c"),
            lambda: fake_platform_client.removeServiceFromCollaborative("iotEndpointId.1", "c"),
        )
        for call in calls:
            with pytest.raises(InvalidParameterError) as caught:
                call()
            for word in ("serviceId", "'iotEndpointId.1'", "dataStoreId", "timeSeriesDbId"):
                assert word in str(caught.value)
            assert "serviceType=" in str(caught.value)
        assert fake_platform.operations == []

    @pytest.mark.parametrize("kind", ["IOT_GROUP", "iot_group", ServiceType.IOT_GROUP])
    def test_service_type_argument_is_used(
        self, kind: str, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        service = {"serviceType": "IOT_GROUP", "serviceId": "group-1"}
        fake_platform.add_data(ADD, service)
        added = fake_platform_client.addServiceToCollaborative(
            "group-1", "collaborativeId.1", serviceType=kind
        )
        assert (added.serviceType, added.serviceId) == ("IOT_GROUP", "group-1")
        assert fake_platform.variables(ADD)[0]["serviceType"] == "IOT_GROUP"

    def test_service_type_argument_precedes_the_inferred_type(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(SHARED_WITH, [])
        fake_platform_client.listCollaborativesServiceSharedWith(
            "dataStoreId.1", serviceType="TIME_SERIES_DB"
        )
        assert fake_platform.variables(SHARED_WITH)[0]["serviceType"] == "TIME_SERIES_DB"

    def test_service_type_that_does_not_exist_is_refused(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"serviceType.*TIME_SERIES_DB.*FILES"):
            fake_platform_client.listCollaborativesServiceSharedWith("x", serviceType="FILES")
        assert fake_platform.operations == []

    @pytest.mark.parametrize("kind", ["DATA_CAPTURE", "IOT_GROUP", "OCS_ADAPTER", "FORECAST_MODEL"])
    def test_service_of_an_unknown_type_is_listed(
        self, kind: str, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        nothing = {"dataStore": None, "timeSeriesDb": None}
        unknown = {"serviceType": kind, "serviceId": "something.1", **nothing}
        store = {"dataStoreId": "dataStoreId.1", "name": "Files"}
        known = {"serviceType": "DATA_STORE", "serviceId": "dataStoreId.1", "dataStore": store}
        fake_platform.add_data(LIST_SERVICES, [unknown, known])
        first, second = fake_platform_client.listCollaborativeServices("collaborativeId.1")
        assert (first.serviceType, first.serviceId) == (kind, "something.1")
        assert first.dataStore is first.timeSeriesDb is None
        assert second.dataStore.name == "Files"
        assert f"serviceType='{kind}'" in str(first)

    def test_service_type_added_later_is_kept_as_a_string(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        user = {"permission": "READ_AND_COMMENT", "user": {"userId": "u1"}}
        organization = {
            "collaborativeId": "collaborativeId.1",
            "memberState": "SUSPENDED",
            "organization": None,
            "usersInCollaborative": [user],
        }
        collaborative = {
            "collaborativeId": "collaborativeId.1",
            "name": "Later",
            "hostOrganizationId": "o1",
            "memberOrganizations": [organization],
        }
        fake_platform.add_data("collaborative_getCollaborative", collaborative)
        response = fake_platform_client.getCollaborative("collaborativeId.1")
        (member,) = response.memberOrganizations
        assert member.memberState == "SUSPENDED"
        assert member.usersInCollaborative[0].permission == "READ_AND_COMMENT"
        assert (
            response.model_dump(mode="json")["memberOrganizations"][0]["memberState"] == "SUSPENDED"
        )
        assert Collaborative.model_validate_json(response.model_dump_json()) == response

    def test_service_type_that_the_local_exchange_does_not_support_is_an_error(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        with pytest.raises(ApiError, match="OCS_ADAPTER is not available"):
            exchange.addServiceToCollaborative(
                "adapter-1", local.collaborativeId, serviceType="OCS_ADAPTER"
            )
