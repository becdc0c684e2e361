/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as an INI file: refused with a line and a reason, or read into a sound block in which
 * each property is what stands in its line, found there by means other than inih's.
 */

#include "lines.h"
#include "parse.h"

#include <errno.h>

#define BLANKS " \t\r\v\f"

static void check_refused(const struct parse *parse, struct text text)
{
        const char *message;
        uint32_t line = 0;

        message = parse_error(parse, &line);
        MUST(parse->result == -EBADMSG && message && utf8_valid(message, strlen(message)));
        MUST(line >= 1 && line <= count_lines(text));
}

static char *trim(char *text)
{
        size_t size;

        text += strspn(text, BLANKS);
        size = strlen(text);
        while (size > 0 && strchr(BLANKS, text[size - 1]))
                size--;
        text[size] = '\0';
        return text;
}

/* The line says `key = value`, and nothing of it was left out. */
static void check_property(const cfgw_property *property, struct text text)
{
        char *line = copy_line(text, property_line(property));
        size_t size = strcspn(line, "=:");

        MUST(line[size] != '\0');
        line[size] = '\0';
        MUST(strcmp(trim(line), property_key(property)) == 0);
        MUST(strcmp(trim(line + size + 1), property_value(property)) == 0);
        free(line);
}

/* The line says `[id]` or `[type: id]`. */
static void check_section(const cfgw_section *section, struct text text)
{
        char *line = copy_line(text, section_line(section)), *colon;

        MUST(line[0] == '[' && strchr(line, ']'));
        *strchr(line, ']') = '\0';
        colon = strchr(line, ':');
        MUST(strstr(colon ? colon : line, section_name(section)));
        free(line);
        for (size_t i = 0; i < section_property_count(section); i++)
                check_property(section_property_at(section, i), text);
}

static bool is_property_line(const char *line)
{
        return line[0] != '\0' && !strchr("[;#", line[0]);
}

/* The lines that must have become sections and properties: as many as there are of these. */
static void check_counts(const struct snapshot *snapshot, struct text text)
{
        size_t sections = 0, properties = 0, told = 0;

        for (uint32_t i = 1; i <= count_lines(text); i++) {
                char *line = copy_line(text, i), *inner = trim(line);

                sections += inner[0] == '[';
                properties += is_property_line(inner);
                free(line);
        }
        for (size_t i = 0; i < snapshot_section_count(snapshot); i++)
                told += section_property_count(snapshot_section_at(snapshot, i));
        MUST(sections == snapshot_section_count(snapshot) && properties == told);
}

static void check_accepted(const struct parse *parse, struct text text)
{
        const struct snapshot *verified;

        MUST(snapshot_verify(parse->snapshot, snapshot_size(parse->snapshot), &verified) == 0);
        MUST(snapshot_format(verified) == CFGW_FORMAT_INI && !parse_error(parse, NULL));
        MUST(parse_walk(verified) > 0);
        check_counts(verified, text);
        for (size_t i = 0; i < snapshot_section_count(verified); i++)
                check_section(snapshot_section_at(verified, i), text);
}

static struct parse check(struct text text, const char *domain, unsigned int flags)
{
        struct parse parse = parse_bytes(text.data, text.size, domain, flags | CFGW_LOAD_INI);

        if (parse.snapshot)
                check_accepted(&parse, text);
        else
                check_refused(&parse, text);
        return parse;
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
        MUST(!strict.snapshot || tolerant.snapshot);
        parse_clear(&strict);
        parse_clear(&tolerant);
        parse_clear(&generic);
        free(copy);
        return 0;
}
