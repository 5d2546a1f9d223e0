"""Moving house: a whole base from one database to another, resumable, checked table by table."""

from app.moving.move import move, plan, verify

__all__ = ["move", "plan", "verify"]
