"""What the readers need around them: settings and keys, in a folder of their own, and no store."""

from pathlib import Path

from idp import keyring, settings


def furnish(folder: Path) -> None:
    """Take settings of a test server and fresh keys into use."""
    settings.use(
        settings.Settings(
            environment="test",
            issuer="https://id.example.gov",
            var_dir=folder,
            keys_dir=folder / "keys",
            allow_demo_regions=True,
        )
    )
    keyring.open(folder / "keys", create=True)
