"""The account, its cookies and form tokens, and the brake on guessing."""

from __future__ import annotations

import itsdangerous
import pytest
from sqlalchemy import Engine

from app.curators import tokens
from app.curators.account import find_curator, is_right, set_password
from app.curators.throttle import Throttle, wait_after
from app.db.engine import writing
from app.errors import UsageError

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
        for altered in (cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), "x" + cookie, "", cookie.rsplit(".", 1)[0]):
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


def test_the_brake_is_by_address_and_overall() -> None:
    now = [1000.0]
    throttle = Throttle(lambda: now[0])
    assert [throttle.begin("192.0.2.1") for _ in range(5)] == [0] * 5
    assert throttle.begin("192.0.2.1") == 2
    assert throttle.begin("192.0.2.2") == 2, "the five count overall"
    now[0] += 2
    assert throttle.begin("192.0.2.1") == 0
    assert throttle.begin("192.0.2.1") == 4
    now[0] += 3
    assert throttle.begin("192.0.2.1") == 1
    now[0] += 1
    assert throttle.begin("192.0.2.2") == 0, "an address of its own, and the overall wait is over"
    throttle.succeeded("192.0.2.2")
    now[0] += 3600
    assert throttle.begin("192.0.2.1") == 0, "forgotten after an hour"


def test_one_network_of_ipv6_is_one_address_and_overall_waits_stay_short() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for host in range(1, 6):
        assert throttle.begin(f"2001:db8::{host}") == 0
    for _ in range(20):
        now[0] += throttle.begin("2001:db8::ff")
        assert throttle.begin("2001:db8::ff") == 0
    assert throttle.begin("2001:db8::1") == 900
    assert throttle.begin("192.0.2.9") == 30
