# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# TAP for the scripts beside this file, which source it. Each check is one command.

set -u
source=${CFGWATCH_SOURCE:?the source tree}
# shellcheck disable=SC2034 # used by the scripts
build=${CFGWATCH_BUILD:?the build tree}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/cfgwatch-test-XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# check NAME COMMAND...: passes if the command succeeds; its output explains a failure.
check()
{
        name=$1
        shift
        count=$((count + 1))
        if "$@" >"$work/output" 2>&1; then
                echo "ok $count - $name"
        else
                echo "not ok $count - $name"
                sed 's/^/# /' "$work/output"
                failed=$((failed + 1))
        fi
}

# skip NAME REASON
skip()
{
        count=$((count + 1))
        echo "ok $count # SKIP $1: $2"
}

finish()
{
        echo "1..$count"
        [ "$failed" = 0 ]
        exit
}

# The project's own C files, relative to the source tree.
c_files()
{
        (cd "$source" && find client watcher include tests -name '*.[ch]' | LC_ALL=C sort)
}
