/* SPDX-License-Identifier: MIT */
/* The JSON of `status`, read back with the library that others would use. */
#include "testing.h"

#include "daemon_status.h"

#include <jansson.h>
#include <signal.h>
#include <string.h>

#define GOOD "datastore: one\n\tpath /srv/one\n"

static struct domain *make_domain(void **state, const char *text)
{
        struct domain_options options = {
                .name = "datastore",
                .path = testing_path(state, "file.cfg"),
                .rules = parse_rules_of(CFGW_LOAD_TOLERANT),
                .times = SETTLE_TIMES_DEFAULT,
                .history_length = 10,
        };
        int state_fd = directory_make(testing_path(state, "state"));
        int runtime = directory_make(testing_path(state, "run"));
        struct domain *domain;

        signal(SIGIO, SIG_IGN);
        testing_write_file(options.path, text);
        assert_int_equal(domain_new(&options, state_fd, runtime, 0, &domain), 0);
        domain_look(domain, 0);
        close(state_fd);
        close(runtime);
        return domain;
}

static json_t *status_of(struct domain *domain, json_t **ret_domain)
{
        struct daemon_facts facts = {
                .runtime_directory = "/run/x",
                .state_directory = "/var/lib/x",
                .uptime_usec = 5,
                .audience = access_private(),
                .has_inotify = true,
                .publisher_pid = 42,
                .publisher_restarts = 3,
        };
        _cleanup_free_ char *text = daemon_status_json(&facts, &domain, 1);
        json_t *status;

        assert_non_null(text);
        status = json_loads(text, 0, NULL);
        assert_non_null(status);
        *ret_domain = json_array_get(json_object_get(status, "domains"), 0);
        assert_non_null(*ret_domain);
        return status;
}

static const char *text_of(json_t *object, const char *key)
{
        return json_string_value(json_object_get(object, key));
}

static json_int_t number_of(json_t *object, const char *key)
{
        assert_true(json_is_integer(json_object_get(object, key)));
        return json_integer_value(json_object_get(object, key));
}

static void test_valid_domain_is_told_in_full(void **state)
{
        struct domain *domain = make_domain(state, GOOD);
        json_t *told, *status = status_of(domain, &told);

        assert_string_equal(text_of(status, "watching"), "inotify");
        assert_int_equal(number_of(json_object_get(status, "publisher"), "restarts"), 3);
        assert_string_equal(text_of(told, "state"), "valid");
        assert_int_equal(number_of(told, "generation"), 1);
        assert_int_equal(number_of(told, "sections"), 1);
        assert_int_equal(number_of(told, "size"), strlen(GOOD));
        assert_int_equal(number_of(json_object_get(told, "found"), "start"), 1);
        assert_int_equal(strncmp(text_of(told, "digest"), "sha256:", 7), 0);
        assert_int_equal(strlen(text_of(told, "epoch")), 16);
        assert_true(json_is_null(json_object_get(told, "reason")));
        assert_true(json_is_null(json_object_get(told, "degraded")));
        assert_true(json_is_false(json_object_get(told, "pending")));
        assert_string_equal(text_of(told, "empty"), "accept");
        assert_string_equal(text_of(told, "missing"), "keep");
        assert_true(json_is_false(json_object_get(told, "absent")));
        assert_string_equal(text_of(told, "format"), "section-config");
        json_decref(status);
        domain_free(domain);
}

static void test_guards_and_what_they_did_are_told(void **state)
{
        struct domain *domain = make_domain(state, GOOD);
        json_t *told, *status;

        domain->empty = DOMAIN_EMPTY_REFUSE;
        domain->missing = DOMAIN_MISSING_EMPTY;
        domain->absent = true;
        status = status_of(domain, &told);
        assert_string_equal(text_of(told, "empty"), "refuse");
        assert_string_equal(text_of(told, "missing"), "empty");
        assert_true(json_is_true(json_object_get(told, "absent")));
        json_decref(status);
        domain->rules.format = CFGW_FORMAT_INI;
        status = status_of(domain, &told);
        assert_string_equal(text_of(told, "format"), "ini");
        json_decref(status);
        domain_free(domain);
}

static void test_domain_without_content_says_so(void **state)
{
        struct domain *domain = make_domain(state, "nonsense\n");
        json_t *told, *status = status_of(domain, &told);
        _cleanup_free_ char *line = daemon_status_line(&domain, 1);

        assert_string_equal(text_of(told, "state"), "invalid");
        assert_int_equal(number_of(told, "line"), 1);
        assert_string_equal(text_of(told, "reason"), "syntax error (expected header)");
        assert_int_equal(number_of(told, "generation"), 0);
        assert_true(json_is_null(json_object_get(told, "digest")));
        assert_string_equal(line, "0 of 1 domains valid; datastore is invalid: the reason is in "
                                  "the daemon's log, for those who may read the file");
        json_decref(status);
        domain_free(domain);
}

static void expect_reason_in_line(struct domain *domain, mode_t mode, bool told)
{
        _cleanup_free_ char *line = NULL;

        domain->access = (struct access){.gid = getegid(), .mode = mode};
        line = daemon_status_line(&domain, 1);
        assert_true(told == (strstr(line, "syntax") != NULL));
        assert_true(told != (strstr(line, "the daemon's log") != NULL));
}

/* Every user can ask the service manager for the line, the group of the file or not. */
static void test_reason_is_in_the_line_only_where_everybody_may_read_the_file(void **state)
{
        struct domain *domain = make_domain(state, "nonsense\n");

        expect_reason_in_line(domain, 0600, false);
        expect_reason_in_line(domain, 0640, false);
        expect_reason_in_line(domain, 0644, true);
        domain_free(domain);
}

static void test_blind_watch_is_told_as_degraded(void **state)
{
        struct domain *domain = make_domain(state, GOOD);
        json_t *told, *status;

        domain->missed = true;
        status = status_of(domain, &told);
        assert_non_null(strstr(text_of(told, "degraded"), "TTL"));
        json_decref(status);
        domain->watch_error = -28;
        status = status_of(domain, &told);
        assert_non_null(strstr(text_of(told, "degraded"), "No space left"));
        json_decref(status);
        domain_free(domain);
}

/* A path may be any bytes, and what is cut or read from a file may not be UTF-8 either. */
static void test_bytes_that_are_no_text_hide_no_domain(void **state)
{
        struct domain *domain = make_domain(state, GOOD);
        json_t *told, *status;

        strcpy(domain->path, "/etc/\xe9t\xc3\xa9");
        strcpy(domain->reason, "property 'caf\xc3");
        status = status_of(domain, &told);
        assert_string_equal(text_of(told, "path"), "/etc/\xef\xbf\xbdt\xc3\xa9");
        assert_string_equal(text_of(told, "reason"), "property 'caf\xef\xbf\xbd");
        json_decref(status);
        domain_free(domain);
}

static json_t *history_of(const struct domain *domain, size_t count)
{
        _cleanup_free_ char *text = NULL;
        json_t *history;

        assert_int_equal(daemon_status_history(domain, count, &text), 0);
        history = json_loads(text, 0, NULL);
        assert_non_null(history);
        return history;
}

static void test_history_is_told_in_full(void **state)
{
        struct domain *domain = make_domain(state, GOOD);
        struct digest digest = digest_of(GOOD, strlen(GOOD));
        char expected[80] = "sha256:";
        json_t *history, *entry;

        assert_int_equal(history_sync(domain->history), 0);
        history = history_of(domain, 10);
        hex_encode(digest.bytes, DIGEST_SIZE, expected + strlen(expected));
        assert_string_equal(text_of(history, "domain"), "datastore");
        assert_string_equal(text_of(history, "path"), testing_path(state, "file.cfg"));
        assert_int_equal(strlen(text_of(history, "epoch")), 16);
        assert_int_equal(json_array_size(json_object_get(history, "entries")), 1);
        entry = json_array_get(json_object_get(history, "entries"), 0);
        assert_int_equal(number_of(entry, "generation"), 1);
        assert_int_equal(number_of(entry, "size"), strlen(GOOD));
        assert_int_equal(number_of(entry, "accepted_usec"),
                         history_accepted_usec(domain->history, 1));
        assert_string_equal(text_of(entry, "digest"), expected);
        json_decref(history);
        domain_free(domain);
}

static void test_history_of_what_never_was_valid_is_empty(void **state)
{
        struct domain *domain = make_domain(state, "rubbish\n");
        json_t *history = history_of(domain, 10);

        assert_int_equal(json_array_size(json_object_get(history, "entries")), 0);
        json_decref(history);
        domain_free(domain);
}

static void test_damaged_entry_has_no_digest(void **state)
{
        struct domain *domain = make_domain(state, GOOD);
        json_t *history, *entry;

        assert_int_equal(history_sync(domain->history), 0);
        assert_int_equal(unlink(testing_path(state, "state/datastore/1.sha256")), 0);
        history = history_of(domain, 10);
        entry = json_array_get(json_object_get(history, "entries"), 0);
        assert_true(json_is_null(json_object_get(entry, "digest")));
        assert_int_equal(number_of(entry, "generation"), 1);
        json_decref(history);
        domain_free(domain);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_valid_domain_is_told_in_full),
                TEST(test_guards_and_what_they_did_are_told),
                TEST(test_domain_without_content_says_so),
                TEST(test_reason_is_in_the_line_only_where_everybody_may_read_the_file),
                TEST(test_blind_watch_is_told_as_degraded),
                TEST(test_bytes_that_are_no_text_hide_no_domain),
                TEST(test_history_is_told_in_full),
                TEST(test_history_of_what_never_was_valid_is_empty),
                TEST(test_damaged_entry_has_no_digest),
        };

        return TESTING_RUN(tests);
}
