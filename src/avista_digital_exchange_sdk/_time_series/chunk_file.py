"""Chunks of a result that are kept on disk until they are merged."""

from .._backends import PositionalFile
from .._utils.temporary_files import explain_full_disk, open_unbuffered_temporary_file


class ChunkFile:
    """Chunks in a temporary file, which one thread may add while another reads.

    Each has its own descriptor: the number of one that is closed meanwhile may already belong to
    another file.
    """

    def __init__(self) -> None:
        with open_unbuffered_temporary_file() as file:
            self._source = PositionalFile(file.fileno())
            self._target = self._source.duplicate()
        self._ends = [0]

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, chunk: bytes) -> None:
        """Add a chunk."""
        start = self._ends[-1]
        with explain_full_disk():
            self._target.write_at(start, chunk)
        self._ends.append(start + len(chunk))

    def read(self, index: int) -> bytes:
        """Read a chunk."""
        start, end = self._ends[index], self._ends[index + 1]
        return self._source.read(end - start, start)

    def finish(self) -> None:
        """Add no further chunk."""
        self._target.close()

    def close(self) -> None:
        """Read no further chunk."""
        self._source.close()
