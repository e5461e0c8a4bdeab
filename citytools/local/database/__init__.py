"""The database engine "citytools.local.database": Django's for PostgreSQL, but gives up soon."""

# Seconds and milliseconds of libpq: a host that has gone must not hold a worker for minutes
GIVING_UP = {
    "connect_timeout": 2,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
