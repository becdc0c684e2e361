# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: all directories are removed, and made anew after the file was shown as missing
# file: a/b/c/datastore.cfg
# alarm: yes
save()
{
        rm -r a
        await_state missing
        mkdir -p a/b/c
        cp new a/b/c/temporary
        mv a/b/c/temporary "$FILE"
}
