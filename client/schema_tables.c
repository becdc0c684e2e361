/* SPDX-License-Identifier: MIT */

/*
 * The schemas, as tables. What is taken follows Proxmox Backup, and so do the defaults: those
 * that its API documents, and no others.
 */

#include "schema.h"
#include "value.h"

#define SET(array) .properties = (array), .property_count = ELEMENTS(array)
#define RULES(array) .rules = (array), .rule_count = ELEMENTS(array)

#define STRING(min, max) .kind = SCHEMA_STRING, .length_min = (min), .length_max = (max)
#define COMMENT STRING(0, 128), .form = form_no_control
#define BOOLEAN .kind = SCHEMA_BOOLEAN
#define INTEGER(min, max) .kind = SCHEMA_INTEGER, .minimum = (min), .maximum = (max)
#define ONE_OF(...)                                                                                \
        .kind = SCHEMA_ENUMERATION, .words = (const char *const[])                                 \
        {                                                                                          \
                __VA_ARGS__, NULL                                                                  \
        }
#define BYTE_SIZE .kind = SCHEMA_BYTE_SIZE, .length_min = 1, .length_max = 64
#define CALENDAR_EVENT .kind = SCHEMA_CALENDAR_EVENT
#define PROPERTY_STRING(set) .kind = SCHEMA_PROPERTY_STRING, .members = &(set)

/* ------------------------------------------------------------------------ datastore */

static const struct schema_property notify_members[] = {
        {.name = "gc", ONE_OF("never", "always", "error")},
        {.name = "verify", ONE_OF("never", "always", "error")},
        {.name = "sync", ONE_OF("never", "always", "error")},
        {.name = "prune", ONE_OF("never", "always", "error")},
};

static const struct schema_set notify_set = {SET(notify_members)};

static const struct schema_property tuning_members[] = {
        {.name = "chunk-order", ONE_OF("none", "inode"), .fallback = "inode"},
        {.name = "sync-level", ONE_OF("none", "file", "filesystem"), .fallback = "filesystem"},
        {.name = "gc-atime-safety-check", BOOLEAN, .fallback = "true"},
        {.name = "gc-atime-cutoff", INTEGER(1, 2880), .fallback = "1445"},
        {.name = "gc-cache-capacity", INTEGER(0, 8388608), .fallback = "1048576"},
        {.name = "default-verification-workers", INTEGER(1, 32), .fallback = "4"},
        {.name = "default-verification-readers", INTEGER(1, 32), .fallback = "1"},
};

static const struct schema_set tuning_set = {SET(tuning_members)};

static const struct schema_property maintenance_members[] = {
        {
                .name = "type",
                .required = true,
                ONE_OF("read-only", "offline", "delete", "unmount", "s3-refresh"),
        },
        {.name = "message", STRING(0, 64), .form = form_no_control},
};

static const struct schema_set maintenance_set = {
        SET(maintenance_members),
        .default_key = "type",
};

static const struct schema_property backend_members[] = {
        {.name = "type", ONE_OF("filesystem", "s3"), .fallback = "filesystem"},
        {.name = "client", STRING(3, 32), .form = form_safe_id},
        {.name = "bucket", STRING(3, 63), .form = form_bucket},
        {.name = "max-cache-size", BYTE_SIZE},
};

static const struct schema_rule backend_rules[] = {
        {"type", "s3", .needs = {"client", "bucket"}},
        {"type", "filesystem", .forbids = {"client", "bucket", "max-cache-size"}},
};

static const struct schema_set backend_set = {
        SET(backend_members),
        .default_key = "type",
        RULES(backend_rules),
};

static const struct schema_property threshold_members[] = {
        {.name = "s3-get", INTEGER(INT64_MIN, INT64_MAX)},
        {.name = "s3-put", INTEGER(INT64_MIN, INT64_MAX)},
        {.name = "s3-post", INTEGER(INT64_MIN, INT64_MAX)},
        {.name = "s3-head", INTEGER(INT64_MIN, INT64_MAX)},
        {.name = "s3-delete", INTEGER(INT64_MIN, INT64_MAX)},
        {.name = "s3-upload", BYTE_SIZE},
        {.name = "s3-download", BYTE_SIZE},
};

static const struct schema_set threshold_set = {SET(threshold_members)};

static const struct schema_property datastore_properties[] = {
        {.name = "path", .required = true, STRING(1, 4096)},
        {.name = "comment", COMMENT},
        {.name = "gc-schedule", CALENDAR_EVENT},
        {.name = "prune-schedule", CALENDAR_EVENT},
        {.name = "keep-last", INTEGER(1, INT64_MAX)},
        {.name = "keep-hourly", INTEGER(1, INT64_MAX)},
        {.name = "keep-daily", INTEGER(1, INT64_MAX)},
        {.name = "keep-weekly", INTEGER(1, INT64_MAX)},
        {.name = "keep-monthly", INTEGER(1, INT64_MAX)},
        {.name = "keep-yearly", INTEGER(1, INT64_MAX)},
        {.name = "verify-new", BOOLEAN},
        {.name = "gc-on-unmount", BOOLEAN},
        {.name = "notify-user", STRING(3, 64), .form = form_user_id},
        {.name = "notify", PROPERTY_STRING(notify_set)},
        {
                .name = "notification-mode",
                ONE_OF("legacy-sendmail", "notification-system"),
                .fallback = "notification-system",
        },
        {.name = "notification-thresholds", PROPERTY_STRING(threshold_set)},
        {.name = "counter-reset-schedule", CALENDAR_EVENT},
        {.name = "maintenance-mode", PROPERTY_STRING(maintenance_set)},
        {.name = "tuning", PROPERTY_STRING(tuning_set)},
        {.name = "backing-device", STRING(0, 0), .form = form_uuid},
        {.name = "backend", PROPERTY_STRING(backend_set)},
};

static const struct schema_type datastore_types[] = {
        {
                .name = "datastore",
                .id = {STRING(3, 32), .form = form_safe_id},
                .set = {SET(datastore_properties)},
        },
};

/* ----------------------------------------------------------------------------- user */

static const struct schema_property user_properties[] = {
        {.name = "comment", COMMENT},
        {.name = "enable", BOOLEAN, .fallback = "true"},
        {.name = "expire", INTEGER(0, INT64_MAX), .fallback = "0"},
        {.name = "firstname", STRING(2, 64), .form = form_no_control},
        {.name = "lastname", STRING(2, 64), .form = form_no_control},
        {.name = "email", STRING(2, 64), .form = form_no_control},
};

static const struct schema_property token_properties[] = {
        {.name = "comment", COMMENT},
        {.name = "enable", BOOLEAN, .fallback = "true"},
        {.name = "expire", INTEGER(0, INT64_MAX), .fallback = "0"},
};

static const struct schema_type user_types[] = {
        {"user", {STRING(3, 64), .form = form_user_id}, {SET(user_properties)}},
        {"token", {STRING(3, 64), .form = form_token_id}, {SET(token_properties)}},
};

/* -------------------------------------------------------------------------- domains */

_Static_assert(ELEMENTS(datastore_properties) <= SCHEMA_PROPERTIES_MAX, "one bit for each");

const struct schema schemas[] = {
        {"datastore", datastore_types, ELEMENTS(datastore_types)},
        {"user", user_types, ELEMENTS(user_types)},
};

const size_t schema_count = ELEMENTS(schemas);
