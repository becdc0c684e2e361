# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: ten thousand saves of its neighbours
# generations: 0
# needs: perl
save()
{
        perl -e 'for (1..10000) { open my $f, ">", "etc/.datastore.lck"; print $f "x"; close $f; }'
}
