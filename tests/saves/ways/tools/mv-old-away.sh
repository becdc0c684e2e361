# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: mv FILE OLD; mv NEW FILE
save()
{
        cp new etc/temporary
        mv "$FILE" etc/previous
        mv etc/temporary "$FILE"
}
