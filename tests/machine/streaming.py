"""The site as served, but with files sent while they are copied from the hundredth row on.

Tests start it: python -m tests.machine.streaming 8100 folder/of/static/files
While the file that $HOLD names is there, a copy does not end by itself.
"""

import os
import sys
from pathlib import Path
from typing import IO, Any

import django
from django.conf import settings
from django.db import connection

from citytools.local import web_server


def main() -> None:
    """Serve until told to stop; the one worker is a fork of this process."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    if len(sys.argv) > 2:
        settings.STATIC_ROOT = Path(sys.argv[2])
    django.setup()
    from citytools.exports import (
        export,
        tables,  # only now are the models that they need ready
    )

    export.MAX_ROWS_SENT_WHOLE = 100
    write = tables.QueryTable.write

    def write_and_hold(table: Any, file: IO[bytes]) -> int:
        rows = write(table, file)
        file.flush()
        while Path(os.environ.get("HOLD", "none")).exists():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.05)")
        return rows

    tables.QueryTable.write = write_and_hold  # type: ignore[assignment]
    web_server.WORKERS = 1
    web_server.serve(int(sys.argv[1]), lambda: None)


if __name__ == "__main__":
    main()
