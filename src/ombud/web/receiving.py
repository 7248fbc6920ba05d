"""Uploads are counted while they arrive: a file that is larger than its case takes is not kept until its end."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

MOST_BYTES = 100_000_000
"""Of all files of one request, whatever a book says."""


class Counted(FileUploadHandler):
    """Passes on what fits; `skipped` names what does not. Beyond MOST_BYTES the connection is closed.

    most_bytes: of one file; with 0 nothing is kept of any.
    """

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.skipped: list[str] = []
        self._most = min(most_bytes, MOST_BYTES)
        self._of_file = self._of_all = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Another file begins."""
        super().new_file(*args, **kwargs)
        self._of_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Raises SkipFile where the file is too large, StopUpload where all of it is."""
        del start
        self._of_file += len(raw_data)
        self._of_all += len(raw_data)
        if self._of_all > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        if self._of_file > self._most:
            self.skipped.append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers behind this one keep the file."""
        del file_size
