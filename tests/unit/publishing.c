/* SPDX-License-Identifier: MIT */
#include "publishing.h"

#include "testing.h"

#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <poll.h>
#include <stdio.h>

const char *publishing_program(void)
{
        static char path[4096];
        const char *build = getenv("CFGWATCH_BUILD");

        snprintf(path, sizeof(path), "%s/cfgwatch-publisher", build ? build : ".");
        return path;
}

static struct message message(enum message_kind kind, uint64_t generation)
{
        return (struct message){
                .domain = "datastore",
                .kind = kind,
                .state = CFGW_STATE_VALID,
                .generation = generation,
                .epoch = 0x9f,
        };
}

void publishing_open(struct publishing *publishing, void **state, struct access access)
{
        publishing->subscriber = -1;
        publishing->beat_usec = USEC_NEVER;
        publishing->socket = testing_path(state, "events");
        publishing->directory = testing_path(state, ".");
        assert_int_equal(publisher_new(publishing->directory, publishing_program(), &access, 2,
                                       now_usec(), &publishing->publisher),
                         0);
}

void publishing_turn(struct publishing *publishing)
{
        struct pollfd wait = {.fd = publisher_fd(publishing->publisher), .events = POLLIN};
        uint64_t now = now_usec();
        uint64_t until = MIN(publisher_deadline(publishing->publisher), now + 2 * USEC_PER_MSEC);

        poll(&wait, 1, poll_timeout(until, now));
        now = now_usec();
        publisher_dispatch(publishing->publisher, now);
        if (now >= publishing->beat_usec) {
                publisher_heartbeat(publishing->publisher, now);
                publishing->beat_usec = now + USEC_PER_SEC;
        }
}

void publishing_tell(struct publishing *publishing, enum message_kind kind, uint64_t generation)
{
        struct message said = message(kind, generation);

        publisher_tell(publishing->publisher, 0, &said, now_usec());
}

bool publishing_hear(struct publishing *publishing, struct message *ret)
{
        char line[EVENT_SIZE_MAX];
        int n = nn_recv(publishing->subscriber, line, sizeof(line), NN_DONTWAIT);

        if (n < 0)
                return false;
        assert_int_equal(message_decode(line, (size_t)n, ret), 0);
        return true;
}

bool publishing_hear_generation(struct publishing *publishing, uint64_t generation)
{
        struct message heard;
        bool found = false;

        while (publishing_hear(publishing, &heard))
                found |= heard.generation == generation;
        return found;
}

void publishing_subscribe(struct publishing *publishing)
{
        char url[256];
        int s = nn_socket(AF_SP, NN_SUB);

        assert_true(s >= 0);
        assert_int_equal(nn_setsockopt(s, NN_SUB, NN_SUB_SUBSCRIBE, "", 0), 0);
        snprintf(url, sizeof(url), "ipc://%s", publishing->socket);
        assert_true(nn_connect(s, url) >= 0);
        publishing->subscriber = s;
        PUBLISHING_UNTIL(publishing, access(publishing->socket, F_OK) == 0);
        publishing_tell(publishing, MESSAGE_STATE, 1);
        publishing->beat_usec = 0;
        PUBLISHING_UNTIL(publishing, publishing_hear_generation(publishing, 1));
}

void publishing_close(struct publishing *publishing)
{
        publishing->publisher = publisher_free(publishing->publisher);
        if (publishing->subscriber >= 0)
                nn_close(publishing->subscriber);
}
