/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_FOLLOW_H
#define CFGWATCH_FOLLOW_H

/* Following the daemon: from a slot of the board to content and status of a picture. */

#include "picture.h"

/*
 * Makes @picture what the daemon says of @domain. An error says why it cannot be followed:
 * -ENOENT: it does not know the domain, or its snapshot is not there; -ESTALE: it is behind
 * what is in hand; else what board_slot_read() or snapshot_file_open() say.
 */
int follow_live(struct picture *picture, const char *runtime_directory, const char *domain);

/*
 * A daemon that is gone has left its last snapshot. It may be newer than what is in hand, or
 * all that there is; and it says where the file is. What the library has read from the file
 * itself stays: which of the two is newer cannot be told.
 */
void follow_leftover(struct picture *picture, const char *runtime_directory, const char *domain);

#endif
