# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: missing directories come back one by one, 0.2 s apart
# file: a/b/c/datastore.cfg
save()
{
        rm -r a
        sleep 0.2
        mkdir a
        sleep 0.2
        mkdir a/b
        sleep 0.2
        mkdir a/b/c
        sleep 0.2
        cat new >"$FILE"
}
