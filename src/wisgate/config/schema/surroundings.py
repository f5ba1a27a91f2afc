"""What stands around the points: dashboard and store."""

from __future__ import annotations

from ..addresses import Listen, listen
from ..lists import texts
from ..readers import duration, quantity, text
from ..storing import ENDURANCE, HOURS_AGE, MINUTES_AGE
from ..tables import Option, Section, Shape
from ..wording import FILE

WEB_LISTEN = Option(
    "listen",
    listen(),
    "Address and port of dashboard and HTTP API. Beyond this computer it needs `certificate` and "
    "`key`.",
    '"127.0.0.1:8391"',
    Listen("127.0.0.1", 8391),
    otherwise='"127.0.0.1:8391"',
)
WEB_CERTIFICATE = Option[str | None](
    "certificate",
    FILE,
    "File with the certificate (and its chain) in PEM, seen from this file.",
    '"web.pem"',
    None,
    otherwise="no TLS",
)
WEB_KEY = Option[str | None](
    "key",
    FILE,
    "File with the key of the certificate; only its owner may read it (mode 0600).",
    '"web.key"',
    None,
    otherwise="no TLS",
)
WEB_HOSTS = Option(
    "hosts",
    texts(
        text("a host name", r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?", "pump-house.local"),
        "a list of host names",
    ),
    "Further names under which browsers may call the dashboard.",
    '["pump-house.local"]',
    (),
    otherwise="none",
)
WEB = Section(
    "web",
    Shape.ONE,
    "Dashboard and HTTP API.",
    (WEB_LISTEN, WEB_CERTIFICATE, WEB_KEY, WEB_HOSTS),
)
STORE_MAX_SIZE = Option(
    "max_size",
    quantity("capacity", "1MB", "1000GB"),
    "Size of the store on disk; beyond it the oldest measurements go, then what was done.",
    '"1GB"',
    1e9,
    otherwise='"1GB"',
)
STORE_MAX_AGE = Option(
    "max_age",
    duration("1h", "3650d"),
    "Age beyond which readings go.",
    '"90d"',
    90 * 86400.0,
    otherwise='"90d"',
)
STORE_MAX_AGE_MINUTES = Option(
    "max_age_minutes",
    duration("1h", "3650d"),
    "Age beyond which minimum, average and maximum of every minute go. Charts of days and weeks"
    " are made of these.",
    '"1095d"',
    MINUTES_AGE,
    otherwise='"400d"',
)
STORE_MAX_AGE_HOURS = Option(
    "max_age_hours",
    duration("1h", "36500d"),
    "Age beyond which those of every hour go. Charts of months are made of these.",
    '"7300d"',
    HOURS_AGE,
    otherwise='"3650d"',
)
STORE_ENDURANCE = Option(
    "endurance",
    quantity("capacity", "1GB", "100000TB"),
    "What may be written to the drive in its life, as its maker says (TBW). The years that doctor"
    " and the dashboard show rest on it. Without it: a third of 8 GB times 3000 erasures.",
    '"24TB"',
    ENDURANCE,
    otherwise='"8TB"',
)
STORE = Section(
    "store",
    Shape.ONE,
    "How much of the past is kept.",
    (
        STORE_MAX_SIZE,
        STORE_MAX_AGE,
        STORE_MAX_AGE_MINUTES,
        STORE_MAX_AGE_HOURS,
        STORE_ENDURANCE,
    ),
)
