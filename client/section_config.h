/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SECTION_CONFIG_H
#define CFGWATCH_SECTION_CONFIG_H

/* Parser of section-config, the format of Proxmox Backup's datastore.cfg. */

#include "document.h"

/* Parses @data into @document, which has just begun. Errors: document.h. */
int section_config_parse(struct document *document, struct text data);

#endif
