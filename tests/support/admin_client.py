"""Operations on the platform that the SDK has no calls for."""

import json
from typing import Any

import httpx


class AdminClient:
    """Runs GraphQL operations with a token."""

    def __init__(self, endpoint: str, token: str) -> None:
        self._endpoint = endpoint
        self._headers = {"Authorization": token}

    def run(self, operation: str, **variables: Any) -> Any:
        """Run an operation and return its data, by the field's name."""
        body = {"query": operation, "variables": variables}
        # Loading certificates is slow, and loopback connections need none.
        response = httpx.post(
            self._endpoint, json=body, headers=self._headers, timeout=60, verify=False
        )
        parsed = response.json()
        assert "errors" not in parsed, parsed["errors"]
        return parsed["data"]

    def field(self, operation: str, **variables: Any) -> Any:
        """Run an operation with a single field and return the value of that field."""
        (value,) = self.run(operation, **variables).values()
        return value

    def create_data_store(self, name: str = "Field data") -> dict[str, str]:
        """Create a data store owned by the user of the token."""
        return self.field(
            "mutation m($name: String!) { storage_createDataStore(name: $name) "
            "{ dataStoreId homeDirectoryId name } }",
            name=name,
        )

    def create_directory(self, dataStoreId: str, parentDirectoryId: str, name: str) -> str:
        """Create a directory and return its ID."""
        return self.create_entries(dataStoreId, parentDirectoryId, [name], [])[0]

    def create_entries(
        self, dataStoreId: str, directoryId: str, directories: list[str], files: list[str]
    ) -> list[str]:
        """Create many entries of a directory in one request, without bytes; return the IDs."""
        location = f"dataStoreId: {json.dumps(dataStoreId)}"
        fields = [
            f"storage_createDataStoreDirectory({location}, parentDirectoryId: "
            f"{json.dumps(directoryId)}, name: {json.dumps(name)}) {{ id: dataStoreDirectoryId }}"
            for name in directories
        ]
        fields += [
            f"storage_createDataStoreFile({location}, dataStoreDirectoryId: "
            f"{json.dumps(directoryId)}, name: {json.dumps(name)}, "
            'fileExtension: "csv") { id: itemId }'
            for name in files
        ]
        operation = "\n".join(f"e{index}: {field}" for index, field in enumerate(fields))
        return [entry["id"] for entry in self.run(f"mutation {{ {operation} }}").values()]

    def create_database(self, name: str = "Measurements") -> str:
        """Create a time series database owned by the user of the token and return its ID."""
        return self.field(
            "mutation m($name: String!) { timeSeriesDb_createDatabase(name: $name) "
            "{ timeSeriesDbId } }",
            name=name,
        )["timeSeriesDbId"]
