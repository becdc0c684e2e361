/* SPDX-License-Identifier: MIT */

/* The schema of user.cfg: as another file's, it is a table and nothing else. */

#include "parse.h"
#include "testing.h"
#include "verdicts.h"

#include <errno.h>

/* NULL if @file is taken by the schema of user.cfg, else "LINE: WHY". */
static char *parse_users(const char *file)
{
        struct parse parse = parse_bytes(file, strlen(file), "user", CFGW_LOAD_STRICT);
        uint32_t line = 0;
        const char *message = parse_error(&parse, &line);
        char *error = message ? format_string("%u: %s", line, message) : NULL;

        parse_clear(&parse);
        return error;
}

static void another_file_is_another_table(void **state)
{
        static const struct {
                const char *file, *error;
        } cases[] = {
                {"user: root@pam\n\tcomment the one\n\tenable 1\n\texpire 0\n\temail a@b.example\n"
                 "\ntoken: root@pam!backup\n\tenable false\n",
                 NULL},
                {"user: root\n", "1: syntax error in section identifier: " PATTERN},
                {"token: root@pam\n", "1: syntax error in section identifier: " PATTERN},
                {"token: root@pam!\n", "1: syntax error in section identifier: " PATTERN},
                {"user: root@pam\n\texpire -1\n", "2: property 'expire': " LEAST(0, -1)},
                {"user: root@pam\n\tfirstname X\n",
                 "2: property 'firstname': value must be at least 2 characters long"},
                {"token: root@pam!t\n\temail a@b\n", "2: unknown property 'email'"},
                {"group: admins\n", "1: unknown section type 'group'"},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_free_ char *error = parse_users(cases[i].file);

                if (cases[i].error)
                        assert_string_equal(error, cases[i].error);
                else
                        assert_null(error);
        }
}

static void a_user_has_names_and_an_end(void **state)
{
        static const struct verdict verdicts[] = {
                {"comment", "", NULL},
                {"comment", X60 X60 "xxxxxxxx", NULL},
                {"comment", X60 X60 "xxxxxxxxx", LONGER(128)},
                {"enable", "off", NULL},
                {"enable", "", "Unable to parse boolean option."},
                {"expire", "0", NULL},
                {"expire", "-1", LEAST(0, -1)},
                {"expire", "9223372036854775807", NULL},
                {"expire", "9223372036854775808", TOO_LARGE},
                {"firstname", "x", SHORTER(2)},
                {"firstname", "xx", NULL},
                {"firstname", X60 "xxxx", NULL},
                {"firstname", X60 "xxxxx", LONGER(64)},
                {"firstname", "x\ty", PATTERN},
                {"lastname", "x", SHORTER(2)},
                {"lastname", "xx", NULL},
                {"lastname", X60 "xxxx", NULL},
                {"lastname", X60 "xxxxx", LONGER(64)},
                {"email", "x", SHORTER(2)},
                {"email", "xx", NULL},
                {"email", X60 "xxxx", NULL},
                {"email", X60 "xxxxx", LONGER(64)},
        };

        assert_verdicts(type_of("user", "user"), verdicts, ELEMENTS(verdicts));
        assert_verdicts(type_of("user", "token"), verdicts, 9);
}

static void users_and_tokens_have_64_characters_at_most(void **state)
{
        static const char x60[] = X60;
        const struct schema_type *user = type_of("user", "user");
        const struct schema_type *token = type_of("user", "token");

        for (int size = 58; size <= 60; size++) {
                _cleanup_free_ char *name = format_string("%.*s@pbs", size, x60);
                _cleanup_free_ char *full = format_string("%.*s@p!t", size, x60);

                assert_int_equal(schema_check_id(user, text_of(name), NULL), 0);
                assert_int_equal(schema_check_id(token, text_of(full), NULL), 0);
                assert_int_equal(schema_check_id(user, text_of(full), NULL), -EBADMSG);
                assert_int_equal(schema_check_id(token, text_of(name), NULL), -EBADMSG);
        }
        assert_int_equal(schema_check_id(user, text_of("x" X60 "@pbs"), NULL), -EBADMSG);
        assert_int_equal(schema_check_id(token, text_of("x" X60 "@p!t"), NULL), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(another_file_is_another_table),
                TEST(a_user_has_names_and_an_end),
                TEST(users_and_tokens_have_64_characters_at_most),
        };

        return TESTING_RUN(tests);
}
