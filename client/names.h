/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_NAMES_H
#define CFGWATCH_NAMES_H

/* The words for states and formats, as people and messages have them. */

#include <cfgwatch/cfgwatch.h>

/* The state that cfgw_state_name() calls @name. -EBADMSG: none. */
int state_from_name(const char *name, cfgw_state *ret); /* the way there is public */

/* "section-config", "ini"; and back. -EBADMSG: none. */
const char *format_name(cfgw_format format);
int format_from_name(const char *name, cfgw_format *ret);

#endif
