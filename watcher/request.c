/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <errno.h>
#include <string.h>

static const struct {
        enum request_kind kind;
        const char *word;
        bool has_domain, has_number;
} shapes[] = {
        {REQUEST_STATUS, "status", false, false},
        {REQUEST_SYNC, "sync", true, false},
        {REQUEST_HISTORY, "history", true, true},
        {REQUEST_CONTENT, "content", true, true},
};

/* The number behind the last blank, in its one spelling; what is before it goes to *@length. */
static int parse_number(const char *text, size_t *length, uint64_t *ret)
{
        const char *blank = memrchr(text, ' ', *length);

        if (!blank || (blank[1] == '0' && blank[2] != '\0') || parse_u64(blank + 1, ret) < 0)
                return -EBADMSG;
        *length = (size_t)(blank - text);
        return 0;
}

/* What follows the word and its blank. */
static int parse_arguments(const char *text, bool has_number, struct request *ret)
{
        size_t length = strlen(text);
        int r = 0;

        if (has_number)
                r = parse_number(text, &length, &ret->number);
        if (r < 0)
                return r;
        if (length > DOMAIN_NAME_MAX)
                return -ENOENT;
        memcpy(ret->domain, text, length);
        ret->domain[length] = '\0';
        return domain_name_valid(ret->domain) ? 0 : -ENOENT;
}

int request_parse(const char *line, struct request *ret)
{
        int r = 0;

        *ret = (struct request){.kind = REQUEST_NONE};
        for (size_t i = 0; i < ELEMENTS(shapes); i++) {
                size_t length = strlen(shapes[i].word);

                if (strncmp(line, shapes[i].word, length) != 0 ||
                    line[length] != (shapes[i].has_domain ? ' ' : '\0'))
                        continue;
                if (shapes[i].has_domain)
                        r = parse_arguments(line + length + 1, shapes[i].has_number, ret);
                if (r == 0)
                        ret->kind = shapes[i].kind;
                return r;
        }
        return -EBADMSG;
}

static const char *error_text(enum request_kind kind, int error)
{
        switch (error) {
        case ENOENT:
                return kind == REQUEST_CONTENT ? "no such domain, or that generation is not kept"
                                               : "no such domain";
        case ENODATA:
                return "its file could never be used";
        case ETIMEDOUT:
                return "took too long";
        case EBADMSG:
                return kind == REQUEST_CONTENT ? "that generation is damaged" : "not a request";
        case EBUSY:
                return "too many clients";
        default:
                return strerror(error);
        }
}

char *request_error_line(enum request_kind kind, int error)
{
        const char *name = strerrorname_np(-error);

        return format_string("error %s %s\n", name ? name : "EIO", error_text(kind, -error));
}
