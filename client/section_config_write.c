/* SPDX-License-Identifier: MIT */
/*
 * The canonical writer: `TYPE: ID`, a TAB, key, one SPACE and value in byte order of the keys,
 * one blank line between sections, which keep their order. An empty value is TAB key SPACE.
 *
 * A config may come from another format and hold what this one has no words for: a key with a
 * blank in it, a value that begins with one. Instead of a second list of what the grammar
 * takes, the parser itself is asked: the text must parse to the same sections, or it is not
 * given out.
 */
#include "section_config_write.h"

#include "reparse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool text_is_printable(const char *text)
{
        for (const uint8_t *at = (const uint8_t *)text; *at; at++)
                if (*at < 0x20 || *at == 0x7f ||
                    (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)) /* U+0080 to U+009F */
                        return false;
        return true;
}

static int compare_keys(const void *a, const void *b)
{
        return strcmp(property_key(*(const cfgw_property *const *)a),
                      property_key(*(const cfgw_property *const *)b));
}

static int write_property(FILE *file, const cfgw_property *property)
{
        const char *key = property_key(property), *value = property_value(property);

        if (!text_is_printable(key) || !text_is_printable(value))
                return -EINVAL;
        fprintf(file, "\t%s %s\n", key, value);
        return 0;
}

static int write_properties(FILE *file, const cfgw_section *section)
{
        size_t count = section_property_count(section);
        _cleanup_free_ const cfgw_property **sorted = NULL;
        int r = 0;

        sorted = calloc(count + 1, sizeof(const cfgw_property *)); /* never of size 0 */
        if (!sorted)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                sorted[i] = section_property_at(section, i);
        qsort(sorted, count, sizeof(const cfgw_property *), compare_keys);
        for (size_t i = 0; i < count && r == 0; i++)
                r = write_property(file, sorted[i]);
        return r;
}

static int write_section(FILE *file, const cfgw_section *section)
{
        const char *type = section_type(section), *name = section_name(section);

        if (!text_is_printable(type) || !text_is_printable(name))
                return -EINVAL;
        fprintf(file, "%s: %s\n", type, name);
        return write_properties(file, section);
}

static int write_sections(FILE *file, const cfgw_config *config)
{
        int r = 0;

        for (size_t i = 0; i < cfgw_config_section_count(config) && r == 0; i++) {
                if (i > 0)
                        fputc('\n', file);
                r = write_section(file, cfgw_config_section_at(config, i));
        }
        return r;
}

/* free() @ret, also on failure. */
static int write_text(const cfgw_config *config, char **ret, size_t *ret_size)
{
        FILE *file = open_memstream(ret, ret_size);
        bool failed;
        int r;

        if (!file)
                return -ENOMEM;
        r = write_sections(file, config);
        failed = ferror(file);
        if (fclose(file) != 0 || failed)
                return -ENOMEM;
        return r;
}

PUBLIC int cfgw_config_write(const cfgw_config *config, char **ret, size_t *ret_size)
{
        _cleanup_(cfgw_config_unref_p) const cfgw_config *again = NULL;
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        int r;

        if (!config || !ret || !ret_size)
                return -EINVAL;
        r = write_text(config, &text, &size);
        if (r < 0)
                return r;
        r = reparse(text, size, CFGW_FORMAT_SECTION_CONFIG, &again);
        if (r == 0 && !reparse_equal(config, again))
                r = -EBADMSG;
        if (r < 0)
                return r == -EBADMSG ? -EINVAL : r;
        *ret = STEAL(text);
        *ret_size = size;
        return 0;
}
