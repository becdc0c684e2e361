/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_LOG_H
#define CFGWATCH_LOG_H

/*
 * The daemon's log: stderr, one line a message. With journal priorities (<3>…) where stderr
 * is the journal, plain text else. The layer that gives up logs, once. What stderr has no
 * room for at once is dropped and counted, so that logging never blocks.
 */

#include "util.h"

#include <syslog.h>

/* Lines above @level (LOG_ERR … LOG_DEBUG) are dropped. Called once, by main(). */
void log_set_level(int level);

void log_line(int level, const char *format, ...) _printf_(2, 3);

#define log_error(...) log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
