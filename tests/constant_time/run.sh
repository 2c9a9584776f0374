#!/usr/bin/env bash
# The constant-time test under memcheck. Usage: run.sh PROGRAM SUPPRESSIONS
# Exit code 77 (skipped) when valgrind is not installed.
set -euo pipefail
if ! command -v valgrind >/dev/null || [ ! -x "$1" ]; then
  echo "SKIPPED: the constant-time test needs valgrind and was built without it." >&2
  echo "Install the package valgrind and configure again to run it." >&2
  exit 77
fi
memcheck=(valgrind --quiet --error-exitcode=9 "--suppressions=$2")
if "${memcheck[@]}" "$1" --leak >/dev/null 2>&1; then
  echo "a branch on a secret went unnoticed: this test sees nothing" >&2
  exit 1
fi
exec "${memcheck[@]}" "$1"
