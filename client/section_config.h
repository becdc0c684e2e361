/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_SECTION_CONFIG_H
#define CFGWATCH_SECTION_CONFIG_H

/* Parser of section-config, the format of Proxmox Backup's datastore.cfg. */

#include "report.h"
#include "snapshot_builder.h"

struct schema;

/*
 * Parses @size bytes of @data into @builder, against @schema. -EBADMSG: refused, and the
 * report's error says in which line and why. @flags: cfgw_load_flags.
 */
int section_config_parse(const char *data, size_t size, const struct schema *schema,
                         unsigned int flags, cfgw_report *report, struct snapshot_builder *builder);

#endif
