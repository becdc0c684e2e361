/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include "value.h"

#include <string.h>

const struct schema *schema_for(const char *domain)
{
        for (size_t i = 0; i < schema_count; i++)
                if (strcmp(schemas[i].domain, domain) == 0)
                        return &schemas[i];
        return NULL;
}

const struct schema_type *schema_type(const struct schema *schema, struct text name)
{
        for (size_t i = 0; i < schema->type_count; i++)
                if (text_is(name, schema->types[i].name))
                        return &schema->types[i];
        return NULL;
}

bool schema_type_name_valid(struct text name)
{
        return form_safe_id(name);
}

const struct schema_property *schema_member(const struct schema_set *set, struct text key)
{
        for (size_t i = 0; i < set->property_count; i++)
                if (text_is(key, set->properties[i].name))
                        return &set->properties[i];
        return NULL;
}

const struct schema_property *schema_property(const struct schema_type *type, struct text key)
{
        return schema_member(&type->set, key);
}
