"""The commands for collaboratives and shared services."""

from typing import TYPE_CHECKING, Annotated

import typer

from ..command import command
from ..context import CommandContext
from ..output import print_json

if TYPE_CHECKING:
    from ...types import Collaborative, Service

ServiceId = Annotated[
    str, typer.Argument(metavar="SERVICE", help="A dataStoreId or a timeSeriesDbId.")
]
CollaborativeId = Annotated[
    str, typer.Argument(metavar="COLLABORATIVE", help="The ID of the collaborative.")
]


@command("avista-dx collaboratives", "avista-dx collaboratives --json")
def collaboratives(run: CommandContext) -> None:
    """List the collaboratives you are a member of."""
    columns = {
        "name": lambda collaborative: collaborative.name,
        "collaborativeId": lambda collaborative: collaborative.collaborativeId,
        "organizations": _organizations,
    }
    run.print_rows(run.exchange.listCollaboratives(), columns)


@command("avista-dx services <collaborativeId>")
def services(run: CommandContext, collaborative: CollaborativeId) -> None:
    """List the services shared in a collaborative."""
    columns = {
        "name": _name,
        "type": lambda service: service.serviceType,
        "serviceId": lambda service: service.serviceId,
    }
    run.print_rows(run.exchange.listCollaborativeServices(collaborative), columns)


@command("avista-dx share <dataStoreId> <collaborativeId>")
def share(run: CommandContext, service: ServiceId, collaborative: CollaborativeId) -> None:
    """Share a data store or a database."""
    shared = run.exchange.addServiceToCollaborative(service, collaborative)
    _print_result(run, "shared", shared)


@command("avista-dx unshare <dataStoreId> <collaborativeId>")
def unshare(run: CommandContext, service: ServiceId, collaborative: CollaborativeId) -> None:
    """Stop sharing with a collaborative.

    Its members lose access immediately.
    """
    unshared = run.exchange.removeServiceFromCollaborative(service, collaborative)
    _print_result(run, "no longer shared", unshared)


def _print_result(run: CommandContext, what: str, service: "Service") -> None:
    if run.json:
        print_json(service)
    run.info(f"{what}: {_name(service) or service.serviceId}")


def _name(service: "Service") -> str | None:
    shared = service.dataStore or service.timeSeriesDb
    return shared.name if shared else None


def _organizations(collaborative: "Collaborative") -> str:
    members = (member.organization for member in collaborative.memberOrganizations)
    return ", ".join(organization.name for organization in members if organization)
