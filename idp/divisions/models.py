"""Tables of the administration tree."""

from sqlalchemy import BigInteger, Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.db import db


class DivisionRow(db.Model):  # type: ignore[name-defined,misc]
    """One administrative division; the nation has no row."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[int] = mapped_column(BigInteger)


class DepartmentRow(db.Model):  # type: ignore[name-defined,misc]
    """One public body."""

    __tablename__ = "department"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    division: Mapped[str] = mapped_column(String(6), index=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[int] = mapped_column(BigInteger)
