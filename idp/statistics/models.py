"""Tables of the counters."""

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class Statistic(db.Model):  # type: ignore[name-defined,misc]
    """One counter."""

    __tablename__ = "statistic"
    __table_args__ = (Index("ix_statistic_ranked", "scope", "heading", "period", "n"),)

    scope: Mapped[str] = mapped_column(String(66), primary_key=True)
    heading: Mapped[str] = mapped_column(String(10), primary_key=True)
    period: Mapped[str] = mapped_column(String(13), primary_key=True)
    """``2026-11-22T09`` for an hour, ``2026-11-22`` for a day; Shanghai time."""
    label: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


class StatisticProgress(db.Model):  # type: ignore[name-defined,misc]
    """Up to which place of the chain the record is counted; one row."""

    __tablename__ = "statistic_progress"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
