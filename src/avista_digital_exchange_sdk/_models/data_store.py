"""What a data store can do beside holding its metadata, in both colours."""

from pydantic import PrivateAttr

from .._sync import awaited, blocking
from .base import BaseModel
from .working_directory import WorkingDirectory


class SyncDataStoreMethods(BaseModel):
    """A data store's methods; each blocks until it is done."""

    _calls: WorkingDirectory = PrivateAttr(default_factory=WorkingDirectory)

    cd = blocking(WorkingDirectory.cd)
    ls = blocking(WorkingDirectory.ls)
    pwd = blocking(WorkingDirectory.pwd)
    uploadFile = blocking(WorkingDirectory.uploadFile)
    downloadFile = blocking(WorkingDirectory.downloadFile)
    deleteFile = blocking(WorkingDirectory.deleteFile)
    help = blocking(WorkingDirectory.help)


class AsyncDataStoreMethods:
    """A data store's methods; each is awaited."""

    cd = awaited(WorkingDirectory.cd)
    ls = awaited(WorkingDirectory.ls)
    pwd = awaited(WorkingDirectory.pwd)
    uploadFile = awaited(WorkingDirectory.uploadFile)
    downloadFile = awaited(WorkingDirectory.downloadFile)
    deleteFile = awaited(WorkingDirectory.deleteFile)
    help = awaited(WorkingDirectory.help)
