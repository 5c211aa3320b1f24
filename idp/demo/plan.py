"""What a demonstration consists of: addresses, folders, and the settings of its server."""

import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A sample portal and the port it takes; ``option`` is what changes the port."""

    client_id: str
    module: str
    name: str
    name_en: str
    port: int

    @property
    def address(self) -> str:
        """Where browsers find it."""
        return f"http://{HOST}:{self.port}"

    @property
    def option(self) -> str:
        """The option that changes the port."""
        return f"--{self.client_id}-port"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One demonstration; everything it keeps lies in ``folder``."""

    folder: Path
    port: int
    portals: tuple[Portal, ...]

    @property
    def issuer(self) -> str:
        """The issuer identifier of its server."""
        return f"http://{HOST}:{self.port}"

    @property
    def logs(self) -> Path:
        """What the parts write."""
        return self.folder / "logs"

    def ports(self) -> dict[str, int]:
        """Every port by the option that changes it."""
        return {"--port": self.port} | {portal.option: portal.port for portal in self.portals}

    def server_environment(self) -> Mapping[str, str]:
        """The settings of its server; the stores stay as the caller's environment names them."""
        return {
            "IDP_ENVIRONMENT": "development",
            "IDP_ISSUER": self.issuer,
            "IDP_LISTEN": f"{HOST}:{self.port}",
            "IDP_VAR_DIR": str(self.folder),
            "IDP_KEYS_DIR": str(self.folder / "keys"),
            "IDP_ALLOW_DEMO_REGIONS": "true",
            "IDP_OUTBOUND_LOOPBACK": "true",
            "IDP_PROCESSES": "2",
        }


PORTALS = (
    Portal(
        client_id="tax",
        module="samples.tax",
        name="税务服务门户",
        name_en="Tax Services Portal",
        port=8091,
    ),
    Portal(
        client_id="social-security",
        module="samples.social_security",
        name="社会保障服务门户",
        name_en="Social Security Portal",
        port=8092,
    ),
    Portal(
        client_id="enterprise-registration",
        module="samples.enterprise",
        name="企业开办服务门户",
        name_en="Business Registration Portal",
        port=8093,
    ),
)


def taken(ports: Mapping[str, int]) -> tuple[str, int] | None:
    """The first option whose port somebody else holds, or that two parts would share."""
    seen: set[int] = set()
    for option, port in ports.items():
        if port in seen or not _free(port):
            return option, port
        seen.add(port)
    return None


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that connections of the last run that are still fading away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
