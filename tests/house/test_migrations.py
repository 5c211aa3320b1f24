"""The migrations make exactly the tables the models describe."""

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import inspect, text

from idp import migration
from idp.store import db


@pytest.mark.usefixtures("app")
def test_migrations_and_models_agree() -> None:
    made = migration.config()
    with db.writing_engine().connect() as connection:
        made.attributes["connection"] = connection
        command.check(made)


def test_the_schema_is_what_upgrade_made(app: Flask) -> None:
    migration.demand()
    with db.reading() as connection:
        assert "person" in inspect(connection).get_table_names()
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() is not None
