"""The command that shows the current user."""

from ..command import command
from ..context import CommandContext


@command("avista-dx whoami")
def whoami(run: CommandContext) -> None:
    """Show the current user."""
    user = run.exchange.getUserInfo()
    organization = user.organization.name if user.organization else None
    columns = {
        "name": lambda user: f"{user.firstName} {user.lastName}",
        "organization": lambda _: organization,
        "userId": lambda user: user.userId,
    }
    run.print_rows([user], columns, json=user)
