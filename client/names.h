/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_NAMES_H
#define CFGWATCH_NAMES_H

/* The words for states, as people and messages have them. The ways there are public. */

#include <cfgwatch/cfgwatch.h>

/* The state that cfgw_state_name() calls @name. -EBADMSG: none. */
int state_from_name(const char *name, cfgw_state *ret);

#endif
