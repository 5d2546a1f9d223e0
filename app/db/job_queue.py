"""The queue of jobs in Postgres: procrastinate's schema and the few statements we say to it. SQLite has none.

Statements take a session and never commit, so that a job is queued together with what it is about, or not at all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Text, cast, column, delete, func, select, table, text, update
from sqlalchemy.dialects.postgresql import ENUM
from sqlmodel import Session

from app.db.dialect import is_sqlite
from app.errors import DatabaseError

VERSION = "3.10.0"
"""Of procrastinate, whose schema the queue has. Another needs its own migrations, in a revision of ours."""
_STATUS = ENUM(
    "todo", "doing", "succeeded", "failed", "cancelled", "aborting", "aborted", name="procrastinate_job_status",
    create_type=False,
)  # fmt: skip
JOBS = table(
    "procrastinate_jobs",
    column("id"),
    column("task_name"),
    column("lock"),
    column("status", _STATUS),
    column("scheduled_at"),
    column("attempts"),
    column("abort_requested"),
    column("worker_id"),
)
WORKERS = table("procrastinate_workers", column("id"), column("last_heartbeat"))
WAITING, RUNNING, FAILED, CANCELLED, ABORTED = "todo", "doing", "failed", "cancelled", "aborted"
ENDED = ("succeeded", FAILED, CANCELLED, ABORTED)


def make_job_queue(connection: Connection) -> None:
    """Procrastinate's tables, types and functions, in the schema that all our tables are in. DatabaseError if it is
    another version than ours.
    """
    import procrastinate
    from procrastinate.schema import SchemaManager

    if procrastinate.__version__ != VERSION:
        raise DatabaseError(
            f"procrastinate {procrastinate.__version__} is installed and this code knows {VERSION}; install that."
        )
    # Said to the driver itself, which takes many statements at once only where nothing is filled in.
    driver: Any = connection.connection.driver_connection
    driver.execute(SchemaManager.get_schema())
    driver.execute(f"COMMENT ON TABLE procrastinate_jobs IS 'procrastinate {VERSION}'")


def drop_job_queue(connection: Connection) -> None:
    """Take all of it away again."""
    for name in ("periodic_defers", "events", "jobs", "workers"):
        connection.execute(text(f"DROP TABLE IF EXISTS procrastinate_{name} CASCADE"))
    functions = text(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE starts_with(proname, 'procrastinate_') "
        "AND pronamespace = current_schema()::regnamespace"
    )
    for signature in connection.scalars(functions).all():
        connection.execute(text(f"DROP FUNCTION {signature} CASCADE"))
    for name in ("job_to_defer_v1", "job_status", "job_event_type"):
        connection.execute(text(f"DROP TYPE IF EXISTS procrastinate_{name} CASCADE"))


def check_job_queue(session: Session) -> None:
    """DatabaseError where the queue in the database is not that of the installed procrastinate, saying what to do."""
    import procrastinate

    if is_sqlite(session):
        raise DatabaseError(
            "This knowledge base is in SQLite, where jobs run in process: `hallway ingest` and `hallway rebuild` do "
            "all at once, and no worker is needed. Workers are for Postgres; see HALLWAY_DATABASE_URL."
        )
    kept = (
        session.scalar(select(func.obj_description(func.to_regclass("procrastinate_jobs"), text("'pg_class'"))))
        or "unknown"
    )
    if not kept == f"procrastinate {procrastinate.__version__}":
        raise DatabaseError(
            f"The queue in the database is that of {kept}, and procrastinate {procrastinate.__version__} is installed; "
            f"install {VERSION}, which this code knows."
        )


def defer(session: Session, task: str, args: dict[str, Any], lock: str | None = None, priority: int = 0) -> int:
    """Put a job into the queue, as a part of the session's transaction; its number there.

    Of jobs with the same `lock` one runs at a time, in the order in which they came. A higher `priority` goes first.
    """
    from procrastinate import App, SyncPsycopgConnector

    driver: Any = session.connection().connection.driver_connection
    queue = App(connector=SyncPsycopgConnector())
    return queue.configure_task(task, lock=lock, priority=priority, connection=driver).defer(**args)


def cancel(session: Session, queue_id: int) -> None:
    """Take a waiting job out of the queue; ask the worker of a running one to stop. Others stay as they are."""
    session.execute(select(func.procrastinate_cancel_job_v1(queue_id, True, False)))


def retry(session: Session, queue_id: int) -> bool:
    """Put a failed job back, to be tried at once; False where it is not a failed one."""
    if session.scalar(select(JOBS.c.status).where(JOBS.c.id == queue_id).with_for_update()) != FAILED:
        return False
    session.execute(select(func.procrastinate_retry_job_v2(queue_id, func.now(), None, None, None)))
    return True


def status_of(session: Session, queue_id: int) -> str | None:
    """How the queue has a job: todo, doing, succeeded, failed, cancelled or aborted; None where it has it no more."""
    found: str | None = session.scalar(select(cast(JOBS.c.status, Text)).where(JOBS.c.id == queue_id))
    return found


def orphans(session: Session, seconds: float, lost: tuple[int, ...] = ()) -> list[tuple[int, bool]]:
    """(number, whether it is to be cancelled) of running jobs whose worker gave no sign for `seconds`, and of those
    that their worker knows to be `lost`. They are locked until the transaction ends.
    """
    alive = select(WORKERS.c.id).where(WORKERS.c.last_heartbeat >= func.now() - _seconds(seconds))
    rows = session.execute(
        select(JOBS.c.id, JOBS.c.abort_requested)
        .where(
            JOBS.c.status == RUNNING,
            JOBS.c.worker_id.is_(None) | JOBS.c.worker_id.not_in(alive) | JOBS.c.id.in_(lost),
        )
        .order_by(JOBS.c.id)
        .with_for_update(skip_locked=True)
    )
    return [(queue_id, asked) for queue_id, asked in rows]


def give_back(session: Session, queue_id: int, pause: float = 0) -> None:
    """Let a job that nobody works on any more wait again, for `pause` seconds at least."""
    session.execute(
        update(JOBS)
        .where(JOBS.c.id == queue_id, JOBS.c.status == RUNNING)
        .values(
            status=WAITING, worker_id=None, attempts=JOBS.c.attempts + 1, abort_requested=False,
            scheduled_at=func.now() + _seconds(pause),
        )
    )  # fmt: skip


def end(session: Session, queue_id: int, status: str) -> None:
    """End a running job that nobody works on any more as failed or aborted."""
    session.execute(
        update(JOBS)
        .where(JOBS.c.id == queue_id, JOBS.c.status == RUNNING)
        .values(status=status, worker_id=None, abort_requested=False, attempts=JOBS.c.attempts + 1)
    )


def running_under(session: Session, worker_id: int) -> list[int]:
    """Numbers of the jobs that the queue thinks this worker works on."""
    return list(session.scalars(select(JOBS.c.id).where(JOBS.c.worker_id == worker_id, JOBS.c.status == RUNNING)))


def can_be_begun(session: Session) -> int:
    """How many jobs wait whose time has come and that no running one holds up."""
    held = select(JOBS.c.lock).where(JOBS.c.status == RUNNING, JOBS.c.lock.is_not(None)).scalar_subquery()
    due = JOBS.c.scheduled_at.is_(None) | (JOBS.c.scheduled_at <= func.now())
    free = JOBS.c.lock.is_(None) | JOBS.c.lock.not_in(held)
    return session.scalar(select(func.count()).where(JOBS.c.status == WAITING, due, free)) or 0


def workers_alive(session: Session, seconds: float) -> int:
    """How many workers gave a sign within `seconds`; 0 on SQLite, which has none."""
    if is_sqlite(session):
        return 0
    since = func.now() - _seconds(seconds)
    return session.scalar(select(func.count()).select_from(WORKERS).where(WORKERS.c.last_heartbeat >= since)) or 0


def forget(session: Session, queue_ids: list[int]) -> None:
    """Remove jobs that ended."""
    session.execute(delete(JOBS).where(JOBS.c.id.in_(queue_ids), JOBS.c.status.in_(ENDED)))


def _seconds(count: float) -> Any:
    return func.make_interval(0, 0, 0, 0, 0, 0, count)
