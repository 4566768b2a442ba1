"""Chunks of a result that are kept on disk until they are merged."""

from .._backends import PositionalFile
from .._utils.temporary_files import explain_full_disk, open_unbuffered_temporary_file


class ChunkFile:
    """Chunks in a temporary file, which one thread may add while another reads."""

    def __init__(self) -> None:
        with open_unbuffered_temporary_file() as file:
            self._file = PositionalFile(file.fileno())
        self._ends = [0]

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, chunk: bytes) -> None:
        """Add a chunk."""
        start = self._ends[-1]
        with explain_full_disk():
            self._file.write_at(start, chunk)
        self._ends.append(start + len(chunk))

    def read(self, index: int) -> bytes:
        """Read a chunk."""
        start, end = self._ends[index], self._ends[index + 1]
        return self._file.read(end - start, start)

    def close(self) -> None:
        """Delete the chunks."""
        self._file.close()
