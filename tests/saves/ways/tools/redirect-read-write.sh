# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: cat NEW 1<>FILE
save()
{
        cat new 1<>"$FILE"
}
