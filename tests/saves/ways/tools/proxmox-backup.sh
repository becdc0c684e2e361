# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: as Proxmox Backup does: TEMPORARY, fsync, chmod, rename
save()
{
        cp new etc/datastore.cfg.tmp_XyZ123
        sync etc/datastore.cfg.tmp_XyZ123
        chmod 640 etc/datastore.cfg.tmp_XyZ123
        mv etc/datastore.cfg.tmp_XyZ123 "$FILE"
}
