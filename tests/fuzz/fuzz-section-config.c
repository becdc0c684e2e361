/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as a config file: refused with a line and a reason, or read into a sound block in
 * which each section and property is what stands in its line, found there by means other than
 * the parser's.
 */

#include "lines.h"
#include "parse.h"

#include <errno.h>

static void check_refused(const struct parse *parse, struct text text)
{
        const char *message;
        uint32_t line = 0;

        message = parse_error(parse, &line);
        MUST(parse->result == -EBADMSG && message && utf8_valid(message, strlen(message)));
        MUST(line >= 1 && line <= count_lines(text));
}

/* Whether @text up to @end may be white space: nothing that ASCII prints is in it. */
static bool is_blank_until(const char *text, const char *end)
{
        for (; text < end; text++)
                if (*text > ' ' && *text <= '~')
                        return false;
        return true;
}

/* Takes blanks and @word off @text, which must begin so. */
static const char *take_word(const char *text, const char *word)
{
        const char *at = strstr(text, word);

        MUST(at && is_blank_until(text, at));
        return at + strlen(word);
}

/* The line says `key value`, and nothing of it was left out. */
static void check_property(const cfgw_property *property, struct text text)
{
        char *line = copy_line(text, property_line(property));
        const char *rest = take_word(line, property_key(property));

        MUST(rest > line + strlen(property_key(property))); /* it is indented */
        rest = take_word(rest, property_value(property));
        MUST(is_blank_until(rest, rest + strlen(rest)));
        free(line);
}

/* The line says `type: id`. */
static void check_section(const cfgw_section *section, struct text text)
{
        char *line = copy_line(text, section_line(section));
        const char *rest = take_word(take_word(line, section_type(section)), ":");

        MUST(strncmp(line, section_type(section), strlen(section_type(section))) == 0);
        rest = take_word(rest, section_name(section));
        MUST(is_blank_until(rest, rest + strlen(rest)));
        free(line);
        for (size_t i = 0; i < section_property_count(section); i++)
                check_property(section_property_at(section, i), text);
}

/* All lines that hold something, if no section was replaced. */
static void check_counts(const struct snapshot *snapshot, struct text text)
{
        size_t sections = 0, properties = 0, told = 0;

        for (uint32_t i = 1; i <= count_lines(text); i++) {
                char *line = copy_line(text, i);
                bool holds = !is_blank_until(line, line + strlen(line));

                sections += holds && !is_blank_until(line, line + 1);
                properties += holds && is_blank_until(line, line + 1);
                free(line);
        }
        for (size_t i = 0; i < snapshot_section_count(snapshot); i++)
                told += section_property_count(snapshot_section_at(snapshot, i));
        MUST(sections >= snapshot_section_count(snapshot));
        if (sections == snapshot_section_count(snapshot))
                MUST(told >= properties); /* a key may hold nothing of ASCII */
}

static void check_accepted(const struct parse *parse, struct text text)
{
        const struct snapshot *verified;

        MUST(snapshot_verify(parse->snapshot, snapshot_size(parse->snapshot), &verified) == 0);
        MUST(parse_walk(verified) > 0);
        MUST(!parse_error(parse, NULL));
        check_counts(verified, text);
        for (size_t i = 0; i < snapshot_section_count(verified); i++)
                check_section(snapshot_section_at(verified, i), text);
}

static struct parse check(struct text text, const char *domain, unsigned int flags)
{
        struct parse parse = parse_bytes(text.data, text.size, domain, flags);

        if (parse.snapshot)
                check_accepted(&parse, text);
        else
                check_refused(&parse, text);
        return parse;
}

/* Strict takes nothing that tolerant refuses, and nothing differs where it takes something. */
static void compare(const struct parse *strict, const struct parse *tolerant)
{
        if (!strict->snapshot)
                return;
        MUST(tolerant->snapshot);
        MUST(snapshot_size(strict->snapshot) == snapshot_size(tolerant->snapshot));
        MUST(memcmp(strict->snapshot, tolerant->snapshot, snapshot_size(strict->snapshot)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        /* No NUL byte behind it, so that a read too far is seen. */
        char *copy = malloc(size > 0 ? size : 1);
        struct text text = {copy, size};
        struct parse strict, tolerant, generic;

        MUST(copy);
        if (size > 0)
                memcpy(copy, data, size);
        strict = check(text, "datastore", CFGW_LOAD_STRICT);
        tolerant = check(text, "datastore", CFGW_LOAD_TOLERANT);
        generic = check(text, "other", CFGW_LOAD_STRICT);
        compare(&strict, &tolerant);
        parse_clear(&strict);
        parse_clear(&tolerant);
        parse_clear(&generic);
        free(copy);
        return 0;
}
