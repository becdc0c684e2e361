# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: its lock file is opened for writing ten thousand times
# generations: 0
# needs: perl
save()
{
        perl -e 'for (1..10000) { open my $f, ">>", "etc/.datastore.lck"; close $f; }'
}
