"""The HTTP status that an API answers for an error of the database."""

from collections.abc import Mapping
from types import MappingProxyType

import psycopg

STATUS: Mapping[str, int] = MappingProxyType(
    {
        "ES001": 409,
        "ES002": 412,
        "ES003": 403,
        "ES005": 403,
        "ES006": 422,
        "ES007": 401,
        "ES008": 401,
        "ES009": 422,
        "ES102": 404,
        "ES103": 404,
        "ES104": 422,
        "P0002": 404,
        "23503": 404,
        "23505": 409,
        "42501": 403,
        "40001": 503,
        "40P01": 503,
        "55P03": 503,
        "25006": 503,
        "08": 503,
        "22": 422,
        "23": 422,
        "53": 503,
        "54": 422,
        "57": 503,
    }
)
"""Status by SQLSTATE or, in two characters, by class of SQLSTATEs; any other is 500."""


def status_of(error: psycopg.Error) -> int:
    """Return the HTTP status for an error that psycopg raised.

    Without a SQLSTATE, a value could not be sent (422) or the connection was lost (503).
    """
    code = error.sqlstate
    if code is None:
        if isinstance(error, psycopg.DataError):
            return 422
        return 503 if isinstance(error, psycopg.OperationalError) else 500
    return STATUS.get(code) or STATUS.get(code[:2], 500)
