/* SPDX-License-Identifier: MIT */

/*
 * What differs between two configs.
 *
 * Linear: each section of one side is looked up in the other by its index. Properties are
 * looked for at the same place first, since an edit seldom moves them. The entries point into
 * the two configs, on which the diff holds references.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#define ROOM_FIRST 16 /* entries; grows by doubling */

struct entry {
        cfgw_change change;
        const char *section;
        const char *key; /* NULL: the section itself */
        const char *before, *after;
};

struct cfgw_diff {
        const cfgw_config *before, *after;
        struct entry *entries;
        size_t count, room;
};

DEFINE_CLEANUP(cfgw_diff *, cfgw_diff_free);

PUBLIC cfgw_diff *cfgw_diff_free(cfgw_diff *diff)
{
        if (!diff)
                return NULL;
        cfgw_config_unref(diff->before);
        cfgw_config_unref(diff->after);
        free(diff->entries);
        free(diff);
        return NULL;
}

/* What happened follows from which of the two values there are. */
static int add(cfgw_diff *diff, const char *section, const char *key, const char *before,
               const char *after)
{
        if (diff->count == diff->room) {
                size_t room = diff->room > 0 ? 2 * diff->room : ROOM_FIRST;
                struct entry *larger = reallocarray(diff->entries, room, sizeof(*larger));

                if (!larger)
                        return -ENOMEM;
                diff->entries = larger;
                diff->room = room;
        }
        diff->entries[diff->count++] = (struct entry){
                .change = !before  ? CFGW_CHANGE_ADDED
                          : !after ? CFGW_CHANGE_REMOVED
                                   : CFGW_CHANGE_CHANGED,
                .section = section,
                .key = key,
                .before = before,
                .after = after,
        };
        return 0;
}

/* The value of @key in @section, which most likely is its property @i. */
static const char *value_of(const cfgw_section *section, const char *key, size_t i)
{
        const cfgw_property *property = section_property_at(section, i);

        if (!property || strcmp(property_key(property), key) != 0)
                property = section_property(section, key);
        return property ? property_value(property) : NULL;
}

static bool equal(const char *a, const char *b)
{
        return a && b && strcmp(a, b) == 0;
}

/* Whether a key of @a is missing or has another value in @b. */
static bool properties_differ(const cfgw_section *a, const cfgw_section *b)
{
        for (size_t i = 0; i < section_property_count(a); i++) {
                const cfgw_property *property = section_property_at(a, i);

                if (!equal(property_value(property), value_of(b, property_key(property), i)))
                        return true;
        }
        return false;
}

/* With as many keys on either side, all of one in the other is all of them. */
static bool sections_differ(const cfgw_section *before, const cfgw_section *after)
{
        return strcmp(section_type(before), section_type(after)) != 0 ||
               section_property_count(before) != section_property_count(after) ||
               properties_differ(after, before);
}

static int add_keys(cfgw_diff *diff, const cfgw_section *before, const cfgw_section *after)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < section_property_count(after); i++) {
                const cfgw_property *property = section_property_at(after, i);
                const char *key = property_key(property);
                const char *old = value_of(before, key, i);

                if (!equal(old, property_value(property)))
                        r = add(diff, section_name(after), key, old, property_value(property));
        }
        for (size_t i = 0; r == 0 && i < section_property_count(before); i++) {
                const cfgw_property *property = section_property_at(before, i);
                const char *key = property_key(property);

                if (!value_of(after, key, i))
                        r = add(diff, section_name(after), key, property_value(property), NULL);
        }
        return r;
}

static int compare_section(cfgw_diff *diff, const cfgw_section *after)
{
        const char *name = section_name(after);
        const cfgw_section *before = cfgw_config_section(diff->before, name);
        int r;

        if (!before)
                return add(diff, name, NULL, NULL, section_type(after));
        if (!sections_differ(before, after))
                return 0;
        r = add(diff, name, NULL, section_type(before), section_type(after));
        return r < 0 ? r : add_keys(diff, before, after);
}

static int add_if_removed(cfgw_diff *diff, const cfgw_section *before)
{
        const char *name = section_name(before);

        if (cfgw_config_section(diff->after, name))
                return 0;
        return add(diff, name, NULL, section_type(before), NULL);
}

PUBLIC int cfgw_config_diff(const cfgw_config *before, const cfgw_config *after, cfgw_diff **ret)
{
        _cleanup_(cfgw_diff_free_p) cfgw_diff *diff = NULL;
        int r = 0;

        if (!ret)
                return -EINVAL;
        diff = calloc(1, sizeof(*diff));
        if (!diff)
                return -ENOMEM;
        diff->before = cfgw_config_ref(before);
        diff->after = cfgw_config_ref(after);
        for (size_t i = 0; r == 0 && i < cfgw_config_section_count(after); i++)
                r = compare_section(diff, cfgw_config_section_at(after, i));
        for (size_t i = 0; r == 0 && i < cfgw_config_section_count(before); i++)
                r = add_if_removed(diff, cfgw_config_section_at(before, i));
        if (r < 0)
                return r;
        *ret = STEAL(diff);
        return 0;
}

PUBLIC size_t cfgw_diff_count(const cfgw_diff *diff)
{
        return diff ? diff->count : 0;
}

static const struct entry *entry_at(const cfgw_diff *diff, size_t i)
{
        static const struct entry none;

        return diff && i < diff->count ? &diff->entries[i] : &none;
}

PUBLIC cfgw_change cfgw_diff_change(const cfgw_diff *diff, size_t i)
{
        return entry_at(diff, i)->change;
}

PUBLIC const char *cfgw_diff_section(const cfgw_diff *diff, size_t i)
{
        return entry_at(diff, i)->section;
}

PUBLIC const char *cfgw_diff_key(const cfgw_diff *diff, size_t i)
{
        return entry_at(diff, i)->key;
}

PUBLIC const char *cfgw_diff_before(const cfgw_diff *diff, size_t i)
{
        return entry_at(diff, i)->before;
}

PUBLIC const char *cfgw_diff_after(const cfgw_diff *diff, size_t i)
{
        return entry_at(diff, i)->after;
}
