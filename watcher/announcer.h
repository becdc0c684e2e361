/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_ANNOUNCER_H
#define CFGWATCH_ANNOUNCER_H

/*
 * Tells the world what is in force: the board first, which is the truth, then the
 * subscribers, for whom a message is a hint. Decides who may see what of it.
 */

#include "board_writer.h"
#include "domain.h"
#include "publisher.h"

struct announcer;

/*
 * Makes the board, not yet to be seen, and starts the publisher. @domains must outlive it.
 * Who may look is who may read a source file. On failure the reason was logged.
 */
int announcer_new(const char *runtime_directory, const char *helper, struct domain *const *domains,
                  size_t count, struct announcer **ret);

/* Says farewell and marks the board STOPPED. */
struct announcer *announcer_free(struct announcer *announcer);
DEFINE_CLEANUP(struct announcer *, announcer_free);

/* Who may see what all clients share. */
struct access announcer_access(const struct announcer *announcer);

/* Shows the board, with the state of every domain. */
int announcer_show(struct announcer *announcer, uint64_t now);

/* Tells what is news of domain @i. */
void announcer_tell(struct announcer *announcer, size_t i, enum domain_news news, uint64_t now);

/*
 * Follows the modes of the sources. Returns 1 if something changed, 0 if not. -errno: there is no
 * new board; nothing has changed, and some seconds later it is tried again.
 */
int announcer_follow_access(struct announcer *announcer, uint64_t now);

/* The daemon lives; every domain's state is repeated. */
void announcer_beat(struct announcer *announcer, uint64_t now);

/* The publisher waits for its helper; see publisher.h. */
struct publisher *announcer_publisher(const struct announcer *announcer);

#endif
