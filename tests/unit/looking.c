/* SPDX-License-Identifier: MIT */
#include "looking.h"

#include <signal.h>

static int make_directory(void **state, const char *name)
{
        int fd = directory_make(testing_path(state, "%s", name));

        assert_true(fd >= 0);
        return fd;
}

struct fixture start_with(void **state, const struct domain_options *wanted)
{
        struct fixture fixture = {.path = testing_path(state, "file.cfg"), .now = USEC_PER_SEC};
        struct domain_options options = *wanted;
        int state_fd = make_directory(state, "state"), runtime = make_directory(state, "runtime");

        options.name = "datastore";
        options.path = fixture.path;
        options.rules = parse_rules_of(CFGW_LOAD_TOLERANT);
        options.times = SETTLE_TIMES_DEFAULT;
        options.history_length = 10;
        signal(SIGIO, SIG_IGN);
        assert_int_equal(domain_new(&options, state_fd, runtime, fixture.now, &fixture.domain), 0);
        close(state_fd);
        close(runtime);
        return fixture;
}

struct fixture start(void **state)
{
        return start_with(state, &(struct domain_options){.name = NULL});
}

enum domain_news settle(struct fixture *fixture)
{
        enum domain_news news = DOMAIN_NOTHING;
        int looks = 0;

        while (fixture->domain->settle.dirty) {
                enum domain_news more;

                assert_true(looks++ < 1000);
                fixture->now = MAX(fixture->now, settle_deadline(&fixture->domain->settle));
                more = domain_look(fixture->domain, fixture->now);
                if (more == DOMAIN_NEW_CONTENT)
                        domain_finish_accept(fixture->domain);
                news = MAX(news, more);
        }
        return news;
}

enum domain_news save(struct fixture *fixture, const char *text)
{
        testing_write_file(fixture->path, text);
        settle_hint(&fixture->domain->settle, SETTLE_HINT_COMMIT, fixture->now);
        return settle(fixture);
}
