"""What tests do on the platform that the SDK has no calls for."""

import json
from typing import Any

import httpx


class Platform:
    """Runs GraphQL operations with a token."""

    def __init__(self, endpoint: str, token: str) -> None:
        self._endpoint = endpoint
        self._headers = {"Authorization": token}

    def run(self, operation: str, **variables: Any) -> Any:
        """Run an operation and return its data, by the field's name."""
        body = {"query": operation, "variables": variables}
        # Certificates, which take long to load, are not needed on this machine itself.
        answer = httpx.post(
            self._endpoint, json=body, headers=self._headers, timeout=30, verify=False
        )
        parsed = answer.json()
        assert "errors" not in parsed, parsed["errors"]
        return parsed["data"]

    def field(self, operation: str, **variables: Any) -> Any:
        """Run an operation of one field and return what that field holds."""
        (value,) = self.run(operation, **variables).values()
        return value

    def create_data_store(self, name: str = "Field data") -> dict[str, str]:
        """Make a data store of the token's user."""
        return self.field(
            "mutation m($name: String!) { storage_createDataStore(name: $name) "
            "{ dataStoreId homeDirectoryId name } }",
            name=name,
        )

    def create_directory(self, dataStoreId: str, parentDirectoryId: str, name: str) -> str:
        """Make a directory and return its id."""
        return self.create_entries(dataStoreId, parentDirectoryId, [name], [])[0]

    def create_entries(
        self, dataStoreId: str, directoryId: str, directories: list[str], files: list[str]
    ) -> list[str]:
        """Fill a directory at once, its files without bytes; return the ids."""
        place = f"dataStoreId: {json.dumps(dataStoreId)}"
        made = [
            f"storage_createDataStoreDirectory({place}, parentDirectoryId: "
            f"{json.dumps(directoryId)}, name: {json.dumps(name)}) {{ id: dataStoreDirectoryId }}"
            for name in directories
        ]
        made += [
            f"storage_createDataStoreFile({place}, dataStoreDirectoryId: "
            f"{json.dumps(directoryId)}, name: {json.dumps(name)}, "
            'fileExtension: "csv") { id: itemId }'
            for name in files
        ]
        operation = "\n".join(f"e{index}: {field}" for index, field in enumerate(made))
        return [entry["id"] for entry in self.run(f"mutation {{ {operation} }}").values()]

    def create_database(self, name: str = "Measurements") -> str:
        """Make a time series database of the token's user and return its id."""
        return self.field(
            "mutation m($name: String!) { timeSeriesDb_createDatabase(name: $name) "
            "{ timeSeriesDbId } }",
            name=name,
        )["timeSeriesDbId"]
