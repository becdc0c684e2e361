/* SPDX-License-Identifier: MIT */
#include "client/config.h" /* not the one of autoconf */

#include "parse.h"
#include "snapshot_builder.h"
#include "testing.h"

#include <errno.h>

/* Counts what the library allocates, by the linker's --wrap; the C library's own is not seen. */
static size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
        allocations++;
        return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
        allocations++;
        return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
        allocations++;
        return __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
        allocations++;
        return __real_reallocarray(old, count, size);
}

static const char file[] = "datastore: full\n"
                           "\tpath /srv/full\n"
                           "\tkeep-last +05\n"
                           "\tverify-new YES\n"
                           "\tgc-on-unmount off\n"
                           "\tnotification-mode legacy-sendmail\n"
                           "\tgc-schedule 2:30 UTC\n"
                           "\tprune-schedule *-2-31\n"
                           "\tmaintenance-mode read-only,message=\"say \\\"hi\\\", C:\\\\\"\n"
                           "\ttuning gc-atime-cutoff=2880,sync-level=file,gc-atime-safety-check=0\n"
                           "\tbackend s3,client=aws,bucket=b-1,max-cache-size=1.5 KiB\n"
                           "\tnotification-thresholds s3-get=-3,s3-upload=16384PiB\n"
                           "\tfuture-number 7\n"
                           "\tfuture/word yes\n"
                           "\n"
                           "datastore: bare\n"
                           "\tpath relative\n"
                           "\tmaintenance-mode type=offline,message=\"two, three\"\n"
                           "\n"
                           "datastore: least\n"
                           "\tpath /srv/least\n"
                           "\n"
                           "future: kind\n"
                           "\tnumber 12\n"
                           "\tsize 1k\n"
                           "\tschedule daily UTC\n";

struct fixture {
        const cfgw_config *config;
        const cfgw_section *full, *bare, *least, *kind;
};

static struct fixture make_fixture(void)
{
        struct parse parse = parse_text(file, CFGW_LOAD_TOLERANT);
        struct fixture fixture;

        if (parse.result != 0)
                fail_msg("%s", parse_error(&parse, NULL));
        assert_int_equal(config_new_from_heap(STEAL(parse.snapshot), &fixture.config), 0);
        parse_clear(&parse);
        fixture.full = cfgw_config_section(fixture.config, "full");
        fixture.bare = cfgw_config_section(fixture.config, "bare");
        fixture.least = cfgw_config_section(fixture.config, "least");
        fixture.kind = cfgw_config_section(fixture.config, "kind");
        return fixture;
}

/* Calls GETTER of @section and @key and gives its result, or its error. */
#define GET_NUMBER(getter, type)                                                                   \
        static int64_t getter##_of(const cfgw_section *section, const char *key)                   \
        {                                                                                          \
                type value = 99;                                                                   \
                int r = cfgw_section_##getter(section, key, &value);                               \
                                                                                                   \
                assert_true(r <= 0 && (r == 0 || value == 99));                                    \
                return r < 0 ? r : (int64_t)value;                                                 \
        }                                                                                          \
        struct getter_needs_a_semicolon

GET_NUMBER(get_int, int64_t);
GET_NUMBER(get_bool, int);
GET_NUMBER(get_size, uint64_t);

static void numbers_are_read_by_their_kind(void **state)
{
        struct fixture fixture = make_fixture();

        assert_int_equal(get_int_of(fixture.full, "keep-last"), 5);
        assert_int_equal(get_int_of(fixture.full, "tuning/gc-atime-cutoff"), 2880);
        assert_int_equal(get_int_of(fixture.full, "notification-thresholds/s3-get"), -3);
        assert_int_equal(get_bool_of(fixture.full, "verify-new"), 1);
        assert_int_equal(get_bool_of(fixture.full, "gc-on-unmount"), 0);
        assert_int_equal(get_bool_of(fixture.full, "tuning/gc-atime-safety-check"), 0);
        assert_int_equal(get_size_of(fixture.full, "backend/max-cache-size"), 1536);
        assert_int_equal(get_size_of(fixture.full, "notification-thresholds/s3-upload"),
                         UINT64_MAX);
        cfgw_config_unref(fixture.config);
}

static void what_is_missing_falls_back_or_is_missing(void **state)
{
        struct fixture fixture = make_fixture();
        const char *word;

        assert_int_equal(get_int_of(fixture.full, "tuning/gc-cache-capacity"), 1048576);
        assert_int_equal(get_int_of(fixture.bare, "tuning/gc-atime-cutoff"), 1445);
        assert_int_equal(get_int_of(fixture.bare, "tuning/default-verification-workers"), 4);
        assert_int_equal(get_bool_of(fixture.bare, "tuning/gc-atime-safety-check"), 1);
        assert_int_equal(cfgw_section_get_enum(fixture.bare, "backend/type", &word), 0);
        assert_string_equal(word, "filesystem");
        assert_int_equal(cfgw_section_get_enum(fixture.bare, "notification-mode", &word), 0);
        assert_string_equal(word, "notification-system");
        assert_int_equal(cfgw_section_get_string(fixture.bare, "notification-mode", &word), 0);
        assert_string_equal(word, "notification-system");
        assert_int_equal(get_int_of(fixture.bare, "keep-last"), -ENOENT);
        assert_int_equal(get_bool_of(fixture.bare, "verify-new"), -ENOENT);
        assert_int_equal(get_size_of(fixture.bare, "backend/max-cache-size"), -ENOENT);
        assert_int_equal(get_int_of(fixture.full, "tuning/no-such-member"), -ENOENT);
        assert_int_equal(get_int_of(fixture.full, "no-such-key"), -ENOENT);
        assert_int_equal(get_int_of(fixture.full, "no-such-key/member"), -ENOENT);
        assert_int_equal(cfgw_section_get_enum(fixture.least, "maintenance-mode/type", &word),
                         -ENOENT);
        assert_int_equal(cfgw_section_get_string(fixture.least, "comment", &word), -ENOENT);
        cfgw_config_unref(fixture.config);
}

static void another_kind_is_an_error_and_not_a_zero(void **state)
{
        struct fixture fixture = make_fixture();
        const char *word = NULL;
        uint64_t next = 99;

        assert_int_equal(get_int_of(fixture.full, "path"), -EPROTOTYPE);
        assert_int_equal(get_int_of(fixture.full, "verify-new"), -EPROTOTYPE);
        assert_int_equal(get_int_of(fixture.full, "tuning"), -EPROTOTYPE);
        assert_int_equal(get_int_of(fixture.full, "tuning/sync-level"), -EPROTOTYPE);
        assert_int_equal(get_int_of(fixture.full, "path/member"), -EPROTOTYPE);
        assert_int_equal(get_int_of(fixture.full, "maintenance-mode/message"), -EPROTOTYPE);
        assert_int_equal(get_bool_of(fixture.full, "keep-last"), -EPROTOTYPE);
        assert_int_equal(get_size_of(fixture.full, "keep-last"), -EPROTOTYPE);
        assert_int_equal(get_int_of(fixture.full, "backend/max-cache-size"), -EPROTOTYPE);
        assert_int_equal(cfgw_section_get_enum(fixture.full, "path", &word), -EPROTOTYPE);
        assert_int_equal(cfgw_section_get_enum(fixture.full, "future-number", &word), -EPROTOTYPE);
        assert_int_equal(cfgw_section_get_next(fixture.full, "path", 0, &next), -EPROTOTYPE);
        assert_int_equal(cfgw_section_get_string(fixture.full, "tuning/sync-level", &word),
                         -EPROTOTYPE);
        assert_null(word);
        assert_int_equal(next, 99);
        cfgw_config_unref(fixture.config);
}

static void words_are_the_schema_s_own(void **state)
{
        struct fixture fixture = make_fixture();
        const char *type, *other, *mode;

        assert_int_equal(cfgw_section_get_enum(fixture.full, "maintenance-mode/type", &type), 0);
        assert_string_equal(type, "read-only");
        assert_int_equal(cfgw_section_get_enum(fixture.bare, "maintenance-mode/type", &other), 0);
        assert_string_equal(other, "offline");
        assert_int_equal(cfgw_section_get_enum(fixture.full, "notification-mode", &mode), 0);
        assert_string_equal(mode, "legacy-sendmail");
        assert_int_equal(cfgw_section_get_enum(fixture.full, "tuning/sync-level", &mode), 0);
        cfgw_config_unref(fixture.config);
        assert_string_equal(mode, "file");
}

static void assert_text(cfgw_text text, const char *expected)
{
        assert_int_equal(text.size, strlen(expected));
        assert_memory_equal(text.data, expected, text.size);
}

static void text_is_lent_unless_it_has_escapes(void **state)
{
        static const char clear[] = "say \"hi\", C:\\";
        struct fixture fixture = make_fixture();
        char buffer[64] = "untouched";
        cfgw_text text = {NULL, 0};
        const char *path;

        assert_int_equal(
                cfgw_section_get_text(fixture.bare, "maintenance-mode/message", NULL, 0, &text), 0);
        assert_text(text, "two, three");
        assert_int_equal(cfgw_section_get_text(fixture.full, "backend/bucket", buffer,
                                               sizeof(buffer), &text),
                         0);
        assert_text(text, "b-1");
        assert_string_equal(buffer, "untouched");
        assert_int_equal(cfgw_section_get_text(fixture.full, "path", NULL, 0, &text), 0);
        assert_int_equal(cfgw_section_get_string(fixture.full, "path", &path), 0);
        assert_ptr_equal(text.data, path);
        assert_ptr_equal(path, cfgw_section_get(fixture.full, "path"));
        assert_int_equal(cfgw_section_get_text(fixture.full, "maintenance-mode/message", buffer,
                                               sizeof(clear), &text),
                         0);
        assert_ptr_equal(text.data, buffer);
        assert_text(text, clear);
        assert_string_equal(buffer, clear);
        assert_int_equal(cfgw_section_get_text(fixture.full, "maintenance-mode/message", buffer,
                                               sizeof(clear) - 1, &text),
                         -ENOBUFS);
        assert_int_equal(
                cfgw_section_get_text(fixture.full, "maintenance-mode/message", NULL, 0, &text),
                -ENOBUFS);
        cfgw_config_unref(fixture.config);
}

static void a_key_without_a_schema_is_what_its_text_is(void **state)
{
        struct fixture fixture = make_fixture();
        uint64_t next;

        assert_int_equal(get_int_of(fixture.full, "future-number"), 7);
        assert_int_equal(get_bool_of(fixture.full, "future-number"), -EPROTOTYPE);
        assert_int_equal(get_bool_of(fixture.full, "future/word"), 1);
        assert_int_equal(get_int_of(fixture.kind, "number"), 12);
        assert_int_equal(get_int_of(fixture.kind, "size"), -EPROTOTYPE);
        assert_int_equal(get_size_of(fixture.kind, "size"), 1000);
        assert_int_equal(cfgw_section_get_next(fixture.kind, "schedule", 0, &next), 0);
        assert_int_equal(next, 86400 * USEC_PER_SEC);
        assert_int_equal(cfgw_section_get_next(fixture.kind, "number", 0, &next), 0);
        assert_int_equal(cfgw_section_get_next(fixture.kind, "size", 0, &next), -EPROTOTYPE);
        cfgw_config_unref(fixture.config);
}

static void schedules_tell_when_they_are_due(void **state)
{
        struct fixture fixture = make_fixture();
        uint64_t half_past_two = 9000 * USEC_PER_SEC, next = 99;

        assert_int_equal(cfgw_section_get_next(fixture.full, "gc-schedule", 0, &next), 0);
        assert_int_equal(next, half_past_two);
        assert_int_equal(cfgw_section_get_next(fixture.full, "gc-schedule", next, &next), 0);
        assert_int_equal(next, half_past_two + 86400 * USEC_PER_SEC);
        assert_int_equal(cfgw_section_get_next(fixture.full, "prune-schedule", 0, &next), 0);
        assert_true(next == CFGW_FOREVER);
        assert_int_equal(cfgw_section_get_next(fixture.bare, "gc-schedule", 0, &next), -ENOENT);
        assert_int_equal(cfgw_calendar_next("2:30 UTC", 0, &next), 0);
        assert_int_equal(next, half_past_two);
        assert_int_equal(cfgw_calendar_next("daily 4:15", 0, &next), -EBADMSG);
        assert_int_equal(cfgw_calendar_next(NULL, 0, &next), -EINVAL);
        assert_int_equal(cfgw_calendar_next("daily", 0, NULL), -EINVAL);
        cfgw_config_unref(fixture.config);
}

/* A snapshot that nobody has validated: no value of it is taken for another, or for missing. */
static void what_no_schema_would_take_is_an_error(void **state)
{
        static const char *const properties[][2] = {
                {"keep-last", "many"},
                {"tuning", "gc-atime-cutoff=\"5"},
                {"notify", "gc=\"ne\\\"ver\",sync=at times"},
                {"gc-schedule", "daily 4:15"},
                {"notification-thresholds", "s3-get=\"1\\\\\",s3-upload=much"},
        };
        struct text type = {"datastore", 9}, name = {"one", 3};
        struct snapshot_builder *builder;
        const cfgw_section *section;
        const struct snapshot_origin origin = {.domain = "datastore", .path = "/x"};
        const struct snapshot_bounds bounds = {1, ELEMENTS(properties), 1000};
        struct snapshot *snapshot;
        const char *word;
        uint64_t next;

        assert_int_equal(snapshot_builder_new(&origin, &bounds, &builder), 0);
        assert_int_equal(snapshot_builder_section(builder, type, name, 1), 0);
        for (size_t i = 0; i < ELEMENTS(properties); i++) {
                struct text key = {properties[i][0], strlen(properties[i][0])};
                struct text value = {properties[i][1], strlen(properties[i][1])};

                assert_int_equal(snapshot_builder_property(builder, key, value, 2), 0);
        }
        snapshot = snapshot_builder_finish(builder);
        snapshot_builder_free(builder);
        section = snapshot_section_at(snapshot, 0);
        assert_int_equal(get_int_of(section, "keep-last"), -EPROTOTYPE);
        assert_int_equal(get_int_of(section, "tuning/gc-atime-cutoff"), -EPROTOTYPE);
        assert_int_equal(get_int_of(section, "tuning/gc-cache-capacity"), -EPROTOTYPE);
        assert_int_equal(get_int_of(section, "notification-thresholds/s3-get"), -EPROTOTYPE);
        assert_int_equal(get_size_of(section, "notification-thresholds/s3-upload"), -EPROTOTYPE);
        assert_int_equal(cfgw_section_get_enum(section, "notify/gc", &word), -EPROTOTYPE);
        assert_int_equal(cfgw_section_get_enum(section, "notify/sync", &word), -EPROTOTYPE);
        assert_int_equal(cfgw_section_get_next(section, "gc-schedule", 0, &next), -EPROTOTYPE);
        free(snapshot);
}

static void arguments_are_checked(void **state)
{
        struct fixture fixture = make_fixture();
        const cfgw_section *full = fixture.full;
        uint64_t number;
        int64_t integer;
        const char *word;
        cfgw_text text;
        int truth;

        assert_int_equal(cfgw_section_get_string(NULL, "path", &word), -EINVAL);
        assert_int_equal(cfgw_section_get_string(full, NULL, &word), -EINVAL);
        assert_int_equal(cfgw_section_get_string(full, "path", NULL), -EINVAL);
        assert_int_equal(cfgw_section_get_text(NULL, "path", NULL, 0, &text), -EINVAL);
        assert_int_equal(cfgw_section_get_text(full, NULL, NULL, 0, &text), -EINVAL);
        assert_int_equal(cfgw_section_get_text(full, "path", NULL, 1, &text), -EINVAL);
        assert_int_equal(cfgw_section_get_text(full, "path", NULL, 0, NULL), -EINVAL);
        assert_int_equal(cfgw_section_get_int(NULL, "keep-last", &integer), -EINVAL);
        assert_int_equal(cfgw_section_get_int(full, NULL, &integer), -EINVAL);
        assert_int_equal(cfgw_section_get_int(full, "keep-last", NULL), -EINVAL);
        assert_int_equal(cfgw_section_get_bool(NULL, "verify-new", &truth), -EINVAL);
        assert_int_equal(cfgw_section_get_bool(full, NULL, &truth), -EINVAL);
        assert_int_equal(cfgw_section_get_bool(full, "verify-new", NULL), -EINVAL);
        assert_int_equal(cfgw_section_get_size(NULL, "x", &number), -EINVAL);
        assert_int_equal(cfgw_section_get_size(full, NULL, &number), -EINVAL);
        assert_int_equal(cfgw_section_get_size(full, "x", NULL), -EINVAL);
        assert_int_equal(cfgw_section_get_enum(NULL, "x", &word), -EINVAL);
        assert_int_equal(cfgw_section_get_enum(full, NULL, &word), -EINVAL);
        assert_int_equal(cfgw_section_get_enum(full, "x", NULL), -EINVAL);
        assert_int_equal(cfgw_section_get_next(NULL, "x", 0, &number), -EINVAL);
        assert_int_equal(cfgw_section_get_next(full, NULL, 0, &number), -EINVAL);
        assert_int_equal(cfgw_section_get_next(full, "x", 0, NULL), -EINVAL);
        cfgw_config_unref(fixture.config);
}

static void nothing_is_allocated(void **state)
{
        struct fixture fixture = make_fixture();
        size_t before = allocations;
        const char *word;
        char buffer[64];
        uint64_t next;
        cfgw_text text;

        assert_true(before > 0);
        cfgw_section_get_text(fixture.full, "maintenance-mode/message", buffer, sizeof(buffer),
                              &text);
        cfgw_section_get_string(fixture.full, "path", &word);
        cfgw_section_get_enum(fixture.full, "maintenance-mode/type", &word);
        cfgw_section_get_next(fixture.full, "gc-schedule", 0, &next);
        assert_int_equal(get_int_of(fixture.full, "tuning/gc-atime-cutoff"), 2880);
        assert_int_equal(get_bool_of(fixture.full, "verify-new"), 1);
        assert_int_equal(get_size_of(fixture.full, "backend/max-cache-size"), 1536);
        assert_int_equal(allocations, before);
        cfgw_config_unref(fixture.config);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(numbers_are_read_by_their_kind),
                TEST(what_is_missing_falls_back_or_is_missing),
                TEST(another_kind_is_an_error_and_not_a_zero),
                TEST(words_are_the_schema_s_own),
                TEST(text_is_lent_unless_it_has_escapes),
                TEST(a_key_without_a_schema_is_what_its_text_is),
                TEST(schedules_tell_when_they_are_due),
                TEST(what_no_schema_would_take_is_an_error),
                TEST(arguments_are_checked),
                TEST(nothing_is_allocated),
        };

        return TESTING_RUN(tests);
}
