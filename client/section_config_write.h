/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SECTION_CONFIG_WRITE_H
#define CFGWATCH_SECTION_CONFIG_WRITE_H

/* Writes section-config as Proxmox Backup writes it. */

#include "config.h"

/* Whether @text can stand in a line of a config file: without control characters (C0, DEL, C1). */
bool text_is_printable(const char *text);

#endif
