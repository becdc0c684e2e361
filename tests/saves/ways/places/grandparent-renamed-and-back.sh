# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: the directory two above is renamed and comes back; then the save
# file: a/b/c/datastore.cfg
save()
{
        mv a away
        sleep 0.3
        mv away a
        sleep 0.3
        cat new >"$FILE"
}
