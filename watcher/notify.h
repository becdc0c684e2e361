/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_NOTIFY_H
#define CFGWATCH_NOTIFY_H

/*
 * Tells the service manager how the daemon is, by the protocol of sd_notify(3): datagrams of
 * lines such as READY=1 to the socket that $NOTIFY_SOCKET names. libsystemd's own call waits
 * while the manager does not read (ten messages fit its queue), and the daemon waits for
 * nobody. What does not fit is dropped here: say again what must arrive.
 */

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
        int fd; /* -1: there is no manager */
        socklen_t size;
        struct sockaddr_un address;
};

void notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* Never blocks. Whether the manager has it, or there is none. */
bool notify_send(const struct notify *notify, const char *text);

#endif
