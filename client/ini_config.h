/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_INI_CONFIG_H
#define CFGWATCH_INI_CONFIG_H

/* Parser of INI files, the other format of a domain. */

#include "document.h"

/* Parses @data into @document, which has just begun. Errors: document.h. */
int ini_config_parse(struct document *document, struct text data);

#endif
