#!/bin/sh
# Runs a command again as long as nothing is wrong but a lock that was not to be had in time, at most 30 times.
# A deploy script of any team may look like this: whatever else is said, the first failure is the last attempt.
worth_another='lock timeout|LockNotAvailable|55P03|Another migration is already running|ConcurrentMigrationError'
said="${TMPDIR:-/tmp}/said"
attempt=1
while :; do
  "$@" >"$said" 2>&1
  code=$?
  cat "$said"
  [ "$code" -eq 0 ] && exit 0
  grep -Eq "$worth_another" "$said" || exit "$code"
  [ "$attempt" -lt 30 ] || exit "$code"
  attempt=$((attempt + 1))
  sleep 0.2
done
