"""Administration of collaboratives, organizations and users with both clients."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidRequestError,
    NotFoundError,
    Organization,
    UnauthorizedError,
    User,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect

NUMBERS = count(1)


@pytest.fixture
def organization(exchange: AvistaDigitalExchange) -> Organization:
    """A new organization without users."""
    return exchange.admin.createOrganization("Wind Lab")


@pytest.fixture
def user(exchange: AvistaDigitalExchange, organization: Organization) -> User:
    """A new user of the organization."""
    return exchange.admin.createUser(
        "Ida",
        "Berg",
        f"ida{next(NUMBERS)}@wind-lab.example",
        organization.organizationId,
        mobile="+1 509 555 0100",
        userRoles=["data_consumer"],
    )


@pytest.fixture
def collaborative(exchange: AvistaDigitalExchange) -> Iterator[str]:
    """The ID of a new collaborative of the owner."""
    created = exchange.admin.createCollaborative("Wind Research", "Towers 1 to 5")
    yield created.collaborativeId
    exchange.admin.deleteCollaborative(created.collaborativeId, "no longer needed")


class TestCollaboratives:
    def test_created_collaborative_is_listed_renamed_and_deleted(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        admin = exchange.admin
        created = admin.createCollaborative("Scratch")
        assert (created.name, created.description) == ("Scratch", None)
        renamed = admin.updateCollaborative(created.collaborativeId, "Scratch 2", "For a test")
        assert (renamed.name, renamed.description) == ("Scratch 2", "For a test")
        assert created.collaborativeId in [
            each.collaborativeId for each in admin.listCollaboratives()
        ]
        assert admin.deleteCollaborative(created.collaborativeId).name == "Scratch 2"
        with pytest.raises(NotFoundError):
            admin.getCollaborative(created.collaborativeId)

    def test_members_are_loaded_if_requested(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        admin = exchange.admin
        loaded = admin.getCollaborative(local.collaborativeId)
        assert len(loaded.memberOrganizations) == 2
        without = admin.getCollaborative(local.collaborativeId, False)
        assert without.memberOrganizations == []
        (listed,) = (
            each
            for each in admin.listCollaboratives(includeMemberOrganizations=True)
            if each.collaborativeId == local.collaborativeId
        )
        assert listed == loaded

    def test_member_is_added_changed_and_removed(
        self, exchange: AvistaDigitalExchange, collaborative: str
    ) -> None:
        admin, me = exchange.admin, exchange.getUserInfo().userId
        added = admin.addCollaborativeMember(collaborative, me)
        assert permissions(added) == {me: "READ_ONLY"}
        with pytest.raises(InvalidRequestError):
            admin.addCollaborativeMember(collaborative, me)
        changed = admin.updateCollaborativeMember(collaborative, me, "read_write")
        assert permissions(changed) == {me: "READ_WRITE"}
        assert permissions(admin.removeCollaborativeMember(collaborative, me)) == {}
        with pytest.raises(NotFoundError):
            admin.removeCollaborativeMember(collaborative, me)

    def test_new_organization_has_access_once_its_request_is_approved(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        collaborative: str,
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        user = outsider.getUserInfo()
        assert user.organization is not None
        organization = user.organization.organizationId
        exchange.admin.addCollaborativeMember(collaborative, user.userId, "READ_WRITE")
        with pytest.raises(UnauthorizedError):
            outsider.getCollaborative(collaborative)

        (request,) = exchange.listCollaborativeMembershipRequests(collaborative)
        (waiting,) = request.memberOrganizations
        assert (waiting.organization, waiting.memberState) == (
            user.organization,
            "PENDING_APPROVAL",
        )
        assert waiting.submittedByUser is not None
        assert waiting.submittedByUser.firstName == "Ada"
        assert waiting.submittedTimestamp

        approved = exchange.updateCollaborativeMembership(collaborative, organization, "APPROVED")
        assert approved.accessApprovedByUserId == exchange.getUserInfo().userId
        assert outsider.getCollaborative(collaborative).name == "Wind Research"
        assert exchange.listCollaborativeMembershipRequests(collaborative) == []
        for flags, state in (((True, False), "APPROVED"), ((False, True), "DENIED_ACCESS")):
            exchange.updateCollaborativeMembership(collaborative, organization, state)
            (request,) = exchange.listCollaborativeMembershipRequests(collaborative, *flags)
            assert [member.memberState for member in request.memberOrganizations] == [state]
        with pytest.raises(UnauthorizedError):
            outsider.listCollaborativeMembershipRequests(collaborative)
        with pytest.raises(NotFoundError):
            exchange.updateCollaborativeMembership(collaborative, "organizationId.none", "APPROVED")


class TestOrganizations:
    def test_organization_is_renamed_and_deleted(
        self, exchange: AvistaDigitalExchange, organization: Organization
    ) -> None:
        admin, identifier = exchange.admin, organization.organizationId
        assert organization.hostOrganization is False
        renamed = admin.updateOrganization(identifier, "Wind Laboratory")
        assert admin.getOrganization(identifier) == renamed
        assert renamed in admin.listOrganizations()
        assert admin.deleteOrganization(identifier, "merged").name == "Wind Laboratory"
        assert renamed not in admin.listOrganizations()

    def test_organization_with_users_is_kept(
        self, exchange: AvistaDigitalExchange, organization: Organization, user: User
    ) -> None:
        with pytest.raises(InvalidRequestError):
            exchange.admin.deleteOrganization(organization.organizationId)


class TestUsers:
    def test_created_user_is_invited(
        self, exchange: AvistaDigitalExchange, organization: Organization, user: User
    ) -> None:
        assert (user.firstName, user.mobile) == ("Ida", "+1 509 555 0100")
        assert (user.userAccountState, user.userRoles) == ("PENDING", ["DATA_CONSUMER"])
        assert exchange.admin.getUser(user.userId) == user
        assert exchange.admin.listUsers(organization.organizationId) == [user]
        assert user in exchange.admin.listUsers()
        assert exchange.admin.resendUserInvitation(user.userId) == user

    def test_update_changes_only_what_is_passed(
        self, exchange: AvistaDigitalExchange, user: User
    ) -> None:
        admin = exchange.admin
        changed = admin.updateUser(user.userId, lastName="Berger", userAccountState="active")
        assert changed == user.model_copy(
            update={"lastName": "Berger", "userAccountState": "ACTIVE"}
        )
        assert admin.updateUser(user.userId, userRoles=()).userRoles == []
        with pytest.raises(InvalidRequestError):
            admin.resendUserInvitation(user.userId)
        with pytest.raises(InvalidParameterError, match="must be passed, got none of them"):
            admin.updateUser(user.userId)

    def test_deleted_user_is_gone(self, exchange: AvistaDigitalExchange, user: User) -> None:
        assert exchange.admin.deleteUser(user.userId) == user
        with pytest.raises(NotFoundError):
            exchange.admin.deleteUser(user.userId)


def test_services_and_collaboratives_of_a_user_are_migrated_and_deleted(connect: Connect) -> None:
    with LocalExchange() as local:
        exchange = connect(local.token, endpoint=local.endpoint)
        admin = exchange.admin
        ada, marcus = (each.userId for each in admin.listUsers()[:2])
        migrated = admin.migrateUsersServicesOwnership(ada, marcus)
        assert [service.serviceType for service in migrated] == [
            "DATA_STORE",
            "TIME_SERIES_DB",
            "IOT_GROUP",
            "DATA_CAPTURE",
        ]
        store, database, group, capture = migrated
        assert store.dataStore is not None
        assert store.dataStore.ownerUserId == marcus
        assert database.timeSeriesDb is not None
        assert group.iotEndpointGroup is not None
        assert group.iotEndpointGroup.iotEndpointIds == [local.iotEndpointId]
        assert capture.dataCapture is not None
        assert capture.dataCapture.displayName == "Load test"
        (moved,) = admin.migrateUsersCollaborativesOwnership(ada, marcus)
        assert moved.name == "Solar Research"
        deleted = admin.deleteUsersServices(marcus)
        assert [service.serviceId for service in deleted] == [each.serviceId for each in migrated]
        assert [each.name for each in admin.deleteUsersCollaboratives(marcus)] == ["Solar Research"]
        assert admin.deleteUsersServices(marcus) == []


CALLS: dict[str, Callable[[AvistaDigitalExchange], object]] = {
    "collaboratives": lambda client: client.admin.listCollaboratives(),
    "organizations": lambda client: client.admin.createOrganization("Mine"),
    "users": lambda client: client.admin.deleteUser("userId.1"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("role", ["member", "endpoint"])
def test_administration_by_others_is_refused(
    call: Callable[[AvistaDigitalExchange], object],
    role: str,
    connect: Connect,
    local: LocalExchange,
) -> None:
    with pytest.raises(UnauthorizedError):
        call(connect(local.tokens[role], endpoint=local.endpoint))


def permissions(collaborative: object) -> dict[str, str]:
    """The permissions of a collaborative's members by user."""
    return {
        member.user.userId: member.permission
        for organization in collaborative.memberOrganizations  # type: ignore[attr-defined]  # a Collaborative
        for member in organization.usersInCollaborative
    }
