# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: tee FILE from a slow pipe
save()
{
        { head -n 8 new; sleep 1; tail -n +9 new; } | tee "$FILE" >/dev/null
}
