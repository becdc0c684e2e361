# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: a Kubernetes ConfigMap: the swap of ..data
prepare()
{
        mkdir -p etc/..2024_01
        cp old etc/..2024_01/datastore.cfg
        ln -s ..2024_01 etc/..data
        ln -s ..data/datastore.cfg "$FILE"
}

save()
{
        mkdir etc/..2024_02
        cp new etc/..2024_02/datastore.cfg
        ln -s ..2024_02 etc/..data_tmp
        mv -T etc/..data_tmp etc/..data
        saved
        rm -r etc/..2024_01
}
