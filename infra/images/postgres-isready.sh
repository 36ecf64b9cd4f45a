#!/bin/sh
# Stands in for pg_isready, which the npm binaries lack: line 8 of postmaster.pid says whether connections are accepted.
[ "$(sed -n '8{s/ //g;p}' "$PGDATA/postmaster.pid" 2>/dev/null)" = ready ]
