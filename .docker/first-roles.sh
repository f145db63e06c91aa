#!/bin/sh
# Run by PostgreSQL's image once, when it makes its cluster: the role of the sites with its password. `portal db roles` gives it its rights.
set -eu
psql -v ON_ERROR_STOP=1 -v "password=$(cat /run/secrets/site_password)" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE portal_app LOGIN PASSWORD :'password';
SQL
