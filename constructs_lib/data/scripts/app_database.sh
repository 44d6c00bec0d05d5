# Makes an application's own database and role on its base's PostgreSQL instance, or drops them.
#
# PGHOST, PGUSER and PGPASSWORD are the master's. APP_DATABASE names both the database and its role, APP_PASSWORD is
# the role's password, SEED_FROM may name a database to copy from, ACTION is `provision` or `drop`. With SHARED=yes other
# applications have databases on the instance: one opens at most half of its connections.
# Run again it changes nothing but a password that has drifted.
set -eu -o pipefail

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

exists() {
  sql <<'SQL'
\getenv name APP_DATABASE
SELECT 1 FROM pg_database WHERE datname = :'name';
SQL
}

# RDS's own user looks into every database now and then. It is a superuser, whom the master may not disconnect:
# `WITH (FORCE)` would fail for it, so sessions of others are ended first, and PostgreSQL waits five seconds for the rest.
drop_database() {
  sql <<'SQL'
\getenv name APP_DATABASE
SELECT format('ALTER ROLE %I NOLOGIN', rolname) FROM pg_roles WHERE rolname = :'name' \gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'name' AND usename <> 'rdsadmin';
DROP DATABASE IF EXISTS :"name";
SQL
}

drop() {
  for _ in 1 2 3 4 5 6; do
    ! drop_database >&2 || break
  done
  sql <<'SQL'
\getenv name APP_DATABASE
DROP ROLE IF EXISTS :"name";
SQL
}

provision_role() {
  sql <<'SQL'
\set shared no
\getenv name APP_DATABASE
\getenv shared SHARED
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
SELECT format(
  'ALTER ROLE %I CONNECTION LIMIT %s',
  :'name', CASE WHEN :'shared' = 'yes' THEN current_setting('max_connections')::int / 2 ELSE -1 END
) \gexec
SQL
  # A master that is no superuser may give a database to a role only while it is a member of that role.
  # A fresh database lets everybody connect, and so do the two that every instance has.
  sql <<'SQL'
\getenv name APP_DATABASE
\getenv password APP_PASSWORD
ALTER ROLE :"name" LOGIN NOCREATEDB NOCREATEROLE PASSWORD :'password';
GRANT :"name" TO CURRENT_USER;
REVOKE CONNECT, TEMPORARY ON DATABASE postgres FROM PUBLIC;
SQL
}

provision_database() {
  sql <<'SQL'
\getenv name APP_DATABASE
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

seed() {
  pg_dump --no-owner --no-privileges --dbname="$SEED_FROM" |
    PGUSER="$APP_DATABASE" PGPASSWORD="$APP_PASSWORD" sql --output=/dev/null --dbname="$APP_DATABASE"
}

case "$ACTION" in
  drop)
    drop
    echo "dropped database and role $APP_DATABASE"
    ;;
  provision)
    provision_role
    if [ -n "$(exists)" ]; then
      echo "database $APP_DATABASE exists; its role and password are up to date"
    else
      provision_database
      echo "created database and role $APP_DATABASE"
      if [ -n "${SEED_FROM:-}" ]; then
        # Half a copy would pass for a whole one next time.
        seed || { drop; echo "could not copy $SEED_FROM; $APP_DATABASE was dropped again" >&2; exit 1; }
        echo "copied $SEED_FROM"
      fi
    fi
    ;;
  *)
    echo "ACTION is provision or drop, not $ACTION" >&2
    exit 2
    ;;
esac
