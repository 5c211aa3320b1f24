"""The table of the throttle: failures that were answered, so that a flushed Redis forgets none."""

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class LoginFailures(db.Model):  # type: ignore[name-defined,misc]
    """One counter; its name is made of keyed digests and tells nobody's number, phone or address.

    No person stands here: a row is written for names that nobody has as well, or an attacker could tell
    them apart.
    """

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_expires", "expires_at"),)

    counter: Mapped[str] = mapped_column(String(100), primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    since: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int] = mapped_column(BigInteger)
    """No further try before this moment."""
    expires_at: Mapped[int] = mapped_column(BigInteger)
