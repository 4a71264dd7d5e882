"""The product on waitress with one more view, that answers a constant line: what a poll is held against."""

from __future__ import annotations

import sys
from pathlib import Path

from waitress.server import create_server

from scheduler.app import create_app
from scheduler.config import load_settings
from scheduler.db import Database
from scheduler.web.door import public


def main(instance: Path) -> None:
    """Serve the instance on a free port of this machine, and print the port."""
    settings = load_settings(instance=instance, base_url="http://127.0.0.1", environ={})
    app = create_app(settings, Database(settings.database_url))
    app.add_url_rule("/constant", "constant", public(lambda: "one constant line\n"))
    server = create_server(app, host="127.0.0.1", port=0, threads=settings.threads)
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
