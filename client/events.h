/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_EVENTS_H
#define CFGWATCH_EVENTS_H

/* The events of a client: who subscribed to what, and what they were told. Made by the first
 * cfgw_client_subscribe(). */

struct events;

struct events *events_free(struct events *events);

#endif
