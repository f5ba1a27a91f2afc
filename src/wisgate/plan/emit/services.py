"""The containers that `compose` knows, after the vendor's list (boards sheet A21.3).

Every image names a release that its makers supported in the autumn of 2026; every port lies on
loopback; every password is a file that the user makes. No container is given a bus or a line: they
belong to the gateway, and what it measures is on the broker. A card that the gateway does not drive
itself may be given to the container that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .yaml import Value

SECRETS = "/run/secrets"


@dataclass(frozen=True)
class Service:
    """A container, or one that comes with another."""

    name: str
    title: str
    image: str
    body: Mapping[str, Value]
    secrets: tuple[str, ...] = ()
    volumes: Mapping[str, str] = field(default_factory=dict)
    """Volume: where it is mounted."""
    ports: tuple[str, ...] = ()
    card: tuple[str, str] = ("", "")
    """A module of the plan whose serial port it is given, and that port inside the container."""
    brings: tuple[str, ...] = ()
    """Services without which it does not work."""
    notes: tuple[str, ...] = ()


def _health(*test: str, start: str = "30s") -> dict[str, Value]:
    """A health check every half a minute; a shell runs a single word."""
    command = ["CMD-SHELL", *test] if len(test) == 1 else ["CMD", *test]
    return {
        "test": command, "interval": "30s", "timeout": "10s", "retries": 3, "start_period": start,
    }  # fmt: skip


def _after(*names: str) -> dict[str, Value]:
    return {name: {"condition": "service_healthy"} for name in names}


# A dollar stands twice where the shell of the container, not compose, must see it.
MOSQUITTO_START = (
    "printf '%s\\n' 'listener 1883' 'allow_anonymous false'"
    f" 'password_file {SECRETS}/mosquitto_passwords'"
    " 'persistence true' 'persistence_location /mosquitto/data/' 'log_dest stdout'"
    " > /tmp/mosquitto.conf && exec mosquitto -c /tmp/mosquitto.conf"
)
CHIRPSTACK_START = (
    f'POSTGRESQL_PASSWORD="$$(cat {SECRETS}/chirpstack_database)"'
    " && export POSTGRESQL_PASSWORD && exec chirpstack -c /etc/chirpstack"
)
# ChirpStack demands the extension, and waits until this has succeeded.
PG_TRGM = (
    "psql -qAt -U chirpstack -d chirpstack -c"
    " 'set client_min_messages = warning; create extension if not exists pg_trgm'"
)

SERVICES = {
    service.name: service
    for service in (
        Service(
            "mosquitto",
            "MQTT broker",
            "eclipse-mosquitto:2.1.2-alpine",
            {
                "command": ["/bin/sh", "-c", MOSQUITTO_START],
                "healthcheck": _health("nc -z 127.0.0.1 1883", start="5s"),
            },
            secrets=("mosquitto_passwords",),
            volumes={"mosquitto": "/mosquitto/data"},
            ports=("127.0.0.1:1883:1883",),
        ),
        Service(
            "node-red",
            "Flow editor",
            "nodered/node-red:4.1.8-22",
            {
                "environment": {"TZ": "Etc/UTC"},
                "healthcheck": _health("node", "/healthcheck.js"),
            },
            volumes={"node-red": "/data"},
            ports=("127.0.0.1:1880:1880",),
            notes=(
                "The editor has no password of its own: set adminAuth in its settings.js before",
                "anything but loopback can reach it.",
            ),
        ),
        Service(
            "influxdb",
            "Time series",
            "influxdb:2.7.12-alpine",
            {
                "environment": {
                    "DOCKER_INFLUXDB_INIT_MODE": "setup",
                    "DOCKER_INFLUXDB_INIT_ORG": "wisgate",
                    "DOCKER_INFLUXDB_INIT_BUCKET": "wisgate",
                    "DOCKER_INFLUXDB_INIT_USERNAME": "wisgate",
                    "DOCKER_INFLUXDB_INIT_PASSWORD_FILE": f"{SECRETS}/influxdb_password",
                    "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE": f"{SECRETS}/influxdb_token",
                },
                "healthcheck": _health("influx", "ping"),
            },
            secrets=("influxdb_password", "influxdb_token"),
            volumes={"influxdb": "/var/lib/influxdb2", "influxdb-settings": "/etc/influxdb2"},
            ports=("127.0.0.1:8086:8086",),
        ),
        Service(
            "timescaledb",
            "PostgreSQL for time series",
            "timescale/timescaledb:2.29.2-pg17",
            {
                "environment": {
                    "POSTGRES_USER": "wisgate",
                    "POSTGRES_DB": "wisgate",
                    "POSTGRES_PASSWORD_FILE": f"{SECRETS}/timescaledb_password",
                },
                "healthcheck": _health("pg_isready", "-U", "wisgate", "-d", "wisgate"),
            },
            secrets=("timescaledb_password",),
            volumes={"timescaledb": "/var/lib/postgresql/data"},
            ports=("127.0.0.1:5432:5432",),
        ),
        Service(
            "grafana",
            "Dashboards",
            "grafana/grafana:13.2.3",
            {
                "environment": {
                    "GF_SECURITY_ADMIN_USER": "wisgate",
                    "GF_SECURITY_ADMIN_PASSWORD__FILE": f"{SECRETS}/grafana_password",
                    "GF_USERS_ALLOW_SIGN_UP": "false",
                    "GF_ANALYTICS_REPORTING_ENABLED": "false",
                },
                "healthcheck": _health("wget -q --spider http://127.0.0.1:3000/api/health"),
            },
            secrets=("grafana_password",),
            volumes={"grafana": "/var/lib/grafana"},
            ports=("127.0.0.1:3000:3000",),
        ),
        Service(
            "home-assistant",
            "Home automation",
            "ghcr.io/home-assistant/home-assistant:2026.9.3",
            {
                "environment": {"TZ": "Etc/UTC"},
                "healthcheck": _health(
                    "curl -fsS -o /dev/null http://127.0.0.1:8123/manifest.json", start="120s"
                ),
            },
            volumes={"home-assistant": "/config"},
            ports=("127.0.0.1:8123:8123",),
            notes=("Whoever opens it first becomes its owner: be that yourself, at once.",),
        ),
        Service(
            "zigbee2mqtt",
            "Zigbee",
            "koenkk/zigbee2mqtt:2.14.1",
            {
                "environment": {
                    "TZ": "Etc/UTC",
                    "ZIGBEE2MQTT_CONFIG_SERIAL_PORT": "/dev/zigbee",
                    "ZIGBEE2MQTT_CONFIG_MQTT_SERVER": "mqtt://mosquitto:1883",
                },
                "depends_on": _after("mosquitto"),
                "healthcheck": _health("wget -q --spider http://127.0.0.1:8080/"),
            },
            volumes={"zigbee2mqtt": "/app/data"},
            ports=("127.0.0.1:8081:8080",),
            card=("zigbee-usb", "/dev/zigbee"),
            brings=("mosquitto",),
            notes=(
                "It asks for user and password of the broker when it is opened for the first time,",
                "and for the password of its own page: give it one.",
            ),
        ),
        Service(
            "portainer",
            "Containers in the browser",
            "portainer/portainer-ce:2.39.5-alpine",
            {
                "command": ["--admin-password-file", f"{SECRETS}/portainer_password"],
                "healthcheck": _health("wget -q --spider http://127.0.0.1:9000/api/system/status"),
            },
            secrets=("portainer_password",),
            volumes={"/var/run/docker.sock": "/var/run/docker.sock", "portainer": "/data"},
            ports=("127.0.0.1:9443:9443",),
            notes=(
                "It holds the socket of docker, and so the whole host: its password must have",
                "twelve characters at least.",
            ),
        ),
        Service(
            "chirpstack",
            "LoRaWAN network server",
            "chirpstack/chirpstack:4.19.1",
            {
                "entrypoint": ["/bin/sh", "-c", CHIRPSTACK_START],
                "depends_on": _after("chirpstack-database", "chirpstack-cache", "mosquitto"),
                "healthcheck": _health("wget -q --spider http://127.0.0.1:8080/"),
            },
            secrets=("chirpstack_database",),
            volumes={"./chirpstack": "/etc/chirpstack:ro"},
            ports=("127.0.0.1:8080:8080",),
            brings=("mosquitto", "chirpstack-database", "chirpstack-cache"),
            notes=(
                "./chirpstack is the folder configuration/chirpstack of chirpstack-docker; in its",
                "chirpstack.toml: dsn = 'postgresql://chirpstack:$POSTGRESQL_PASSWORD@"
                "chirpstack-database/chirpstack',",
                "servers = ['redis://chirpstack-cache/'], and the broker at mosquitto:1883 with",
                "the name and password that you gave it. ChirpStack itself begins with the",
                "sign-in admin, admin: change it before anything but loopback can reach it.",
            ),
        ),
        Service(
            "chirpstack-database",
            "PostgreSQL of ChirpStack",
            "postgres:17-alpine",
            {
                "environment": {
                    "POSTGRES_USER": "chirpstack",
                    "POSTGRES_DB": "chirpstack",
                    "POSTGRES_PASSWORD_FILE": f"{SECRETS}/chirpstack_database",
                },
                "healthcheck": _health(PG_TRGM),
            },
            secrets=("chirpstack_database",),
            volumes={"chirpstack-database": "/var/lib/postgresql/data"},
        ),
        Service(
            "chirpstack-cache",
            "Redis of ChirpStack",
            "redis:8.2-alpine",
            {
                "command": ["redis-server", "--save", "300", "1", "--appendonly", "no"],
                "healthcheck": _health("redis-cli", "ping", start="5s"),
            },
            volumes={"chirpstack-cache": "/data"},
        ),
    )
}
PARTS = ("chirpstack-database", "chirpstack-cache")
"""Services that come with another and are not asked for."""
OFFERED = tuple(name for name in SERVICES if name not in PARTS)
