"""All calls in one class."""

from .collaborative import CollaborativeService
from .graphql import GraphQLService
from .storage import StorageService
from .time_series import TimeSeriesService
from .user import UserService


class ExchangeService(
    UserService, StorageService, TimeSeriesService, CollaborativeService, GraphQLService
):
    """All calls."""
