"""What ``setup.cfg`` cannot say: the migrations lie beside the package, and are installed inside it."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=("idp*", "clients*")), "idp.migrations"],
    package_dir={"idp.migrations": "migrations"},
)
