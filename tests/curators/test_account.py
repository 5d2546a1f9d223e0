"""The account, its cookies and form tokens, and the brake on guessing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic

import itsdangerous
import pytest
from sqlalchemy import Engine, select

from app.curators import tokens
from app.curators.account import find_curator, is_right, set_password
from app.curators.throttle import PLACE, Throttle, wait_after
from app.db.beside import engine_beside
from app.db.engine import make_engine, reading, writing
from app.errors import DatabaseError, UsageError
from app.models import SignInFailures

PASSWORD = "correct horse battery"


def test_there_is_one_account_and_only_a_hash_of_its_password(engine: Engine) -> None:
    with writing(engine) as session:
        assert find_curator(session) is None
        curator = set_password(session, PASSWORD, "  Ada   Reader ")
        assert curator.name == "Ada Reader"
        assert curator.password_hash.startswith("$argon2id$")
        assert PASSWORD not in curator.password_hash
        assert is_right(curator, "ada reader", PASSWORD)
        assert not is_right(curator, "Ada Reader", PASSWORD + " ")
        assert not is_right(curator, "Bo Reader", PASSWORD)
        key = curator.signing_key
        again = set_password(session, "another long password")
        assert (again.id, again.name) == (curator.id, "Ada Reader")
        assert again.signing_key != key
        assert not is_right(again, "Ada Reader", PASSWORD)


@pytest.mark.parametrize(
    ("password", "name"), [("short", None), ("x" * 1001, None), (PASSWORD, "  "), (PASSWORD, "x" * 81)]
)
def test_what_cannot_be_kept_is_refused(engine: Engine, password: str, name: str | None) -> None:
    with writing(engine) as session:
        with pytest.raises(UsageError):
            set_password(session, password, name)
        assert find_curator(session) is None


def test_a_cookie_is_void_once_altered_old_or_of_a_former_password(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as session:
        curator = set_password(session, PASSWORD, "Ada")
        cookie = tokens.new_cookie(curator)
        signed_in = tokens.read_cookie(curator, cookie)
        assert signed_in is not None
        assert signed_in.name == "Ada"
        # Not the last character: some of its bits say nothing.
        signed = cookie[:-5] + ("A" if cookie[-5] != "A" else "B") + cookie[-4:]
        for altered in (signed, "x" + cookie, "", cookie.rsplit(".", 1)[0]):
            assert tokens.read_cookie(curator, altered) is None
        forged = itsdangerous.URLSafeTimedSerializer("guessed", salt=f"hallway/sitting/{curator.id}")
        assert tokens.read_cookie(curator, forged.dumps(["Ada", "x"])) is None
        # A token of a form is signed with the same key and still no cookie.
        assert tokens.read_cookie(curator, signed_in.form_token) is None
        monkeypatch.setattr(tokens, "SIGNED_IN_SECONDS", -1)
        assert tokens.read_cookie(curator, cookie) is None
        monkeypatch.undo()
        set_password(session, "another long password")
        assert tokens.read_cookie(curator, cookie) is None


def test_a_form_token_is_good_for_its_own_sitting_only(engine: Engine) -> None:
    with writing(engine) as session:
        curator = set_password(session, PASSWORD)
        one = tokens.read_cookie(curator, tokens.new_cookie(curator))
        other = tokens.read_cookie(curator, tokens.new_cookie(curator))
    assert one is not None
    assert other is not None
    assert tokens.is_form_token(curator, one.form_token, one.sitting)
    assert not tokens.is_form_token(curator, one.form_token, other.sitting)
    assert not tokens.is_form_token(curator, "", one.sitting)
    assert not tokens.is_form_token(curator, tokens.form_token(curator, ""), "")


def test_waits_double_after_five_failures_up_to_a_limit() -> None:
    assert [wait_after(n, 900) for n in range(9)] == [0, 0, 0, 0, 0, 2, 4, 8, 16]
    assert wait_after(500, 900) == 900


START = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def counted(engine: Engine) -> dict[str, int]:
    with reading(engine_beside(engine, PLACE, (SignInFailures,))) as session:
        return {row.network: row.count for row in session.scalars(select(SignInFailures))}


def test_the_brake_is_by_address_and_overall(engine: Engine) -> None:
    clock = Clock()
    throttle = Throttle(engine, clock)
    assert [throttle.begin("192.0.2.1") for _ in range(5)] == [0] * 5
    assert throttle.begin("192.0.2.1") == 2
    assert throttle.begin("192.0.2.2") == 2, "the five count overall"
    clock.wait(2)
    assert throttle.begin("192.0.2.1") == 0
    assert throttle.begin("192.0.2.1") == 4
    clock.wait(3)
    assert throttle.begin("192.0.2.1") == 1
    clock.wait(1)
    assert throttle.begin("192.0.2.2") == 0, "an address of its own, and the overall wait is over"
    assert counted(engine) == {"192.0.2.1": 6, "192.0.2.2": 1, "": 7}
    throttle.succeeded("192.0.2.2")
    assert counted(engine) == {"192.0.2.1": 6, "": 6}
    clock.wait(3601)
    assert throttle.begin("192.0.2.3") == 0, "forgotten after an hour"
    assert counted(engine) == {"192.0.2.3": 1, "": 1}, "and old rows are removed"


def test_one_network_of_ipv6_is_one_address_and_overall_waits_stay_short(engine: Engine) -> None:
    clock = Clock()
    throttle = Throttle(engine, clock)
    for host in range(1, 6):
        assert throttle.begin(f"2001:db8::{host}") == 0
    for _ in range(20):
        clock.wait(throttle.begin("2001:db8::ff"))
        assert throttle.begin("2001:db8::ff") == 0
    assert throttle.begin("2001:db8::1") == 900
    assert throttle.begin("192.0.2.9") == 30, "the curator elsewhere waits half a minute, never a quarter of an hour"
    clock.wait(30)
    assert throttle.begin("192.0.2.9") == 0
    assert throttle.begin("2001:db8::1") > 800


@contextmanager
def processes(engine: Engine, many: int) -> Iterator[list[Engine]]:
    """Engines of the same base, as so many processes have them."""
    engines = [make_engine(engine.url.render_as_string(hide_password=False)) for _ in range(many)]
    yield engines
    for one in engines:
        one.dispose()


def test_processes_count_as_one_and_a_restart_forgets_nothing(engine: Engine) -> None:
    clock = Clock()
    with processes(engine, 4) as engines:
        workers = [Throttle(one, clock) for one in engines[:3]]
        assert [workers[n % 3].begin("192.0.2.1") for n in range(6)] == [0, 0, 0, 0, 0, 2]
        assert Throttle(engines[3], clock).begin("192.0.2.1") == 2


def test_of_many_at_once_five_get_through(engine: Engine) -> None:
    with processes(engine, 4) as engines, ThreadPoolExecutor(12) as pool:
        workers = [Throttle(one, Clock()) for one in engines]
        waits = list(pool.map(lambda n: workers[n % 4].begin(f"192.0.2.{n}"), range(24)))
    assert waits.count(0) == 5


def test_a_clock_set_back_makes_nobody_wait_longer_and_a_new_password_lets_all_try_again(engine: Engine) -> None:
    clock = Clock()
    throttle = Throttle(engine, clock)
    for _ in range(5):
        throttle.begin("192.0.2.1")
    clock.wait(-86_400)
    assert throttle.begin("192.0.2.1") == 2
    with writing(engine) as session:
        set_password(session, PASSWORD)
    assert counted(engine) == {}
    assert throttle.begin("192.0.2.1") == 0


def test_a_sign_in_is_counted_while_another_writes_to_the_base(engine: Engine) -> None:
    clock = Clock()
    throttle = Throttle(engine, clock)
    with writing(engine) as other:
        other.connection()
        began = monotonic()
        assert [throttle.begin("192.0.2.1") for _ in range(6)] == [0, 0, 0, 0, 0, 2]
        assert Throttle(engine, clock).begin("192.0.2.1") == 2, "a restart forgets nothing"
        clock.wait(2)
        assert throttle.begin("192.0.2.2") == 0
        throttle.succeeded("192.0.2.2")
        assert counted(engine) == {"192.0.2.1": 5, "": 5}
        assert monotonic() - began < 10, "nobody waits for the other"


def test_while_others_are_counted_the_told_to_wait_are_told_and_nobody_tries_uncounted(engine: Engine) -> None:
    clock = Clock()
    throttle = Throttle(engine, clock)
    for _ in range(5):
        throttle.begin("192.0.2.1")
    with writing(engine_beside(engine, PLACE, (SignInFailures,))) as other:
        other.connection()
        assert throttle.begin("192.0.2.1") == 2
        clock.wait(2)
        began = monotonic()
        with pytest.raises(DatabaseError, match="Nothing was checked"):
            throttle.begin("192.0.2.1")
        assert monotonic() - began < 10, "far less than writers of the base wait"
        throttle.succeeded("192.0.2.1")
        assert counted(engine)["192.0.2.1"] == 5
    assert throttle.begin("192.0.2.1") == 0
