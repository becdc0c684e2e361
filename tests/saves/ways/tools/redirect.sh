# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cat NEW >FILE
save()
{
        cat new >"$FILE"
}
