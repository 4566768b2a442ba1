"""The commands for collaboratives and shared services."""

from typing import TYPE_CHECKING, Annotated

import typer

from ..command import command
from ..completion import complete_collaborative, complete_service
from ..context import CommandContext
from ..names import find_collaborative, find_service
from ..output import print_json

if TYPE_CHECKING:
    from ...types import Collaborative, Service

ServiceId = Annotated[
    str,
    typer.Argument(
        metavar="SERVICE",
        autocompletion=complete_service,
        help="The name or ID of a data store, a time series database, a group of endpoints or a "
        "data capture; of a data store also its path.",
    ),
]
CollaborativeId = Annotated[
    str,
    typer.Argument(
        metavar="COLLABORATIVE",
        autocompletion=complete_collaborative,
        help="The name or ID of the collaborative.",
    ),
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


@command('avista-dx services "Solar Research"')
def services(run: CommandContext, collaborative: CollaborativeId) -> None:
    """List the services shared in a collaborative."""
    identifier = find_collaborative(run, collaborative)
    columns = {
        "name": _name,
        "type": lambda service: service.serviceType,
        "serviceId": lambda service: service.serviceId,
    }
    run.print_rows(run.exchange.listCollaborativeServices(identifier), columns)


@command(
    'avista-dx share "Solar site" "Solar Research"',
    'avista-dx share "dx://Solar site" "Solar Research"',
    "avista-dx share <dataStoreId> <collaborativeId>",
)
def share(run: CommandContext, service: ServiceId, collaborative: CollaborativeId) -> None:
    """Share a data store, a database, a group of endpoints or a data capture."""
    ids = find_service(run, service), find_collaborative(run, collaborative)
    shared = run.exchange.addServiceToCollaborative(*ids)
    _print_result(run, "shared", shared)


@command('avista-dx unshare "Solar site" "Solar Research"')
def unshare(run: CommandContext, service: ServiceId, collaborative: CollaborativeId) -> None:
    """Stop sharing with a collaborative.

    Its members lose access immediately.
    """
    ids = find_service(run, service), find_collaborative(run, collaborative)
    unshared = run.exchange.removeServiceFromCollaborative(*ids)
    _print_result(run, "no longer shared", unshared)


def _print_result(run: CommandContext, what: str, service: "Service") -> None:
    if run.json:
        print_json(service)
    run.info(f"{what}: {_name(service) or service.serviceId}")


def _name(service: "Service") -> str | None:
    if service.dataCapture:
        return service.dataCapture.displayName
    shared = service.dataStore or service.timeSeriesDb or service.iotEndpointGroup
    return shared.name if shared else None


def _organizations(collaborative: "Collaborative") -> str:
    members = (member.organization for member in collaborative.memberOrganizations)
    return ", ".join(organization.name for organization in members if organization)
