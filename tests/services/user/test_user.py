"""The user of the token."""

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, NotFoundError, Organization
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakePlatform


def test_user_has_name_and_organization(exchange: AvistaDigitalExchange) -> None:
    user = exchange.getUserInfo()
    assert user.userId
    assert (user.firstName, user.lastName) == ("Ada", "Lindqvist")
    assert isinstance(user.organization, Organization)
    assert user.organization.name == "Cascade Valley Energy"
    assert user.organization.organizationId


def test_user_depends_on_the_token(connect: Connect, local: LocalExchange) -> None:
    users = {
        role: connect(local.tokens[role], endpoint=local.endpoint).getUserInfo().userId
        for role in ("owner", "member", "reader", "outsider")
    }
    assert len(set(users.values())) == len(users) == 4


@pytest.mark.parametrize("session", [None, {"user": None}])
def test_token_without_a_user_is_an_error(
    session: object, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    fake_platform.add_data("user_getUserSession", session)
    with pytest.raises(NotFoundError, match=r"of this token"):
        fake_platform_client.getUserInfo()


def test_user_without_an_organization_has_none(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    fake_platform.add_data("user_getUserSession", {"user": {"userId": "u1", "organization": None}})
    user = fake_platform_client.getUserInfo()
    assert user.organization is None
    assert user.firstName is None
