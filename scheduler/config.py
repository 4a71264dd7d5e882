"""Settings: from the environment (``TONGTANG_…``), else the instance folder, else the default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What an installation can set. README, "Configure", lists each with its variable."""

    instance: Path
    """Folder of the SQLite file, the secret key and uploads."""
    database_url: str
    """SQLAlchemy URL; SQLite for one process, PostgreSQL for more."""
    secret_key: str
    """Signs cookies and hashes tokens; generated once for each instance."""
    base_url: str
    """How people reach the product, without a final slash; links in feeds and papers use it."""
    uid_host: str
    """The part after ``@`` in every calendar UID. Never change it once feeds are subscribed."""
    trusted_hosts: tuple[str, ...]
    """Host headers that are answered; links never follow any other."""
    max_body: int
    """Largest request body in bytes."""
    threads: int
    """Worker threads of the server."""
    trusted_proxy: str
    """Address of the reverse proxy whose X-Forwarded headers are believed; "" for none."""

    @property
    def secure(self) -> bool:
        """Whether people come over TLS: cookies are then Secure and HSTS is sent."""
        return self.base_url.startswith("https://")


def load_settings(
    *,
    instance: Path | None = None,
    base_url: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Read the settings, creating the instance folder and its secret key when missing."""
    folder = instance or Path(environ.get("TONGTANG_INSTANCE", "instance"))
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = (base_url or environ.get("TONGTANG_BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
    host = url.split("://", 1)[-1].split("/", 1)[0]
    trusted = environ.get("TONGTANG_TRUSTED_HOSTS", "")
    return Settings(
        instance=folder,
        database_url=environ.get("TONGTANG_DATABASE_URL") or f"sqlite:///{folder / 'tongtang.sqlite'}",
        secret_key=environ.get("TONGTANG_SECRET_KEY") or instance_secret(folder),
        base_url=url,
        uid_host=environ.get("TONGTANG_UID_HOST") or "tongtang.invalid",
        trusted_hosts=tuple(h.strip() for h in trusted.split(",") if h.strip()) or _own_hosts(host),
        max_body=int(environ.get("TONGTANG_MAX_BODY", str(2 * 1024 * 1024))),
        threads=int(environ.get("TONGTANG_THREADS", "8")),
        trusted_proxy=environ.get("TONGTANG_TRUSTED_PROXY", ""),
    )


def _own_hosts(host: str) -> tuple[str, ...]:
    name = host.rsplit(":", 1)[0]
    return tuple(dict.fromkeys((name, "127.0.0.1", "localhost")))


def instance_secret(folder: Path) -> str:
    """The secret of this instance, made on first use and readable by its owner alone."""
    path = folder / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret + "\n")
    return secret
