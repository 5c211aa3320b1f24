"""The one typed settings object (decision 0004)."""

import os
import tempfile
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from idp.base.address import is_address

Seconds = Annotated[int, Field(ge=1)]

#: Where portals of a closed network may sit; loopback, link-local and machine services are never among them.
_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)


class Settings(BaseSettings):
    """Read from ``IDP_<NAME>`` or from a file of that name in the folder ``IDP_SECRETS_DIR`` names."""

    model_config = SettingsConfigDict(
        env_prefix="IDP_", extra="ignore", frozen=True, validate_default=True, hide_input_in_errors=True
    )

    environment: Literal["development", "test", "production"] = "production"
    """Development and test allow loopback http and synthetic persons; production refuses both."""
    issuer: str = "http://127.0.0.1:8080"
    """The issuer identifier (OIDC Discovery §3): https, no query, no fragment, no trailing slash."""
    listen: str = "127.0.0.1:8080"
    """Address and port the server binds."""
    processes: int = Field(default_factory=lambda: 2 * (os.cpu_count() or 1), ge=1, le=256)
    """Worker processes; two a core measured best."""
    threads: int = Field(default=4, ge=1, le=64)
    """Threads a process answers with: what one slow reader holds up, the others do not."""
    database_url: SecretStr = SecretStr("")
    """SQLAlchemy URL; empty means SQLite (WAL) in ``var_dir``."""
    database_pool: int = Field(default=4, ge=1, le=100)
    """Connections each process may hold to the database, for reads and for writes each."""
    redis_url: SecretStr = SecretStr("")
    """``redis://``, ``rediss://`` or ``unix://``; empty means the Valkey ``idp serve`` starts."""
    var_dir: Path = Path("var")
    """Folder of the embedded stores and of the audit spool."""
    keys_dir: Path = Path("keys")
    """Key material, one folder to back up."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks (CIDR) whose X-Forwarded-For is believed; nobody's by default."""
    client_certificate: Literal["none", "rfc9440", "nginx"] = "none"
    """How a trusted proxy writes a client's certificate into ``Client-Cert``: as RFC 9440 says, or as nginx
    does (``$ssl_client_escaped_cert``); ``none`` believes nobody's."""
    client_certificate_authorities: str = ""
    """PEM file of the authorities that issue certificates to portals (``tls_client_auth``); empty: none."""
    mtls_origin: str = ""
    """Origin at which the proxy asks for client certificates, announced as ``mtls_endpoint_aliases`` and then
    the only one where they are believed; empty when it is the issuer itself."""
    dpop_demands_nonce: bool = False
    """Demand a nonce of ours in every DPoP proof, not only where a clock is off."""
    allow_demo_regions: bool = False
    """Accept numbers of the synthetic regions 01xxxx and 02xxxx."""
    region_name: str = "示范省"
    """Whose platform this is, as pages and authenticator apps say it."""
    region_name_en: str = "Demo Province"
    """The same in English."""

    session_idle: Seconds = 1800
    """A session unused for so many seconds ends."""
    session_absolute: Seconds = 28800
    """A session ends after so many seconds, used or not."""
    code_lifetime: Annotated[int, Field(ge=1, le=60)] = 60
    """Seconds an authorization code lives (FAPI 2.0 SP §5.3.2.1: at most 60)."""
    pushed_request_lifetime: Annotated[int, Field(ge=5, le=599)] = 90
    """Seconds a pushed authorization request may be opened (FAPI 2.0 SP §5.3.2.2: below 600)."""
    attempt_lifetime: Seconds = 1800
    """Seconds a login page may stay open."""
    login_restart_lifetime: Seconds = 86400
    """A login page left open too long can be restarted from its own request for so many seconds."""
    login_failure_window: Seconds = 900
    """Seconds over which failed logins are counted (GB/T 22239-2019 §8.1.4.1 b)."""
    login_slow_failures: int = Field(default=5, ge=1)
    """Failures at one account from one place after which each further try has to wait."""
    login_slow_pause: Seconds = 60
    """Seconds of that wait."""
    login_lock_failures: int = Field(default=10, ge=1)
    """Failures at one account from one place after which logging in is paused for long."""
    login_lock_pause: Seconds = 1800
    """Seconds of that pause."""
    login_account_failures: int = Field(default=20, ge=1)
    """Failures a day at one account from all unknown devices; then one try each ``login_lock_pause``."""
    login_network_failures: int = Field(default=100, ge=1)
    """Failures from one address (IPv6: /64) at any accounts before it is paused; logins do not count."""
    login_network_pause: Seconds = 300
    """Seconds of that pause; short, because offices and villages share addresses."""
    login_factor_failures: int = Field(default=5, ge=1)
    """Wrong one-time codes after a right password before logging in is paused for long."""
    login_spray_accounts: int = Field(default=20, ge=2)
    """Accounts that failed from one address within the window before it is reported as spraying."""
    login_spray_accounts_everywhere: int = Field(default=200, ge=2)
    """The same for all addresses together, when there are ten accounts to an address."""
    login_device_lifetime: Seconds = 180 * 86400
    """Seconds a browser somebody logged in with counts as their own for these limits."""
    user_code_failures: int = Field(default=10, ge=1)
    """Wrong codes of devices from one address, or by one person logged in, before a pause (RFC 8628 §5.1)."""
    user_code_pause: Seconds = 900
    """Seconds of that pause."""
    device_lifetime: Annotated[int, Field(ge=60, le=1800)] = 600
    """Seconds a device's code waits for somebody to approve it."""
    device_starts: int = Field(default=60, ge=1)
    """Codes that devices of public clients may ask for in a minute from one address (IPv6: /64)."""
    backchannel_starts: int = Field(default=1200, ge=1)
    """Requests that one portal may make of people elsewhere in a minute."""
    backchannel_lifetime: Annotated[int, Field(ge=30, le=1800)] = 300
    """Seconds a backchannel request waits for the person when its portal names no time."""
    backchannel_longest: Annotated[int, Field(ge=30, le=1800)] = 600
    """The longest time a portal may name."""
    approval_interval: Annotated[int, Field(ge=1, le=60)] = 5
    """Seconds a device or portal waits between two polls (RFC 8628 §3.5, CIBA Core §7.3)."""
    longest_token_lifetime: Seconds = 3600
    """Seconds no ID or access token outlives; an old key verifies so long after its successor signs."""
    offline_refresh_lifetime: Seconds = 90 * 86400
    """Seconds an offline refresh-token family lives at most."""
    key_publish_lead: Annotated[int, Field(ge=0)] = 86400
    """Seconds a new signing key is published before it signs, so that every portal has fetched it."""
    jwks_max_age: Seconds = 600
    """Seconds portals may cache discovery and JWKS."""
    sensitive_max_age: Annotated[int, Field(ge=0)] = 0
    """Seconds after a login for which UserInfo gives what needs level l3; 0 sets no limit."""

    registration_requests: int = Field(default=60, ge=1)
    """Requests a minute that one address (IPv6: /64) may send to ``/register``."""

    staff_networks: tuple[str, ...] = (
        "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
    )  # fmt: skip
    """Networks (CIDR) from which staff reach the console; for everybody else it is not there."""

    password_min_length: Annotated[int, Field(ge=8)] = 15
    """Characters a password needs without a second factor (NIST SP 800-63B-4 §3.1.1.2)."""
    password_min_length_with_factor: Annotated[int, Field(ge=8)] = 8
    """Characters a password needs with a second factor enrolled."""
    hash_workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=64)
    """Password hashes a process computes at once."""
    hash_queue: int = Field(default=32, ge=1)
    """Logins a process lets wait for a hash before it answers 503."""

    outbound_loopback: bool = False
    """Call registered addresses on this machine, http included; refused in production."""
    outbound_networks: tuple[str, ...] = ()
    """Private networks (CIDR) whose portals may be called by https, such as a government extranet."""
    logout_timeout: Seconds = 5
    """Seconds a portal has to answer a logout token."""
    logout_attempts: int = Field(default=8, ge=1, le=20)
    """Deliveries of one logout token before it is given up and shown as failed."""

    audit_retention_days: int = Field(default=400, ge=400)
    """Days an audit event is kept; a month goes when its last day is older (the law asks for a year)."""

    mail_relay: SecretStr = SecretStr("")
    """Relay that letters to portals' contacts go through: ``smtps://user:password@host`` (RFC 8314), or
    ``smtp://…`` that must offer STARTTLS; empty: no letters."""
    mail_from: str = ""
    """Address that letters come from."""
    mail_authorities: str = ""
    """PEM file of the authorities of that relay; empty: those of the system."""
    audit_syslog: str = ""
    """Where audit events are streamed to: ``tls://host:port`` (RFC 5425), ``tcp://host:port`` (RFC 6587) or
    ``udp://host:port`` (RFC 5426); empty: nowhere."""
    audit_syslog_authorities: str = ""
    """PEM file of the authorities of that collector; empty: those of the system."""
    audit_webhook: str = ""
    """Address that audit events are posted to, each batch signed by us; empty: none."""
    alarm_lookups_by_staff: int = Field(default=50, ge=2)
    """Persons that one member of staff looked at within an hour before somebody is told."""
    alarm_lookups_by_portal: int = Field(default=1000, ge=2)
    """Persons that one portal read within an hour, and who did not come to it within a day, before that."""
    alarm_record_standstill: Seconds = 300
    """Seconds an event may wait to be shipped or sealed before somebody is told."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least urgent log lines that are written; libraries that log tokens stay at WARNING."""
    log_json: bool = True
    """One JSON object a log line, for machines; otherwise lines for people."""
    metrics_token: SecretStr = SecretStr("")
    """Bearer token of ``/metrics``; empty means loopback peers only."""

    @field_validator("issuer", "mtls_origin")
    @classmethod
    def _issuer_is_an_origin(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "mtls_origin":
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an absolute http(s) URL")
        if parts.query or parts.fragment or parts.username or parts.path not in ("",) or value.endswith("/"):
            raise ValueError("must be scheme, host and port only, without a trailing slash")
        return value

    @field_validator("staff_networks")
    @classmethod
    def _staff_networks_are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(text)) for text in value)

    @field_validator("outbound_networks")
    @classmethod
    def _outbound_networks_are_private(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            network = ip_network(text)
            if not any(network.version == one.version and network.subnet_of(one) for one in _PRIVATE):  # type: ignore[arg-type]
                raise ValueError(f"{text} is not within a private network (RFC 1918, RFC 6598, RFC 4193)")
        return value

    @field_validator("audit_syslog")
    @classmethod
    def _syslog_names_a_place(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("tls", "tcp", "udp") or not parts.hostname or not parts.port):
            raise ValueError("must be tls://host:port, tcp://host:port or udp://host:port")
        return value

    @field_validator("mail_relay")
    @classmethod
    def _relay_names_a_place(cls, value: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(value.get_secret_value())
            # A password with a slash that is not quoted ends here as a port: nothing of it may be told.
            named = parts.scheme in ("smtps", "smtp") and parts.hostname and parts.port != 0
            whole = not (parts.path.strip("/") or parts.query or parts.fragment)
        except ValueError:
            named = whole = False
        if value.get_secret_value() and not (named and whole):
            told = "must be smtps://host or smtp://host, before it if need be user:password@, percent-encoded"
            raise ValueError(told)
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_comes_from_somewhere(cls, value: str, info: ValidationInfo) -> str:
        relay = info.data.get("mail_relay")
        if (value or (relay and relay.get_secret_value())) and not is_address(value):
            raise ValueError("must be an e-mail address")
        return value

    @field_validator("audit_webhook")
    @classmethod
    def _webhook_is_https(cls, value: str, info: ValidationInfo) -> str:
        schemes = ("https",) if info.data.get("environment") == "production" else ("https", "http")
        if value and (urlsplit(value).scheme not in schemes or not urlsplit(value).hostname):
            raise ValueError("must be an https URL")
        return value

    @model_validator(mode="after")
    def _dangerous_values_stop_the_start(self) -> Self:
        unknown = _unknown_names()
        if unknown and self.environment != "development":
            raise ValueError(f"unknown settings in the environment: {', '.join(unknown)}")
        if self.client_certificate == "none" and (self.client_certificate_authorities or self.mtls_origin):
            raise ValueError("IDP_CLIENT_CERTIFICATE must say how certificates arrive")
        if self.environment == "production":
            if self.mtls_origin.startswith("http://"):
                raise ValueError("IDP_MTLS_ORIGIN must be https in production")
            if not self.secure:
                raise ValueError("IDP_ISSUER must be https in production")
            if self.allow_demo_regions:
                raise ValueError("IDP_ALLOW_DEMO_REGIONS is refused in production")
            if self.outbound_loopback:
                raise ValueError("IDP_OUTBOUND_LOOPBACK is refused in production")
        return self

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by TLS."""
        return self.issuer.startswith("https://")

    def origin_at(self, host: str) -> str:
        """The origin of ours that a ``Host`` header names: the one for client certificates, or the issuer."""
        return self.mtls_origin if host and host == urlsplit(self.mtls_origin).netloc else self.issuer

    def cookie_name(self, base: str) -> str:
        """The full name of a cookie of ours: ``__Host-`` under TLS (RFC 6265bis §4.1.3.2)."""
        return f"__Host-{base}" if self.secure else base

    @property
    def sql_url(self) -> str:
        """The SQLAlchemy URL in force."""
        named = self.database_url.get_secret_value()
        return named or f"sqlite:///{self.var_dir.resolve() / 'idp.sqlite3'}"

    @property
    def cache_url(self) -> str:
        """The Redis or Valkey URL in force."""
        return self.redis_url.get_secret_value() or f"unix://{self.valkey_socket}"

    @property
    def valkey_socket(self) -> Path:
        """Where the embedded Valkey listens; a socket's path is bounded to 107 bytes (unix(7))."""
        path = self.var_dir.resolve() / "valkey.sock"
        if len(str(path)) < 100:
            return path
        return (
            Path(tempfile.gettempdir()) / f"idp-{sha256(str(path).encode()).hexdigest()[:24]}" / "valkey.sock"
        )


def _unknown_names() -> list[str]:
    known = {f"IDP_{name.upper()}" for name in Settings.model_fields} | {"IDP_SECRETS_DIR"}
    given = {name.upper() for name in os.environ if name.upper().startswith("IDP_")}
    return sorted(given - known)


_current: Settings | None = None


def load() -> Settings:
    """Read the settings of this process from its environment."""
    return Settings(_secrets_dir=os.environ.get("IDP_SECRETS_DIR"))  # type: ignore[call-arg]


def use(settings: Settings) -> Settings:
    """Make these the settings of this process."""
    global _current
    _current = settings
    return settings


def current() -> Settings:
    """The settings of this process, read on first use."""
    return _current or use(load())
