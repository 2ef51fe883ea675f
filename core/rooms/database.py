"""Where rooms live: SQLite in a file, or PostgreSQL; and what one transaction is in either."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import DDL, URL, Connection, Engine, Table, create_engine, event, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError
from sqlalchemy.schema import CreateColumn

from core.rooms.room import Misconfigured
from core.rooms.tables import metadata

Result = TypeVar("Result")

FOLDER = Path(__file__).parents[2] / "build"
_LOOKS = "it must look like postgresql://user:password@host/name or sqlite:///folder/file"
_BUSY_S = 5
_OUR_LOCK = 0x50F7_3A78  # among those that others take in the same database
_TRY_AGAIN = ("40001", "40P01")  # serialisation failure, deadlock: PostgreSQL undid all of it
_ELSEWHERE = "set CLASS_FOLDER to a folder that can be written, or make this one so"
_ANEW = (
    "move it away with the -wal and -shm beside it, and rooms begin anew; or put a good copy there, or set "
    "CLASS_FOLDER to another folder"
)
# What no waiting mends in SQLite, by how the name of the error begins, and what to do. The rest passes: locks, mostly.
_LASTING = {
    "SQLITE_CANTOPEN": _ELSEWHERE,
    "SQLITE_READONLY": _ELSEWHERE,
    "SQLITE_PERM": _ELSEWHERE,
    "SQLITE_AUTH": _ELSEWHERE,
    "SQLITE_FULL": "make room on its disk",
    "SQLITE_IOERR": "look after its disk, or set CLASS_FOLDER to a folder on another",
    "SQLITE_NOTADB": _ANEW,
    "SQLITE_CORRUPT": _ANEW,
    "SQLITE_ERROR": _ANEW,  # tables that are not ours, or none
}
# The same in PostgreSQL: read-only, disk full, disk failing, data or index damaged, not let in, no such database.
_LASTING_STATES = ("25006", "53100", "58030", "XX001", "XX002", "28000", "28P01", "3D000")
_SERVER = {  # a server that is gone without a word must not hold a thread for minutes
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 2,
    "options": "-c statement_timeout=5s -c idle_in_transaction_session_timeout=10s",
    "application_name": "where-softmax-breaks",
    "client_encoding": "utf8",
    "prepare_threshold": None,  # a pooler in between may give each transaction another session
}
_POOL: dict[str, Any] = {"pool_size": 4, "max_overflow": 4, "pool_timeout": 5, "hide_parameters": True}
_READING: dict[str, dict[str, Any]] = {
    "sqlite": {"reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


@dataclass(frozen=True, slots=True)
class Rooms:
    """The store. `reading` and `writing` run a function in one transaction.

    A connection that died, or a deadlock, is tried once more; not where the commit was on its way, for it may have
    arrived.
    Raises: what `act` raises; sqlalchemy.exc.SQLAlchemyError where the database is down
    """

    engine: Engine

    def reading(self, act: Callable[[Connection], Result]) -> Result:
        """What `act` returns; all its statements see the database at one moment."""
        return self._run(act, _READING[self.engine.dialect.name])

    def writing(self, act: Callable[[Connection], Result]) -> Result:
        """What `act` returns, once it is committed; nothing is written where it raises."""
        return self._run(act, {})

    def dispose(self) -> None:
        """Ends the connections that wait for work."""
        self.engine.dispose()

    def _run(self, act: Callable[[Connection], Result], options: dict[str, Any]) -> Result:
        try:
            return self._once(act, options)
        except DBAPIError as error:
            if not _undone(error):
                raise
        return self._once(act, options)

    def _once(self, act: Callable[[Connection], Result], options: dict[str, Any]) -> Result:
        with self.engine.connect().execution_options(**options) as connection:
            result = act(connection)
            try:
                connection.commit()
            except DBAPIError as error:
                error.connection_invalidated = False  # it may have arrived: nobody tries again unasked
                raise
            return result


def _undone(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _TRY_AGAIN


def connect(url: str | None = None) -> Rooms:
    """The store at this address, its tables and columns made where they are missing.

    url: `postgresql://...` or `sqlite:///path`; without one, class.sqlite in the folder CLASS_FOLDER, or in build/.
         What its query names replaces what we tell PostgreSQL: `?options=%20` for a pooler that takes no options
    Raises: Misconfigured; sqlalchemy.exc.SQLAlchemyError where the database does not answer
    """
    store = Rooms(_engine(url))
    try:
        store.writing(_make_tables)
    except DBAPIError as error:
        if why := lasting(error, store):
            raise Misconfigured(why) from None
        raise
    return store


def lasting(error: Exception, store: Rooms | None = None) -> str | None:
    """The sentence for whoever runs the server, where waiting will not mend it; None where it may.

    It names the file and what is wrong in the database's own words, none of which quote what a visitor typed.
    """
    if isinstance(error, Misconfigured):
        return str(error)
    if not isinstance(error, DBAPIError):
        return None
    name = getattr(error.orig, "sqlite_errorname", "")
    if remedy := next((it for code, it in _LASTING.items() if name.startswith(code)), None):
        return _no_place(store.engine.url.database if store else None, str(error.orig), remedy)
    if isinstance(error, ProgrammingError) or getattr(error.orig, "sqlstate", None) in _LASTING_STATES:
        return f"The database of DATABASE_URL refuses: {str(error.orig).splitlines()[0]}."
    return None


def alone(connection: Connection) -> None:
    """Waits until no other process is in here, up to the end of the transaction. SQLite's writers are always alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_OUR_LOCK)))


def insert(dialect: str, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases spell alike and SQLAlchemy keeps with each."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def added(connection: Connection, table: Table, **values: object) -> bool:
    """Inserts the row unless its key is there; whether it is new."""
    new = insert(connection.dialect.name, table).values(**values).on_conflict_do_nothing()
    # An insert's row count is forgotten (it reads -1 on PostgreSQL) unless it is asked for.
    return connection.execute(new, execution_options={"preserve_rowcount": True}).rowcount == 1


def _make_tables(connection: Connection) -> None:
    """Those that are missing, and in those made by an earlier version the columns that came later."""
    alone(connection)
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        there = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.execute(DDL(f"ALTER TABLE {table.name} ADD COLUMN {definition}"))


def _engine(url: str | None) -> Engine:
    if not url:
        return _sqlite(Path(os.environ.get("CLASS_FOLDER") or FOLDER) / "class.sqlite")
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise Misconfigured(f"DATABASE_URL is no address of a database; {_LOOKS}.") from None
    if address.drivername == "sqlite" and address.database not in (None, "", ":memory:"):
        return _sqlite(Path(str(address.database)))
    if address.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return _postgres(address)
    raise Misconfigured(f"DATABASE_URL begins with {address.drivername[:20]!r}; {_LOOKS}.")


def _postgres(address: URL) -> Engine:
    told = {name: value for name, value in _SERVER.items() if name not in address.query}
    try:
        return create_engine(
            address.set(drivername="postgresql+psycopg"), connect_args=told, pool_pre_ping=True, **_POOL
        )
    except ImportError:
        raise Misconfigured(
            "DATABASE_URL names PostgreSQL, and its driver is not installed: pip install -r requirements-postgres.txt."
        ) from None


def _sqlite(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(_no_place(path, error.strerror, _ELSEWHERE)) from None
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_S}, **_POOL)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _no_place(path: str | Path | None, why: str | None, remedy: str) -> str:
    return f"Rooms cannot be kept in {path} ({why}): {remedy}."


def _set_up(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None  # or the driver begins transactions itself, too late and never IMMEDIATE
    _write_ahead(raw)
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
        raw.execute(f"PRAGMA {pragma}")


def _write_ahead(raw: sqlite3.Connection) -> None:
    """WAL mode, so that readers wait for no writer. SQLite itself does not wait where two switch a new file at once."""
    for _ in range(20):
        with contextlib.suppress(sqlite3.OperationalError):
            raw.execute("PRAGMA journal_mode = WAL")
            return
        time.sleep(0.05)
    raw.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
