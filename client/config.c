/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <sys/mman.h>

static int config_new(const struct snapshot *snapshot, size_t map_size, const cfgw_config **ret)
{
        cfgw_config *config = malloc(sizeof(*config));

        if (!config)
                return -ENOMEM;
        atomic_init(&config->references, 1);
        config->snapshot = snapshot;
        config->map_size = map_size;
        *ret = config;
        return 0;
}

int config_new_from_heap(struct snapshot *snapshot, const cfgw_config **ret)
{
        return config_new(snapshot, 0, ret);
}

int config_new_from_map(const void *map, size_t map_size, const cfgw_config **ret)
{
        const struct snapshot *snapshot;
        int r;

        r = snapshot_verify(map, map_size, &snapshot);
        if (r < 0)
                return r;
        return config_new(snapshot, map_size, ret);
}

const struct snapshot *config_snapshot(const cfgw_config *config)
{
        return config->snapshot;
}

PUBLIC const cfgw_config *cfgw_config_ref(const cfgw_config *config)
{
        cfgw_config *counted = (cfgw_config *)config;

        /* Who calls this holds a reference, so nothing has to be ordered against it. */
        if (counted)
                atomic_fetch_add_explicit(&counted->references, 1, memory_order_relaxed);
        return config;
}

PUBLIC const cfgw_config *cfgw_config_unref(const cfgw_config *config)
{
        cfgw_config *counted = (cfgw_config *)config;

        /* Release: our reads come before the free. Acquire: the others' reads do, too. */
        if (!counted ||
            atomic_fetch_sub_explicit(&counted->references, 1, memory_order_acq_rel) > 1)
                return NULL;
        if (counted->map_size > 0)
                munmap((void *)counted->snapshot, counted->map_size);
        else
                free((void *)counted->snapshot);
        free(counted);
        return NULL;
}

PUBLIC uint64_t cfgw_config_generation(const cfgw_config *config)
{
        return config ? snapshot_generation(config->snapshot) : 0;
}

PUBLIC uint64_t cfgw_config_epoch(const cfgw_config *config)
{
        return config ? snapshot_epoch(config->snapshot) : 0;
}

PUBLIC const char *cfgw_config_digest(const cfgw_config *config)
{
        return config ? snapshot_digest_hex(config->snapshot) : NULL;
}

PUBLIC const char *cfgw_config_domain(const cfgw_config *config)
{
        return config ? snapshot_domain(config->snapshot) : NULL;
}

PUBLIC const char *cfgw_config_path(const cfgw_config *config)
{
        return config ? snapshot_path(config->snapshot) : NULL;
}

PUBLIC cfgw_format cfgw_config_format(const cfgw_config *config)
{
        return config ? snapshot_format(config->snapshot) : CFGW_FORMAT_SECTION_CONFIG;
}

PUBLIC size_t cfgw_config_section_count(const cfgw_config *config)
{
        return config ? snapshot_section_count(config->snapshot) : 0;
}

PUBLIC const cfgw_section *cfgw_config_section_at(const cfgw_config *config, size_t i)
{
        return config ? snapshot_section_at(config->snapshot, i) : NULL;
}

PUBLIC const cfgw_section *cfgw_config_section(const cfgw_config *config, const char *name)
{
        return config && name ? snapshot_find(config->snapshot, name) : NULL;
}

PUBLIC const char *cfgw_section_name(const cfgw_section *section)
{
        return section ? section_name(section) : NULL;
}

PUBLIC const char *cfgw_section_type(const cfgw_section *section)
{
        return section ? section_type(section) : NULL;
}

PUBLIC uint32_t cfgw_section_line(const cfgw_section *section)
{
        return section ? section_line(section) : 0;
}

PUBLIC const char *cfgw_section_get(const cfgw_section *section, const char *key)
{
        return cfgw_property_value(cfgw_section_property(section, key));
}

PUBLIC size_t cfgw_section_property_count(const cfgw_section *section)
{
        return section ? section_property_count(section) : 0;
}

PUBLIC const cfgw_property *cfgw_section_property_at(const cfgw_section *section, size_t i)
{
        return section ? section_property_at(section, i) : NULL;
}

PUBLIC const cfgw_property *cfgw_section_property(const cfgw_section *section, const char *key)
{
        return section && key ? section_property(section, key) : NULL;
}

PUBLIC const char *cfgw_property_key(const cfgw_property *property)
{
        return property ? property_key(property) : NULL;
}

PUBLIC const char *cfgw_property_value(const cfgw_property *property)
{
        return property ? property_value(property) : NULL;
}

PUBLIC uint32_t cfgw_property_line(const cfgw_property *property)
{
        return property ? property_line(property) : 0;
}
