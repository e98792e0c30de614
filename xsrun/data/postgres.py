"""PostgreSQL as a store: its connections, and the functions that conditions call there.

The functions belong to the connection (``pg_temp``) and go with it: nothing is left in the database but the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from xsrun import extras, values
from xsrun.data.store import Source

CONNECT_SECONDS: Final = 10

_POINTS: Final = "jsonb_path_query({}, 'strict $.** ? (@.type() == \"object\" && exists(@.lng))')"
_RING: Final = "jsonb_typeof(r) = 'array' AND jsonb_typeof(r -> 0) = 'object'"
_METRES: Final = (
    "2 * 6371008.8 * asin(sqrt(sin(radians((q->>'lat')::float8 - (p->>'lat')::float8) / 2) ^ 2"
    " + cos(radians((p->>'lat')::float8)) * cos(radians((q->>'lat')::float8))"
    " * sin(radians((q->>'lng')::float8 - (p->>'lng')::float8) / 2) ^ 2))"
)

FUNCTIONS: Final = f"""
CREATE FUNCTION pg_temp.xs_overlaps(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT jsonb_typeof(a) = 'array' AND jsonb_typeof(b) = 'array' AND EXISTS (
    SELECT FROM jsonb_array_elements(CASE WHEN jsonb_typeof(a) = 'array' THEN a ELSE '[]' END) AS x
    JOIN jsonb_array_elements(CASE WHEN jsonb_typeof(b) = 'array' THEN b ELSE '[]' END) AS y ON x = y) $$;
CREATE FUNCTION pg_temp.xs_floor_div(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT floor(a::numeric / b)::bigint $$;
CREATE FUNCTION pg_temp.xs_ts_part(ms bigint, part text, zone text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT date_part(part, to_timestamp(floor(ms / 1000.0)) AT TIME ZONE zone)::bigint $$;
CREATE FUNCTION pg_temp.xs_add_months(ms bigint, months bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT (extract(epoch FROM to_timestamp(ms / 1000.0) AT TIME ZONE 'UTC' + make_interval(months => months::int))
    * 1000)::bigint $$;
CREATE FUNCTION pg_temp.xs_floor(x float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT floor(x) $$;
CREATE FUNCTION pg_temp.xs_ceil(x float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT ceil(x) $$;
CREATE FUNCTION pg_temp.xs_round(x float8, digits bigint) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT round(x::numeric, digits::int)::float8 $$;
CREATE FUNCTION pg_temp.xs_unaccent(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT normalize(regexp_replace(normalize(t, NFD), '[\\u0300-\\u036f]', '', 'g'), NFC) $$;
CREATE FUNCTION pg_temp.xs_search(t text, words text) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT ts_rank(to_tsvector('english', t), websearch_to_tsquery('english', words))::float8 $$;
CREATE FUNCTION pg_temp.xs_covers(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$
  WITH rings AS (SELECT row_number() OVER () AS ring, r FROM jsonb_path_query(a -> 'data', 'strict $.**') AS r
      WHERE {_RING}),
    corners AS (SELECT ring, n, (p ->> 'lng')::float8 AS x, (p ->> 'lat')::float8 AS y, jsonb_array_length(r) AS size
      FROM rings, jsonb_array_elements(r) WITH ORDINALITY AS e(p, n)),
    edges AS (SELECT c.x AS x1, c.y AS y1, d.x AS x2, d.y AS y2
      FROM corners c JOIN corners d ON d.ring = c.ring AND d.n = c.n % c.size + 1)
  SELECT NOT EXISTS (SELECT FROM {_POINTS.format("b")} AS p
    WHERE (SELECT count(*) FROM edges WHERE (y1 > (p ->> 'lat')::float8) <> (y2 > (p ->> 'lat')::float8)
      AND (p ->> 'lng')::float8 < (x2 - x1) * ((p ->> 'lat')::float8 - y1) / (y2 - y1) + x1) % 2 = 0) $$;
CREATE FUNCTION pg_temp.xs_distance(a jsonb, b jsonb) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE WHEN a ->> 'type' LIKE 'poly%' AND pg_temp.xs_covers(a, b)
      OR b ->> 'type' LIKE 'poly%' AND pg_temp.xs_covers(b, a) THEN 0
    ELSE (SELECT min({_METRES}) FROM {_POINTS.format("a")} AS p, {_POINTS.format("b")} AS q) END $$;
CREATE FUNCTION pg_temp.xs_vec(kind text, a jsonb, b jsonb) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE x float8; y float8; dot float8 := 0; one float8 := 0; other float8 := 0; gone float8 := 0; square float8 := 0;
BEGIN
  IF jsonb_array_length(a) <> jsonb_array_length(b) THEN RAISE 'different vector dimensions'; END IF;
  FOR n IN 0 .. jsonb_array_length(a) - 1 LOOP
    x := (a ->> n)::float8; y := (b ->> n)::float8;
    dot := dot + x * y; one := one + x * x; other := other + y * y;
    gone := gone + abs(x - y); square := square + (x - y) * (x - y);
  END LOOP;
  RETURN CASE kind WHEN 'inner_product' THEN dot WHEN 'negative_inner_product' THEN -dot WHEN 'l1' THEN gone
    WHEN 'l2' THEN sqrt(square) WHEN 'cosine_similarity' THEN dot / nullif(sqrt(one) * sqrt(other), 0)
    ELSE 1 - dot / nullif(sqrt(one) * sqrt(other), 0) END;
END $$;
"""


def _loads(found: str | bytes) -> Any:
    return values.loads(found.decode() if isinstance(found, bytes) else found)


def source(url: str) -> Callable[[str], Source]:
    """Makes the engines of a database at a URL: each datasource but the default one is a schema of its name.

    Raises the Fault ``missing-extra``.
    """
    extras.load("psycopg", extra="postgresql", needed_by="a database at postgresql://")
    address = sa.make_url(url).set(drivername="postgresql+psycopg")

    def open_schema(datasource: str) -> Source:
        engine = sa.create_engine(
            address,
            max_overflow=-1,
            pool_pre_ping=True,
            json_serializer=values.dumps,
            json_deserializer=_loads,
            connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "xsrun"},
        )

        def connected(connection: Any, _record: object) -> None:
            with connection.cursor() as cursor:
                if datasource:
                    name = engine.dialect.identifier_preparer.quote_identifier(datasource)
                    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
                    cursor.execute(f"SET search_path TO {name}")
                cursor.execute(FUNCTIONS)
            connection.commit()

        sa.event.listen(engine, "connect", connected)
        return Source(engine, empty=False)

    return open_schema
