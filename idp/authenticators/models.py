"""Tables of what persons prove themselves with; nothing in them opens anything if they are stolen alone."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class PasswordRow(db.Model):  # type: ignore[name-defined,misc]
    """The password of a person, as an Argon2id hash in PHC form."""

    __tablename__ = "password"

    person_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    hash: Mapped[str] = mapped_column(String(160))
    set_at: Mapped[int] = mapped_column(BigInteger)


class TotpRow(db.Model):  # type: ignore[name-defined,misc]
    """The one-time-code generator of a person; the seed is sealed for ``<person>|totp``."""

    __tablename__ = "totp"

    person_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seed: Mapped[bytes] = mapped_column(LargeBinary(256))
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The time step of the newest code accepted; this one and all before it are spent."""
    enrolled_at: Mapped[int] = mapped_column(BigInteger)
