# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory is a symbolic link, and is switched by rename
# file: conf/datastore.cfg
prepare()
{
        mkdir -p one two
        cp old one/datastore.cfg
        cp new two/datastore.cfg
        ln -s one conf
}

save()
{
        ln -s two switch
        mv -T switch conf
        saved
}
