"""The command that shows the current user."""

from ..command import command
from ..context import CommandContext
from ..output import print_json


@command("avista-dx whoami", "avista-dx whoami --profile work", "avista-dx whoami --json")
def whoami(run: CommandContext) -> None:
    """Show the current user, the endpoint, and where the token comes from."""
    # Imported on use, as help needs no client.
    from ...client import get_graphql_client

    user = run.exchange.getUserInfo()
    client = get_graphql_client(run.exchange)
    endpoint, sources = client.endpoint, client.sources
    if run.json:
        print_json(
            user.model_dump()
            | {
                "endpoint": endpoint,
                "endpointSource": sources.endpoint,
                "tokenSource": sources.token,
                "profile": sources.profile,
            }
        )
        return
    rows = {
        "name": f"{user.firstName} {user.lastName}",
        "organization": user.organization.name if user.organization else None,
        "userId": user.userId,
        "endpoint": f"{endpoint} (from {sources.endpoint})",
        "token": f"from {sources.token}",
        "profile": sources.profile or "none",
    }
    run.print_rows(rows.items(), {"": lambda row: row[0], " ": lambda row: row[1]})
