"""Drives SQL guards of the Python world: one JSON question a line in, one JSON answer a line out."""

import json
import logging
import sys
from importlib.metadata import version

logging.disable(logging.CRITICAL)


def sql_data_guard(readable, sql):
    from sql_data_guard import verify_sql

    # It compares names as they are written, and Snowflake does not: both ways are listed.
    tables = [
        {"table_name": spell(table), "columns": [spell(column) for column in columns], "restrictions": []}
        for table, columns in readable["clear"].items()
        for spell in (str.upper, str.lower)
    ]
    return verify_sql(sql, {"tables": tables}, "snowflake")["allowed"]


def agent_sql_guard(readable, sql):
    from sql_guard import PiiDenylist, SqlGuard, SqlGuardConfig

    hidden = sorted({column.lower() for columns in readable["hidden"].values() for column in columns})
    names = [name for table in readable["clear"] for name in (table, f"clinic.public.{table}")]
    allowed = [spell(name) for name in names for spell in (str.upper, str.lower)]
    config = SqlGuardConfig.from_settings(
        pii_denylist=PiiDenylist.from_mapping({"columns": hidden, "substrings": []}),
        allowed_tables=allowed,
        dialect="snowflake",
    )
    return not SqlGuard(config).evaluate_static(sql).denied


GUARDS = {"sql-data-guard": sql_data_guard, "agent-sql-guard": agent_sql_guard}


def main():
    name = sys.argv[1]
    guard = GUARDS[name]
    print(json.dumps({"version": f"{version(name)} with sqlglot {version('sqlglot')}"}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            allowed = bool(guard(question["readable"], question["sql"]))
        except Exception:  # A guard that raises has not allowed the statement.
            allowed = False
        print(json.dumps({"allowed": allowed}), flush=True)


if __name__ == "__main__":
    main()
