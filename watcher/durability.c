/* SPDX-License-Identifier: MIT */
#include "durability.h"

#include "log.h"

#include <errno.h>
#include <string.h>

static void sync_together(struct domain *const *domains, size_t count, int state)
{
        for (size_t i = 0; i < count; i++)
                history_write_out(domains[i]->history); /* if it fails, it is tried once more */
        if (syncfs(state) < 0)
                return;
        for (size_t i = 0; i < count; i++)
                history_note_durable(domains[i]->history);
}

void durability_ensure(struct domain *const *domains, size_t count, int state)
{
        int r;

        if (count > DURABILITY_APART_MAX)
                sync_together(domains, count, state);
        for (size_t i = 0; i < count; i++) {
                r = history_sync(domains[i]->history);
                if (r < 0)
                        log_error("%s: the history may not survive a crash of the machine: %s",
                                  domains[i]->name, strerror(-r));
        }
}
