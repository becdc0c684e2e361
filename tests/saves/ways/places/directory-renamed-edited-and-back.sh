# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its directory is renamed away, the file saved there, and it comes back
save()
{
        mv etc away
        sleep 0.3
        cat new >away/datastore.cfg
        sleep 0.3
        mv away etc
        saved
}
