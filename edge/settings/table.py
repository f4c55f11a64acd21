"""The table of settings: the one place that names them, reads them, and says what they are for.

Flags, variables, keys of windsock.toml, `--help`, `--show-config`, the documentation and its test all come from here.
A default is written as an operator would write it. `later` marks a setting whose part is not built in this version:
it is accepted and checked, and what holds meanwhile is said once in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge.settings import address, parse
from edge.settings.cdn import cdn


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, how it is read, its default as an operator would write it, and one line of help."""

    name: str
    parse: parse.Parse
    default: str
    shape: str  # what stands after the flag in --help
    help: str
    later: str = ""  # what holds instead, as long as its part is not built
    secret: bool = False  # never shown

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return "WINDSOCK_" + self.name.upper()


SETTINGS: Final = (
    Setting("origin", address.origin, "", "URL", "The site behind the edge."),
    Setting("rules", parse.path, "rules/site", "DIR", "The folder of rule files."),
    Setting("listen", address.address, "0.0.0.0:8080", "ADDRESS:PORT", "Where visitors arrive."),
    Setting("admin", address.address, "127.0.0.1:8081", "ADDRESS:PORT", "Where health, metrics and explanations are."),
    Setting("workers", parse.workers, parse.CORES, "N", "How many processes serve."),
    Setting("observe", parse.switch, "false", "", "Decide and count, but leave every page untouched."),
    Setting(
        "store",
        parse.store,
        "sqlite:///windsock.db",
        "URL",
        "Where events and what is learned go.",
        secret=True,
    ),
    Setting(
        "hosts",
        address.hosts,
        "",
        "HOST,…",
        "The Host values that are accepted; without one, any valid one is.",
    ),
    Setting("preserve_host", parse.switch, "true", "true|false", "Whether the origin sees the visitor's Host."),
    Setting("bypass", parse.globs, "", "GLOB,…", "Paths that pass untouched."),
    Setting("origin_headers", parse.headers, "", "'NAME: VALUE',…", "Headers added for the origin.", secret=True),
    Setting(
        "origin_ca", parse.maybe_path, "", "FILE", "Who vouches for the origin; without it, the system's authorities."
    ),
    Setting(
        "origin_cert", parse.maybe_path, "", "FILE", "What we show to an origin that asks for a certificate (PEM)."
    ),
    Setting("origin_key", parse.maybe_path, "", "FILE", "That certificate's key (PEM)."),
    Setting("origin_socket", parse.maybe_path, "", "FILE", "A Unix socket where the origin listens, instead of TCP."),
    Setting(
        "origin_transport",
        parse.one_of("own", "httpx"),
        "own",
        "own|httpx",
        "What speaks to the origin.",
    ),
    Setting("tls_cert", parse.maybe_path, "", "FILE", "Serve https with this certificate chain (PEM)."),
    Setting("tls_key", parse.maybe_path, "", "FILE", "The certificate's key (PKCS#8)."),
    Setting(
        "trusted_proxies",
        address.networks,
        "",
        "NETWORK,…",
        "Proxies whose word on the visitor's address is believed.",
    ),
    Setting("cdn", cdn, "", "NAME|FACT: FIELD,…", "Whose headers name the visitor's place."),
    Setting("geo_database", parse.maybe_path, "", "FILE", "An .mmdb file that knows the visitor's place."),
    Setting(
        "weather",
        parse.weather,
        "off",
        "off|met|open-meteo|file:PATH",
        "Where the weather comes from.",
    ),
    Setting("weather_url", address.service, "", "URL", "Another address of that service."),
    Setting("weather_contact", parse.text, "", "MAIL|URL", "Who asks; met wants to know."),
    Setting("weather_key", parse.word, "", "KEY", "The key of a plan at open-meteo.", secret=True),
    Setting(
        "consent",
        parse.one_of("strict", "exempt", "consented"),
        "exempt",
        "strict|exempt|consented",
        "What may be kept on the device; Sec-GPC: 1 always means strict.",
    ),
    Setting(
        "consent_cookie",
        parse.word,
        "",
        "NAME|NAME=TEXT",
        "The cookie that says a visitor has agreed: by a word such as yes, or by holding that text.",
    ),
    Setting("decision_budget_ms", parse.milliseconds, "25", "MS", "What deciding may add to a page; at most 100."),
    Setting("cache_bytes", parse.size, "256 MiB", "SIZE", "Memory for stored pages.", later="no page is stored"),
    Setting(
        "cache_profile",
        parse.one_of("safe", "strict"),
        "safe",
        "safe|strict",
        "How eagerly pages are stored.",
        later="no page is stored",
    ),
    Setting("max_page_bytes", parse.size, "10 MiB", "SIZE", "A larger page passes unedited."),
    Setting(
        "max_upload_bytes",
        parse.size,
        "100 MiB",
        "SIZE",
        "A larger request body is refused.",
    ),
    Setting("connect_timeout", parse.duration, "2 s", "TIME", "How long connecting to the origin may take."),
    Setting("first_byte_timeout", parse.duration, "60 s", "TIME", "How long the origin may think."),
    Setting(
        "idle_timeout",
        parse.duration,
        "60 s",
        "TIME",
        "How long a connection may be silent; streams and WebSockets are exempt.",
    ),
    Setting(
        "durability",
        parse.one_of("normal", "full"),
        "full",
        "normal|full",
        "Whether a reward survives a power cut; that of a process it survives in any case.",
    ),
    Setting("retention_days", parse.whole, "30", "DAYS", "How long events are kept."),
    Setting(
        "secret_file",
        parse.maybe_path,
        "",
        "FILE",
        "The keys that sign preview links and tokens; made beside the store at first start, with mode 0600.",
    ),
    Setting(
        "debug_token",
        parse.word,
        "",
        "TOKEN",
        "A request with it in X-Windsock-Debug is told the decisions.",
        secret=True,
    ),
    Setting(
        "admin_token", parse.word, "", "TOKEN", "Opens the private listener; needed unless it is loopback.", secret=True
    ),
    Setting("log_format", parse.one_of("text", "json"), "text", "text|json", "How the log is written."),
)

BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
