# shellcheck shell=bash disable=SC2154
# What ./bench measures: a scratch PostgreSQL, pgbouncer and haproxy in front of it, and the whole of Hoop. Loopback, free ports, in $work.
# Each is a child that the kernel stops with us; stop_all stops them in order, by process id.
pgbin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
for program in "$pgbin/postgres" "$pgbin/pgbench" pgbouncer haproxy setpriv; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
    { echo "./bench: ${program##*/} is not installed: apt-get install -y --no-install-recommends postgresql pgbouncer haproxy util-linux" >&2; exit 1; }
done
postgres_pid='' pgbouncer_pid='' haproxy_pid='' hoop_pid='' measure_pid=''

free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

# until_ready WHAT PID LOG COMMAND…: one line and the log's end when it does not come up.
until_ready() {
  local what=$1 pid=$2 log=$3 end=$((SECONDS + 120))
  shift 3
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$pid" 2>/dev/null || ((SECONDS > end)); then
      tail -5 "$log" >&2
      echo "./bench: $what did not start; its log ends above." >&2
      exit 1
    fi
    sleep 0.1
  done
}

# PostgreSQL refuses root.
as_user=()
((EUID != 0)) || as_user=(--reuid=postgres --regid=postgres --init-groups)
# In a subshell: becomes the program.
server() { cd "$work" && exec setpriv --pdeathsig INT "${as_user[@]}" -- "$@"; }

start_postgres() {
  echo "Starting a scratch PostgreSQL" >&2
  local data=$work/postgres
  export PGHOST=127.0.0.1 PGUSER=demo PGPASSWORD PGDATABASE=demo PGSSLMODE=disable
  PGPORT=$(free_port) PGPASSWORD=$(node -p 'require("crypto").randomBytes(16).toString("hex")')
  export PGPORT
  install -d -m 700 "$data"
  printf '%s\n' "$PGPASSWORD" >"$data.password"
  ((EUID != 0)) || chown postgres "$data" "$data.password"
  (server "$pgbin/initdb" -D "$data" -U demo --pwfile="$data.password" -A scram-sha-256 --no-locale -E UTF8 --no-sync) >"$work/initdb.log" 2>&1 ||
    { tail -5 "$work/initdb.log" >&2; exit 1; }
  rm "$data.password"
  # No syncs: the disk is not what is measured.
  server "$pgbin/postgres" -D "$data" -p "$PGPORT" -h 127.0.0.1 -c unix_socket_directories= -c max_connections=1500 -c shared_buffers=256MB \
    -c max_wal_size=4GB -c checkpoint_timeout=30min -c fsync=off -c full_page_writes=off -c synchronous_commit=off >"$work/postgres.log" 2>&1 &
  postgres_pid=$!
  until_ready PostgreSQL "$postgres_pid" "$work/postgres.log" "$pgbin/psql" -X -d postgres -c 'select 1'
  "$pgbin/psql" -qX -d postgres -c 'create database demo'
  "$pgbin/pgbench" -i -q -s 10 >"$work/pgbench.log" 2>&1
  "$pgbin/psql" -qX -v ON_ERROR_STOP=1 -f "$root/eng/bench/data.sql" >/dev/null
}

start_pgbouncer() {
  pgbouncer_port=$(free_port)
  printf '"demo" "%s"\n' "$PGPASSWORD" >"$work/users"
  cat >"$work/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=$PGPORT
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $pgbouncer_port
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $work/users
pool_mode = session
default_pool_size = 400
max_client_conn = 1000
ignore_startup_parameters = extra_float_digits,options
server_tls_sslmode = disable
log_connections = 0
log_disconnections = 0
INI
  chmod 600 "$work/users" "$work/pgbouncer.ini"
  ((EUID != 0)) || chown postgres "$work/users" "$work/pgbouncer.ini"
  PATH=$PATH:/usr/sbin server pgbouncer -q "$work/pgbouncer.ini" >"$work/pgbouncer.log" 2>&1 &
  pgbouncer_pid=$!
  until_ready pgbouncer "$pgbouncer_pid" "$work/pgbouncer.log" "$pgbin/psql" -X -p "$pgbouncer_port" -c 'select 1'
}

# What relaying alone costs: bytes copied from one socket to the other, on as many threads as Hoop has loops.
start_haproxy() {
  haproxy_port=$(free_port)
  cat >"$work/haproxy.cfg" <<CFG
global
  maxconn 2000
  nbthread 2
defaults
  mode tcp
  timeout connect 10s
  timeout client 10m
  timeout server 10m
listen postgres
  bind 127.0.0.1:$haproxy_port
  server scratch 127.0.0.1:$PGPORT
CFG
  PATH=$PATH:/usr/sbin server haproxy -q -db -f "$work/haproxy.cfg" >"$work/haproxy.log" 2>&1 &
  haproxy_pid=$!
  until_ready haproxy "$haproxy_pid" "$work/haproxy.log" "$pgbin/psql" -X -p "$haproxy_port" -c 'select 1'
}

start_hoop() {
  echo "Starting Hoop (Release)" >&2
  local address=127.0.0.1:$PGPORT password=$PGPASSWORD
  export HOOP_ENDPOINTS=$work/endpoints.json
  # Tokens for the longest run; what eng/bench/hoop.yaml refers to.
  (unset PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE
    exec env HOOP_PORTS=auto HOOP_DATA="$work/hoop" ACCESS_TOKEN_TTL=86400 \
      BENCH_ADDRESS="$address" BENCH_PASSWORD="$password" setpriv --pdeathsig TERM -- dotnet "$root/AppHost/bin/Release/net10.0/Hoop.AppHost.dll" --config "$root/eng/bench/hoop.yaml"
  ) >"$work/hoop.log" 2>&1 </dev/null &
  hoop_pid=$!
  until_ready Hoop "$hoop_pid" "$work/hoop.log" grep -q 'Hoop is ready' "$work/hoop.log"
}

token() { "$root/cli/bin/Release/net10.0/hoop" token --as "$1"; }

# The endpoints, as eng/bench/measure.mjs reads them. ana may do everything, unmasked; the agent has the rules and masks.
write_endpoints() {
  local off on
  off=$(token ana) on=$(token reporting-agent)
  OFF=$off ON=$on POOLED=$pgbouncer_port POOLED_PID=$pgbouncer_pid COPIED=$haproxy_port COPIED_PID=$haproxy_pid node -e '
    const { OFF, ON, POOLED, POOLED_PID, COPIED, COPIED_PID, PGPORT, PGPASSWORD, HOOP_ENDPOINTS } = process.env;
    const hoop = JSON.parse(require("fs").readFileSync(HOOP_ENDPOINTS));
    const port = Number(hoop.postgres.split(":")[1]), pid = hoop.pids.ingress;
    console.log(JSON.stringify([
      { label: "direct", port: Number(PGPORT), user: "demo", password: PGPASSWORD },
      { label: "pgbouncer", port: Number(POOLED), user: "demo", password: PGPASSWORD, pid: Number(POOLED_PID) },
      { label: "haproxy", port: Number(COPIED), user: "demo", password: PGPASSWORD, pid: Number(COPIED_PID) },
      { label: "hoop-off", port, user: "ana", password: OFF, pid },
      { label: "hoop-on", port, user: "reporting-agent", password: ON, pid },
    ], null, 1));'
}

stop() { # PID SIGNAL
  [[ -n $1 ]] && kill "-$2" "$1" 2>/dev/null || return 0
  local _
  for _ in {1..200}; do kill -0 "$1" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$1" 2>/dev/null || true
}

stop_all() {
  local status=$?
  trap '' INT TERM HUP
  stop "$measure_pid" TERM
  stop "$hoop_pid" TERM
  stop "$pgbouncer_pid" INT
  stop "$haproxy_pid" TERM
  stop "$postgres_pid" INT
  rm -rf "$work"
  exit "$status"
}
