/* SPDX-License-Identifier: MIT */
#include "reparse.h"

#include "source.h"

#include <string.h>

/* No domain can have this name, so there is no schema for it. INI takes it for a type. */
#define NO_DOMAIN "-"

int reparse(const char *data, size_t size, cfgw_format format, const cfgw_config **ret)
{
        struct parse_rules rules = parse_rules_of(CFGW_LOAD_TOLERANT);
        struct source source = {.result = SOURCE_READ, .data = (char *)data, .size = size};
        _cleanup_free_ struct snapshot *snapshot = NULL;
        int r;

        rules.format = format;
        source.digest = digest_of(data, size);
        r = source_parse(&source, NO_DOMAIN, "-", &rules, NULL, &snapshot);
        if (r < 0)
                return r;
        r = config_new_from_heap(snapshot, ret);
        if (r == 0)
                snapshot = NULL; /* the config's from now on */
        return r;
}

static bool has_property(const cfgw_section *section, const cfgw_property *property)
{
        const cfgw_property *other = section_property(section, property_key(property));

        return other && strcmp(property_value(other), property_value(property)) == 0;
}

static bool equal_sections(const cfgw_section *a, const cfgw_section *b)
{
        size_t count = section_property_count(a);

        if (strcmp(section_name(a), section_name(b)) != 0 ||
            strcmp(section_type(a), section_type(b)) != 0 || section_property_count(b) != count)
                return false;
        for (size_t i = 0; i < count; i++)
                if (!has_property(b, section_property_at(a, i)))
                        return false;
        return true;
}

bool reparse_equal(const cfgw_config *a, const cfgw_config *b)
{
        size_t count = cfgw_config_section_count(a);

        if (cfgw_config_section_count(b) != count)
                return false;
        for (size_t i = 0; i < count; i++)
                if (!equal_sections(cfgw_config_section_at(a, i), cfgw_config_section_at(b, i)))
                        return false;
        return true;
}
