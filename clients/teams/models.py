"""The tables of teams."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class TeamRow(db.Model):  # type: ignore[name-defined,misc]
    """One team."""

    __tablename__ = "team"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    division: Mapped[str] = mapped_column(String(6))
    department: Mapped[str] = mapped_column(String(36))
    created_by: Mapped[str] = mapped_column(String(36), index=True)
    created_at: Mapped[int] = mapped_column(BigInteger)


class MemberRow(db.Model):  # type: ignore[name-defined,misc]
    """One person in one team; testers stand here too."""

    __tablename__ = "team_member"

    team_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[int] = mapped_column(BigInteger)


class InvitationRow(db.Model):  # type: ignore[name-defined,misc]
    """A one-time link into a team; its row goes when it is used."""

    __tablename__ = "team_invitation"

    digest: Mapped[str] = mapped_column(String(43), primary_key=True)
    id: Mapped[str] = mapped_column(String(20), unique=True)
    team_id: Mapped[str] = mapped_column(String(20), index=True)
    role: Mapped[str] = mapped_column(String(10))
    created_by: Mapped[str] = mapped_column(String(36))
    expires_at: Mapped[int] = mapped_column(BigInteger)


class TeamClientRow(db.Model):  # type: ignore[name-defined,misc]
    """Whose a client is."""

    __tablename__ = "team_client"

    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(20), index=True)
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[int] = mapped_column(BigInteger)
