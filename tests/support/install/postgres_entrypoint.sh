#!/bin/sh
# Stands for the entrypoint of the image postgres: makes the cluster as its variables say, then becomes the command.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
export PGDATA=/var/lib/postgresql/data
as_postgres="setpriv --reuid=postgres --regid=postgres --clear-groups"
chown postgres:postgres "$PGDATA"
chmod 0700 "$PGDATA"
install -d -o postgres -g postgres /var/run/postgresql
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    install -o postgres -m 0400 "$POSTGRES_PASSWORD_FILE" /tmp/password
    # shellcheck disable=SC2086 # several options
    $as_postgres initdb -D "$PGDATA" -U "$POSTGRES_USER" --pwfile=/tmp/password $POSTGRES_INITDB_ARGS
    rm /tmp/password
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    $as_postgres pg_ctl -D "$PGDATA" -w start -o "-c listen_addresses="
    PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
    export PGPASSWORD
    if [ "$POSTGRES_DB" != postgres ]; then
        $as_postgres psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE \"$POSTGRES_DB\""
    fi
    for file in /docker-entrypoint-initdb.d/*; do
        case "$file" in
        *.sh) $as_postgres sh "$file" ;;
        *.sql) $as_postgres psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f "$file" ;;
        esac
    done
    unset PGPASSWORD
    $as_postgres pg_ctl -D "$PGDATA" -m fast -w stop
fi
program=$1
shift
exec $as_postgres "$program" -c "listen_addresses=*" "$@"
