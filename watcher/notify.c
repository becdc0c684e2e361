/* SPDX-License-Identifier: MIT */
#include "notify.h"

#include "util.h"

#include <stddef.h>
#include <string.h>

void notify_open(struct notify *notify)
{
        const char *path = getenv("NOTIFY_SOCKET");
        size_t length = path ? strlen(path) : 0;

        *notify = (struct notify){.fd = -1, .address.sun_family = AF_UNIX};
        /* A path, or '@' and the name of an abstract socket. */
        if (length < 2 || (path[0] != '/' && path[0] != '@') ||
            length >= sizeof(notify->address.sun_path))
                return;
        memcpy(notify->address.sun_path, path, length);
        if (path[0] == '@')
                notify->address.sun_path[0] = '\0';
        notify->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
        notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void notify_close(struct notify *notify)
{
        if (notify->fd >= 0)
                close(notify->fd);
        notify->fd = -1;
}

bool notify_send(const struct notify *notify, const char *text)
{
        return notify->fd < 0 ||
               sendto(notify->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
                      (const struct sockaddr *)&notify->address, notify->size) >= 0;
}
