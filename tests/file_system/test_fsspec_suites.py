"""The test suites of fsspec for file systems."""

import pytest
from fsspec.tests.abstract import (
    AbstractCopyTests,
    AbstractFixtures,
    AbstractGetTests,
    AbstractOpenTests,
    AbstractPipeTests,
    AbstractPutTests,
)

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem


class DataStoreFixtures(AbstractFixtures):
    @pytest.fixture
    def fs(self, file_system: DataStoreFileSystem) -> DataStoreFileSystem:
        return file_system

    @pytest.fixture
    def fs_join(self):
        return lambda *parts: "/".join(parts)

    @pytest.fixture
    def fs_path(self, home: str) -> str:
        return home


class TestCopy(DataStoreFixtures, AbstractCopyTests):
    pass


class TestGet(DataStoreFixtures, AbstractGetTests):
    pass


class TestOpen(DataStoreFixtures, AbstractOpenTests):
    pass


class TestPipe(DataStoreFixtures, AbstractPipeTests):
    pass


class TestPut(DataStoreFixtures, AbstractPutTests):
    pass
