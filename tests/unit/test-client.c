/* SPDX-License-Identifier: MIT */
#include "fake_daemon.h"
#include "testing.h"

#include <cfgwatch/cfgwatch.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SOURCE testing_path(state, "datastore.cfg")

static void making_one_needs_no_daemon(void **state)
{
        cfgw_client *client;

        assert_int_equal(cfgw_client_new(testing_path(state, "nowhere"), &client), 0);
        assert_ptr_equal(cfgw_client_ref(client), client);
        assert_null(cfgw_client_unref(client));
        assert_null(cfgw_client_unref(client));
        assert_null(cfgw_client_unref(NULL));
        assert_null(cfgw_client_ref(NULL));
}

static void a_reader_keeps_its_client(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;

        fake_accept(&daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_reader_new(client, "datastore", &reader), 0);
        cfgw_client_unref(client);
        assert_int_equal(cfgw_reader_config(reader, &config), 0);
        cfgw_reader_free(reader);
        fake_stop(&daemon);
}

static void a_relative_directory_is_that_of_the_start(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        char here[4096], there[4096], **domains;
        cfgw_client *client;

        assert_non_null(getcwd(here, sizeof(here)));
        assert_int_equal(chdir(*state), 0);
        assert_non_null(getcwd(there, sizeof(there)));
        assert_int_equal(cfgw_client_new(".", &client), 0);
        assert_int_equal(chdir(here), 0);
        assert_memory_equal(cfgw_client_get_runtime_directory(client), there, strlen(there));
        assert_int_equal(cfgw_client_list_domains(client, &domains), 0);
        free(domains);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

static void a_directory_that_cannot_be_named_is_said(void **state)
{
        char here[4096];
        cfgw_client *client = NULL;

        assert_non_null(getcwd(here, sizeof(here)));
        assert_int_equal(mkdir(testing_path(state, "gone"), 0700), 0);
        assert_int_equal(chdir(testing_path(state, "gone")), 0);
        assert_int_equal(rmdir(testing_path(state, "gone")), 0);
        assert_int_equal(cfgw_client_new("run", &client), -ENOENT);
        assert_int_equal(cfgw_client_new("/run/cfgwatch", &client), 0);
        assert_int_equal(cfgw_client_set_source(client, "datastore", "x.cfg"), -ENOENT);
        assert_int_equal(chdir(here), 0);
        cfgw_client_unref(client);
}

static void domains_are_listed(void **state)
{
        struct fake_daemon daemon;
        cfgw_client *client;
        char **domains = NULL;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_list_domains(client, &domains), -ENOENT);
        assert_null(domains);
        daemon = fake_start(*state, FAKE_EPOCH);
        WAIT_FOR(cfgw_client_list_domains(client, &domains) == 0);
        assert_string_equal(domains[0], "datastore");
        assert_string_equal(domains[1], "remote");
        assert_null(domains[2]);
        free(domains);

        fake_stop(&daemon); /* what it watched is known all the same */
        assert_int_equal(cfgw_client_list_domains(client, &domains), 0);
        free(domains);
        cfgw_client_unref(client);
}

static void the_source_is_fixed_by_the_first_reader(void **state)
{
        const cfgw_config *config;
        cfgw_client *client;
        cfgw_reader *reader;

        testing_write_file(SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_set_source(client, "datastore", "/nowhere"), 0);
        assert_int_equal(cfgw_client_set_source(client, "datastore", SOURCE), 0);
        assert_int_equal(cfgw_reader_new(client, "datastore", &reader), 0);
        assert_int_equal(cfgw_client_set_source(client, "datastore", SOURCE), -EBUSY);
        assert_int_equal(cfgw_client_set_format(client, "datastore", CFGW_FORMAT_INI), -EBUSY);
        assert_int_equal(cfgw_client_set_source(client, "remote", SOURCE), 0);
        assert_int_equal(cfgw_client_set_format(client, "remote", CFGW_FORMAT_INI), 0);
        assert_int_equal(cfgw_reader_config(reader, &config), 0);
        cfgw_reader_free(reader);
        cfgw_client_unref(client);
}

static void bad_arguments_are_refused(void **state)
{
        cfgw_client *client;
        char **domains;

        assert_int_equal(cfgw_client_new(*state, NULL), -EINVAL);
        assert_int_equal(cfgw_client_new("", &client), -EINVAL);
        assert_null(cfgw_client_get_runtime_directory(NULL));
        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(cfgw_client_set_source(NULL, "datastore", "/x"), -EINVAL);
        assert_int_equal(cfgw_client_set_source(client, NULL, "/x"), -EINVAL);
        assert_int_equal(cfgw_client_set_source(client, "No Name", "/x"), -EINVAL);
        assert_int_equal(cfgw_client_set_source(client, "datastore", NULL), -EINVAL);
        assert_int_equal(cfgw_client_set_source(client, "datastore", ""), -EINVAL);
        assert_int_equal(cfgw_client_set_format(NULL, "datastore", CFGW_FORMAT_INI), -EINVAL);
        assert_int_equal(cfgw_client_set_format(client, NULL, CFGW_FORMAT_INI), -EINVAL);
        assert_int_equal(cfgw_client_set_format(client, "No Name", CFGW_FORMAT_INI), -EINVAL);
        assert_int_equal(cfgw_client_set_format(client, "datastore", (cfgw_format)2), -EINVAL);
        assert_int_equal(cfgw_client_set_ttl(NULL, USEC_PER_SEC), -EINVAL);
        assert_int_equal(cfgw_client_set_ttl(client, 99999), -EINVAL);
        assert_int_equal(cfgw_client_set_ttl(client, 100000), 0);
        assert_int_equal(cfgw_client_set_ttl(client, CFGW_FOREVER), 0);
        assert_int_equal(cfgw_client_list_domains(NULL, &domains), -EINVAL);
        assert_int_equal(cfgw_client_list_domains(client, NULL), -EINVAL);
        assert_int_equal(cfgw_client_wait_generation(NULL, "datastore", 1, 0), -EINVAL);
        assert_int_equal(cfgw_client_wait_generation(client, NULL, 1, 0), -EINVAL);
        assert_int_equal(cfgw_client_wait_generation(client, "", 1, 0), -EINVAL);
        cfgw_client_unref(client);
}

/* ------------------------------------------------- waiting for a generation */

struct waiting {
        cfgw_client *client;
        uint64_t generation;
        int result;
        _Atomic bool done;
};

static void *wait_for_generation(void *userdata)
{
        struct waiting *waiting = userdata;

        waiting->result = cfgw_client_wait_generation(waiting->client, "datastore",
                                                      waiting->generation, TEST_PATIENCE_USEC);
        atomic_store(&waiting->done, true);
        return NULL;
}

static void what_is_reached_is_not_waited_for(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        cfgw_client *client;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        fake_accept(&daemon, 0, 5, SOURCE, fake_text("one", "/1"));
        assert_int_equal(cfgw_client_wait_generation(client, "datastore", 4, 0), 0);
        assert_int_equal(cfgw_client_wait_generation(client, "datastore", 5, 0), 0);
        assert_int_equal(cfgw_client_wait_generation(client, "datastore", 6, 0), -ETIMEDOUT);
        assert_int_equal(cfgw_client_wait_generation(client, "datastore", 6, 30000), -ETIMEDOUT);
        assert_int_equal(cfgw_client_wait_generation(client, "remote", 1, 0), -ETIMEDOUT);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

static void who_waits_is_woken(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        struct waiting waiting = {.generation = 7};
        pthread_t thread;
        uint64_t since;

        assert_int_equal(cfgw_client_new(*state, &waiting.client), 0);
        assert_int_equal(pthread_create(&thread, NULL, wait_for_generation, &waiting), 0);
        fake_accept(&daemon, 0, 6, SOURCE, fake_text("six", "/6"));
        for (int i = 0; i < 10; i++)
                testing_nap();
        assert_false(atomic_load(&waiting.done));
        since = testing_now();
        fake_accept(&daemon, 0, 7, SOURCE, fake_text("seven", "/7"));
        WAIT_FOR(atomic_load(&waiting.done));
        assert_true(testing_now() - since < 300000); /* and not at the end of a nap of 0.5 s */
        pthread_join(thread, NULL);
        assert_int_equal(waiting.result, 0);
        cfgw_client_unref(waiting.client);
        fake_stop(&daemon);
}

static void a_daemon_that_is_gone_is_waited_for(void **state)
{
        struct waiting waiting = {.generation = 7};
        struct fake_daemon first, second;
        pthread_t thread;

        assert_int_equal(cfgw_client_new(*state, &waiting.client), 0);
        assert_int_equal(pthread_create(&thread, NULL, wait_for_generation, &waiting), 0);
        testing_nap();
        first = fake_start(*state, FAKE_EPOCH);
        fake_accept(&first, 0, 6, SOURCE, fake_text("six", "/6"));
        testing_nap();
        fake_stop(&first);
        testing_nap();
        second = fake_start(*state, FAKE_EPOCH);
        fake_accept(&second, 0, 7, SOURCE, fake_text("seven", "/7"));
        pthread_join(thread, NULL);
        assert_int_equal(waiting.result, 0);
        cfgw_client_unref(waiting.client);
        fake_stop(&second);
}

static void a_forked_child_waits_as_well(void **state)
{
        struct fake_daemon daemon = fake_start(*state, FAKE_EPOCH);
        cfgw_client *client;
        int status, ready[2];
        char byte = 0;
        pid_t child;

        assert_int_equal(cfgw_client_new(*state, &client), 0);
        assert_int_equal(pipe(ready), 0);
        child = fork();
        if (child == 0) {
                write_all(ready[1], &byte, 1);
                _exit(cfgw_client_wait_generation(client, "datastore", 1, TEST_PATIENCE_USEC) ? 1
                                                                                              : 0);
        }
        assert_int_equal(read(ready[0], &byte, 1), 1);
        fake_accept(&daemon, 0, 1, SOURCE, fake_text("one", "/1"));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        close(ready[0]);
        close(ready[1]);
        cfgw_client_unref(client);
        fake_stop(&daemon);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(making_one_needs_no_daemon),
                TEST(a_reader_keeps_its_client),
                TEST(a_relative_directory_is_that_of_the_start),
                TEST(a_directory_that_cannot_be_named_is_said),
                TEST(domains_are_listed),
                TEST(the_source_is_fixed_by_the_first_reader),
                TEST(bad_arguments_are_refused),
                TEST(what_is_reached_is_not_waited_for),
                TEST(who_waits_is_woken),
                TEST(a_daemon_that_is_gone_is_waited_for),
                TEST(a_forked_child_waits_as_well),
        };

        return TESTING_RUN(tests);
}
