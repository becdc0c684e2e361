/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_CFGWATCH_H
#define CFGWATCH_CFGWATCH_H

/**
 * libcfgwatch: the parsed content of a watched config file, always at hand.
 *
 *     cfgw_client *client;
 *     cfgw_reader *reader;
 *     const cfgw_config *config;
 *
 *     cfgw_client_new(NULL, &client);
 *     cfgw_reader_new(client, "datastore", &reader);
 *     ...
 *     if (cfgw_reader_config(reader, &config) == 0) {
 *             const cfgw_section *store = cfgw_config_section(config, "ds0001");
 *             const char *path = store ? cfgw_section_get(store, "path") : NULL;
 *
 *             puts(path ? path : "no such datastore");
 *     }
 *
 * Words
 *   domain      one watched file with a name, such as "datastore".
 *   generation  64-bit number of a domain's accepted content, from 1. It rises by one if
 *               and only if the accepted content changed. 0 means "no generation": the
 *               content was read without the daemon and compares equal to nothing.
 *               Bytes that the daemon has numbered keep their number without it.
 *   epoch       identity of the sequence that a generation belongs to. Generations are
 *               comparable within one epoch only.
 *   config      the whole parsed content of one generation. Immutable.
 *   last good   the newest accepted content. It stays in force while the file is
 *               invalid, unreadable or missing.
 *
 * Errors. Functions that return int return 0 (or a documented positive value) on success
 * and a negative errno on failure; out-parameters are written on success only. -EINVAL
 * stands for a NULL or malformed argument in every function, and -ENOMEM for lack of
 * memory in every function that takes a `ret`; neither is repeated below. Functions that return
 * anything else answer NULL with NULL, 0 or the enumerator that is 0 or says least.
 *
 * Ownership. What is returned through a `ret` of a type that has an unref or free function
 * belongs to the caller. Everything that is returned as `const T *` or `const char *` is
 * borrowed: it is valid as long as the object that it was asked from, unless the function
 * says otherwise. All strings end with a NUL byte and are UTF-8, but for paths: those are bytes.
 *
 * Threads. A cfgw_client may be used by all threads at once. A cfgw_reader belongs to one
 * thread at a time. A cfgw_config and all that hangs off it is immutable and may be read by
 * all threads. The event functions of a client (subscribe, get_fd, get_events, get_timeout,
 * process, wait) belong to one thread at a time: the one that runs the event loop.
 *
 * Liveness. A daemon that stops says so at once. One that was killed or hangs counts as living
 * until it has been silent for 3.5 s: until then lookups give what it made public last, as LIVE.
 *
 * Fork. In the child lookups go on, with the readers that were made before the fork or with
 * new ones; the event functions return -ECHILD there. A child that wants events makes a
 * client of its own. If its parent was subscribed at the fork, that client gets no messages,
 * since nanomsg does not survive a fork: it looks at the board once a second instead, and events
 * come up to a second late. To have them at once, fork first and subscribe then. A program that
 * uses nanomsg by itself must not subscribe in a child of a process that had sockets open.
 *
 * The library never prints, installs no signal handlers, and has no mutable globals but one
 * word that tells a forked child that its parent used nanomsg. No thread is started, and
 * nanomsg is not touched, until cfgw_client_subscribe(). The library never ends the process.
 * nanomsg does, where it cannot get what it needs: whether there is a thread and file descriptors
 * for it is tried first, and without them events come from the board as well; but another
 * thread may take the last ones in between, and for memory that nanomsg lacks there is no remedy.
 *
 * While subscribed, the file descriptors of library and nanomsg must stay open: no closefrom(3)
 * then. A forked child that closes them must not free the client that it inherited.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cfgw_client cfgw_client;
typedef struct cfgw_reader cfgw_reader;
typedef struct cfgw_config cfgw_config;
typedef struct cfgw_section cfgw_section;
typedef struct cfgw_property cfgw_property;
typedef struct cfgw_status cfgw_status;
typedef struct cfgw_event cfgw_event;
typedef struct cfgw_diff cfgw_diff;
typedef struct cfgw_report cfgw_report;

/** Wait without a limit: for every parameter or result named timeout_usec. Since: 0.1 */
#define CFGW_FOREVER UINT64_MAX

/** What is known of the file of a domain. Since: 0.1 */
typedef enum cfgw_state {
        CFGW_STATE_UNKNOWN = 0,    /* never looked at */
        CFGW_STATE_VALID = 1,      /* the content in force is what the file holds */
        CFGW_STATE_INVALID = 2,    /* the file does not parse: see line and reason */
        CFGW_STATE_MISSING = 3,    /* there is no such file */
        CFGW_STATE_UNREADABLE = 4, /* no permission, not a regular file, too large, I/O error */
        CFGW_STATE_UNSTORED = 5    /* valid, but the daemon cannot store it (full disk) */
} cfgw_state;

/** How far the content that a reader has can be trusted to be the newest. Since: 0.1 */
typedef enum cfgw_freshness {
        CFGW_FRESHNESS_NONE = 0,      /* there is no content */
        CFGW_FRESHNESS_LIVE = 1,      /* a daemon lives (see Liveness) and the file holds this */
        CFGW_FRESHNESS_LAST_GOOD = 2, /* the file cannot be used: see state, since and reason */
        CFGW_FRESHNESS_OWN = 3        /* no daemon is followed: none lives, or it does not watch
                                         the file, or its snapshot cannot be opened (see reason).
                                         Read by the library itself, or left by the last daemon
                                         and not compared with the file yet */
} cfgw_freshness;

/** How a config file is written. Since: 0.1 */
typedef enum cfgw_format {
        CFGW_FORMAT_SECTION_CONFIG = 0, /* Proxmox Backup's own: "datastore: x", TAB "key value" */
        CFGW_FORMAT_INI = 1             /* "[x]" or "[datastore: x]", "key = value" */
} cfgw_format;

/* ------------------------------------------------------------------ client */

/**
 * Makes the client of this process for the daemon that uses @runtime_directory.
 *
 * NULL stands for the environment variable CFGWATCH_RUNTIME_DIR, else
 * $XDG_RUNTIME_DIR/cfgwatch if that directory exists and the caller is not root, else
 * /run/cfgwatch; a set-user-id program takes the last, whatever its environment says. A daemon
 * need not be running, then or ever. If a relative path cannot be resolved: the error of getcwd(3).
 * Free with cfgw_client_unref(). Since: 0.1
 */
int cfgw_client_new(const char *runtime_directory, cfgw_client **ret);

/** Takes a reference. Returns @client. Since: 0.1 */
cfgw_client *cfgw_client_ref(cfgw_client *client);

/**
 * Drops a reference; the last one closes everything. Readers hold a reference of their own.
 * Accepts NULL. Returns NULL. Since: 0.1
 */
cfgw_client *cfgw_client_unref(cfgw_client *client);

/**
 * The runtime directory that @client looks into: an absolute path, as bytes that need not be
 * UTF-8; NULL for NULL. Valid as long as @client. Since: 0.1
 */
const char *cfgw_client_get_runtime_directory(const cfgw_client *client);

/**
 * Says where the file of @domain is, for as long as no daemon lives.
 *
 * Needed only by a service that must be able to start before the first daemon ever ran:
 * otherwise the path is learnt from the snapshots that the daemon left. A relative @path counts
 * from the working directory of now; if that cannot be told: the error of getcwd(3). Call it before
 * the readers of that domain are made; -EBUSY afterwards. Since: 0.1
 */
int cfgw_client_set_source(cfgw_client *client, const char *domain, const char *path);

/**
 * Says how that file is written (section-config, if nobody says): the same holds as for
 * cfgw_client_set_source(). What a daemon left tells the format as well; for cfgw_replace() what is
 * said here counts, since a domain's format may be set anew over content of the old one. Since: 0.1
 */
int cfgw_client_set_format(cfgw_client *client, const char *domain, cfgw_format format);

/**
 * Sets how often the library reads a file by itself while no daemon lives: once in @ttl_usec
 * (default 10 s; from 100 ms up). What it finds different is read again to see that it rests: so
 * a change is visible up to the TTL and 2 s after it was made, or later if it does not rest, and
 * takes some reads more than one a TTL. Since: 0.1
 */
int cfgw_client_set_ttl(cfgw_client *client, uint64_t ttl_usec);

/**
 * Lists the names of all domains of the daemon, NULL-terminated. One free(*ret) frees it
 * all. -ENOENT: there is no board, no daemon ever ran. -EACCES: not allowed to read it. -EPERM:
 * others could have written it. -EBADMSG: it is no board. -EPROTONOSUPPORT: it is of another
 * version. Else the error of open(2). Since: 0.1
 */
int cfgw_client_list_domains(cfgw_client *client, char ***ret);

/* ------------------------------------------------------------------ reader */

/**
 * Makes a reader of @domain: one for each thread (and domain) that looks things up.
 * Succeeds without a daemon and without the file. Free with cfgw_reader_free(). Since: 0.1
 */
int cfgw_reader_new(cfgw_client *client, const char *domain, cfgw_reader **ret);

/** Frees @reader and what it lent out. Accepts NULL. Returns NULL. Since: 0.1 */
cfgw_reader *cfgw_reader_free(cfgw_reader *reader);

/**
 * Gives the config in force: never older than the generation that the daemon had made
 * public when this was called, unless this process may not or cannot open the snapshot; the
 * status says so then.
 *
 * Borrowed until the next call of any function on @reader; take cfgw_config_ref() to keep
 * it longer. While nothing changes this takes some nanoseconds, and no lock, no system call
 * and no atomic read-modify-write. After a change the first call maps the new snapshot;
 * while no daemon lives, one call a TTL reads the file, and some more after a change of it.
 *
 * -ENODATA: there is no content (yet); cfgw_reader_status() says why. An empty file is
 * content: a config with no sections. Since: 0.1
 */
int cfgw_reader_config(cfgw_reader *reader, const cfgw_config **ret);

/** Tells what is known right now of the reader's domain. Free with cfgw_status_free(). Since: 0.1
 */
int cfgw_reader_status(cfgw_reader *reader, cfgw_status **ret);

/** Frees @status. Accepts NULL. Returns NULL. Since: 0.1 */
cfgw_status *cfgw_status_free(cfgw_status *status);

/** How far the reader's content can be trusted. Since: 0.1 */
cfgw_freshness cfgw_status_freshness(const cfgw_status *status);

/** What is known of the file. Since: 0.1 */
cfgw_state cfgw_status_state(const cfgw_status *status);

/**
 * The generation in force; 0 if there is none. Content that the library read by itself has none,
 * unless its bytes are those of the generation that was in force before: that keeps its number
 * and epoch. Since: 0.1
 */
uint64_t cfgw_status_generation(const cfgw_status *status);

/** The epoch of that generation; 0 if there is no generation. Since: 0.1 */
uint64_t cfgw_status_epoch(const cfgw_status *status);

/** Since when the state lasts: microseconds of CLOCK_REALTIME, 0 if not known. Since: 0.1 */
uint64_t cfgw_status_since_usec(const cfgw_status *status);

/** The line that is wrong, from 1; 0 if no line is to blame. Since: 0.1 */
uint32_t cfgw_status_line(const cfgw_status *status);

/**
 * Why the file cannot be used; or, while the state is VALID, why the daemon that lives is not
 * followed, such as "the daemon does not watch it". NULL if nothing is wrong. Since: 0.1
 */
const char *cfgw_status_reason(const cfgw_status *status);

/** The name of @state in lower case, such as "invalid"; "unknown" for a bad number. Since: 0.1 */
const char *cfgw_state_name(cfgw_state state);

/** The name of @freshness, such as "last-good"; "none" for a bad number. Since: 0.1 */
const char *cfgw_freshness_name(cfgw_freshness freshness);

/* ------------------------------------------------------------------ config */

/** Takes a reference, so that @config outlives its reader's next call. Returns @config. Since: 0.1
 */
const cfgw_config *cfgw_config_ref(const cfgw_config *config);

/** Drops a reference. Accepts NULL. Returns NULL. Since: 0.1 */
const cfgw_config *cfgw_config_unref(const cfgw_config *config);

/** What cfgw_config_load() and cfgw_config_parse() take and refuse, or-ed together. Since: 0.1 */
typedef enum cfgw_load_flags {
        CFGW_LOAD_TOLERANT = 0, /* unknown section types and keys are kept, with a warning */
        CFGW_LOAD_STRICT = 1,   /* they are errors, as they are for Proxmox Backup itself */
        CFGW_LOAD_INI = 2       /* it is written as INI, and not as section-config */
} cfgw_load_flags;

/**
 * Reads and checks the file at @path, without a daemon: generation 0.
 *
 * @domain chooses the schema ("datastore"); NULL means "datastore". What was found wrong is
 * told in @ret_report, which may be NULL and is written on failure as well: it is the one
 * exception to the rule above, and it is set to NULL where no report could be made.
 * -EBADMSG: the content is refused, see the report. -EFBIG: larger than 128 MiB.
 * -EINVAL as everywhere, and for what is not a regular file. -EAGAIN: it changed each time
 * that it was read. Else the error of open(2) or read(2). Since: 0.1
 */
int cfgw_config_load(const char *path, const char *domain, unsigned int flags,
                     const cfgw_config **ret, cfgw_report **ret_report);

/**
 * The same with @size bytes of @data, which may be any (no NUL byte behind them is needed) and
 * are not used afterwards. cfgw_config_path() of it is "-", and it has a digest as a file of
 * these bytes has. -EBADMSG: the content is refused, see the report. -EFBIG: larger than 128 MiB.
 * Since: 0.1
 */
int cfgw_config_parse(const char *data, size_t size, const char *domain, unsigned int flags,
                      const cfgw_config **ret, cfgw_report **ret_report);

/** Frees @report. Accepts NULL. Returns NULL. Since: 0.1 */
cfgw_report *cfgw_report_free(cfgw_report *report);

/**
 * The number of problems, warnings included: the first 100 of them, there may be more. An error,
 * if any, is the last one, behind all warnings. Since: 0.1
 */
size_t cfgw_report_count(const cfgw_report *report);

/** The line of problem @i, from 1; 0 if no line is to blame or @i is too large. Since: 0.1 */
uint32_t cfgw_report_line(const cfgw_report *report, size_t i);

/** Whether problem @i made the content unusable (1) or is a warning (0). Since: 0.1 */
int cfgw_report_is_error(const cfgw_report *report, size_t i);

/** What is wrong, without file and line; NULL if @i is too large. Since: 0.1 */
const char *cfgw_report_message(const cfgw_report *report, size_t i);

/** The generation of @config; 0 if it was read without a daemon. Since: 0.1 */
uint64_t cfgw_config_generation(const cfgw_config *config);

/** The epoch of its generation; 0 if it has none. Since: 0.1 */
uint64_t cfgw_config_epoch(const cfgw_config *config);

/** SHA-256 of the file's bytes in 64 hexadecimal digits, as sha256sum(1) shows it. Since: 0.1 */
const char *cfgw_config_digest(const cfgw_config *config);

/** The name of the domain. Since: 0.1 */
const char *cfgw_config_domain(const cfgw_config *config);

/** The path of the file that it came from; "-" if it was parsed from memory. Since: 0.1 */
const char *cfgw_config_path(const cfgw_config *config);

/** How that file is written. Since: 0.1 */
cfgw_format cfgw_config_format(const cfgw_config *config);

/** The number of sections. Since: 0.1 */
size_t cfgw_config_section_count(const cfgw_config *config);

/** Section @i in file order, from 0; NULL if @i is too large. Since: 0.1 */
const cfgw_section *cfgw_config_section_at(const cfgw_config *config, size_t i);

/**
 * The section with the id @name, or NULL. A hash lookup, some tens of nanoseconds whatever
 * the number of sections. Sections of types that the schema does not know, which are kept in
 * tolerant mode, are found as well: they may lack what the schema requires of its own types.
 * Valid as long as @config. Since: 0.1
 */
const cfgw_section *cfgw_config_section(const cfgw_config *config, const char *name);

/** The id of the section: "ds0001" in "datastore: ds0001". Since: 0.1 */
const char *cfgw_section_name(const cfgw_section *section);

/** The type of the section: "datastore" in "datastore: ds0001". Since: 0.1 */
const char *cfgw_section_type(const cfgw_section *section);

/** The line of its header, from 1. Since: 0.1 */
uint32_t cfgw_section_line(const cfgw_section *section);

/** The value of @key, or NULL if the section does not have it. Since: 0.1 */
const char *cfgw_section_get(const cfgw_section *section, const char *key);

/** The number of properties. Since: 0.1 */
size_t cfgw_section_property_count(const cfgw_section *section);

/** Property @i in file order, from 0; NULL if @i is too large. Since: 0.1 */
const cfgw_property *cfgw_section_property_at(const cfgw_section *section, size_t i);

/** The property @key, or NULL. Since: 0.1 */
const cfgw_property *cfgw_section_property(const cfgw_section *section, const char *key);

/** The key of the property. Since: 0.1 */
const char *cfgw_property_key(const cfgw_property *property);

/** The value of the property: never NULL, perhaps empty. Since: 0.1 */
const char *cfgw_property_value(const cfgw_property *property);

/** The line of the property, from 1. Since: 0.1 */
uint32_t cfgw_property_line(const cfgw_property *property);

/* ------------------------------------------------------------------ typed */

/*
 * Values by what they are, where cfgw_section_get() gives their text.
 *
 * @key is a property, "keep-last", or a member of a property string, "tuning/sync-level". The
 * schema of the section's domain says what each one is, and what stands for a missing one: that
 * is given where Proxmox Backup documents a default. Of a key that no schema knows the text
 * decides. None of these allocates memory.
 *
 * -ENOENT: the section does not have it, and there is no default. -EPROTOTYPE: it is something
 * else than was asked for. Neither is repeated below.
 */

/** A piece of text by pointer and length, without a NUL byte behind it. Since: 0.1 */
typedef struct cfgw_text {
        const char *data;
        size_t size; /* bytes */
} cfgw_text;

/**
 * The text of a property, or its default: whatever it is, but not of a member. Valid as long as
 * @section. Since: 0.1
 */
int cfgw_section_get_string(const cfgw_section *section, const char *key, const char **ret);

/**
 * The text of a property or of a member. It is lent out of the config, valid as long as
 * @section, unless the value is written with escapes: then it is written in clear to @buffer, of
 * @size bytes, and ends with a NUL byte there. @buffer may be NULL if @size is 0.
 *
 * -ENOBUFS: @buffer is too small; the size of the whole property's text is enough. Since: 0.1
 */
int cfgw_section_get_text(const cfgw_section *section, const char *key, char *buffer, size_t size,
                          cfgw_text *ret);

/** A whole number. Since: 0.1 */
int cfgw_section_get_int(const cfgw_section *section, const char *key, int64_t *ret);

/** 1 for `1 on yes true`, 0 for `0 off no false`, in any case. Since: 0.1 */
int cfgw_section_get_bool(const cfgw_section *section, const char *key, int *ret);

/**
 * A number of bytes, such as of "64GiB"; the fraction of one is dropped. UINT64_MAX stands for
 * what does not fit. Since: 0.1
 */
int cfgw_section_get_size(const cfgw_section *section, const char *key, uint64_t *ret_bytes);

/**
 * One of the words that the schema lists, such as "read-only". Valid for ever. -EPROTOTYPE as
 * well if no schema knows @key: nothing lists its words. Since: 0.1
 */
int cfgw_section_get_enum(const cfgw_section *section, const char *key, const char **ret);

/** As cfgw_calendar_next(), for the calendar event that is the value of @key. Since: 0.1 */
int cfgw_section_get_next(const cfgw_section *section, const char *key, uint64_t after_usec,
                          uint64_t *ret_usec);

/**
 * When the calendar event @event is due next: the first time later than @after_usec, both in
 * microseconds of CLOCK_REALTIME; CFGW_FOREVER if there is none until the end of the year 2199.
 *
 * Without "UTC" in the event local time counts, as tzset(3) finds it in each call. A time that
 * is left out where clocks are set forward is left out. What comes twice where they are set back
 * is due once, the first time, as for systemd: only for an @after_usec in the repeated hour are
 * the times of that hour due.
 *
 * -EBADMSG: @event is no calendar event as Proxmox Backup reads it. Since: 0.1
 */
int cfgw_calendar_next(const char *event, uint64_t after_usec, uint64_t *ret_usec);

/* -------------------------------------------------------------------- diff */

/** What happened to a section or to a key. Since: 0.1 */
typedef enum cfgw_change {
        CFGW_CHANGE_ADDED = 1,
        CFGW_CHANGE_REMOVED = 2,
        CFGW_CHANGE_CHANGED = 3
} cfgw_change;

/**
 * Compares two configs by section and key; order and lines do not count. NULL stands for a
 * config without sections.
 *
 * The result is a list in the order of @after, removed sections last. A section that was
 * added or removed is one entry, whose key is NULL. A section that changed is one entry
 * whose key is NULL, followed by one for each key that differs. A section whose type
 * changed is CHANGED with at least the entry of its own, whose values are the types.
 * Keeps references to both. Free with cfgw_diff_free(). Since: 0.1
 */
int cfgw_config_diff(const cfgw_config *before, const cfgw_config *after, cfgw_diff **ret);

/** Frees @diff. Accepts NULL. Returns NULL. Since: 0.1 */
cfgw_diff *cfgw_diff_free(cfgw_diff *diff);

/** The number of entries: 0 means that nothing differs. Since: 0.1 */
size_t cfgw_diff_count(const cfgw_diff *diff);

/** What happened in entry @i; 0, and NULL below, if @i is not below the count. Since: 0.1 */
cfgw_change cfgw_diff_change(const cfgw_diff *diff, size_t i);

/** The section's name. Since: 0.1 */
const char *cfgw_diff_section(const cfgw_diff *diff, size_t i);

/** The key, or NULL for the entry of the section itself. Since: 0.1 */
const char *cfgw_diff_key(const cfgw_diff *diff, size_t i);

/** The value (of a section: its type) before, or NULL if there was none. Since: 0.1 */
const char *cfgw_diff_before(const cfgw_diff *diff, size_t i);

/** The value (of a section: its type) after, or NULL if there is none. Since: 0.1 */
const char *cfgw_diff_after(const cfgw_diff *diff, size_t i);

/* ------------------------------------------------------------------ events */

/**
 * Asks for the events of @domain; NULL means every domain that the daemon has now or later.
 *
 * The shape is sd-journal's: put cfgw_client_get_fd() with cfgw_client_get_events() into
 * any event loop, wake up at cfgw_client_get_timeout() at the latest, then call
 * cfgw_client_process() until it returns 0.
 *
 * The first event of each domain tells what is in force, or that nothing is. Later ones
 * tell each difference from what the last event told: changes that came faster than they
 * were processed are told as one. Events are never lost: a message is only a hint to look,
 * and without any message the library looks at the deadline of get_timeout().
 * Needs no daemon: it is found when it comes. -ECHILD: after fork. Else the error of
 * epoll_create1(2). Since: 0.1
 */
int cfgw_client_subscribe(cfgw_client *client, const char *domain);

/**
 * The file descriptor to poll. It stays the same for the life of the client and belongs to
 * it. -ENOTCONN: nothing was subscribed. -ECHILD: after fork. Since: 0.1
 */
int cfgw_client_get_fd(cfgw_client *client);

/** The events to poll for: POLLIN. -ENOTCONN, -ECHILD as above. Since: 0.1 */
int cfgw_client_get_events(cfgw_client *client);

/**
 * When to call cfgw_client_process() at the latest, whatever the file descriptor says: an
 * absolute time in microseconds of CLOCK_MONOTONIC, CFGW_FOREVER if never. Ask again after
 * each process(). -ENOTCONN, -ECHILD as above. Since: 0.1
 */
int cfgw_client_get_timeout(cfgw_client *client, uint64_t *ret_usec);

/**
 * Takes in what came and gives the next event.
 *
 * Returns 1 and an event, to be freed with cfgw_event_free(); or 0 if there is none (now):
 * then @ret is not written. Never blocks. -ENOTCONN, -ECHILD as above. Since: 0.1
 */
int cfgw_client_process(cfgw_client *client, cfgw_event **ret);

/**
 * Waits until cfgw_client_process() has something to do, for programs without an event
 * loop. Returns 1 if so, 0 after @timeout_usec (relative; CFGW_FOREVER: no limit) or when a
 * signal came. -ENOTCONN, -ECHILD as above. Since: 0.1
 */
int cfgw_client_wait(cfgw_client *client, uint64_t timeout_usec);

/** What an event tells. Since: 0.1 */
typedef enum cfgw_event_kind {
        CFGW_EVENT_CHANGE = 1, /* the content in force is another one */
        CFGW_EVENT_STATE = 2   /* the content is the same; its state, freshness, generation or
                                  epoch is not: a change that was taken back before it was told
                                  leaves a higher generation of the same content */
} cfgw_event_kind;

/** Frees @event. Accepts NULL. Returns NULL. Since: 0.1 */
cfgw_event *cfgw_event_free(cfgw_event *event);

/** What the event tells. Since: 0.1 */
cfgw_event_kind cfgw_event_get_kind(const cfgw_event *event);

/** The name of its domain. Since: 0.1 */
const char *cfgw_event_domain(const cfgw_event *event);

/** What is known of the domain at the event: freshness, state, line, reason. Since: 0.1 */
const cfgw_status *cfgw_event_status(const cfgw_event *event);

/** The config that the last event told; NULL at the first, and if the last had none. Since: 0.1 */
const cfgw_config *cfgw_event_before(const cfgw_event *event);

/** The config in force; NULL if there is none. Since: 0.1 */
const cfgw_config *cfgw_event_after(const cfgw_event *event);

/**
 * Waits until @domain has reached @generation (of the epoch in force), by a futex on the
 * board: needs no subscription and works in forked children and in any thread.
 *
 * Returns 0 when it has, -ETIMEDOUT after @timeout_usec (relative; CFGW_FOREVER: no limit).
 * A daemon that is gone is waited for, but what its board said last counts. A domain that no
 * daemon has (yet) is waited for as well, for ever if it comes to that. Since: 0.1
 */
int cfgw_client_wait_generation(cfgw_client *client, const char *domain, uint64_t generation,
                                uint64_t timeout_usec);

/* ------------------------------------------------------------------ daemon */

/**
 * Has the daemon look at the file of @domain now, and gives the generation in force.
 *
 * A barrier: every edit that was complete before the call is in force for every reader of
 * the host when it returns, unless the file cannot be used; @ret_generation (may be NULL) is then
 * the last good one, and the status says what is wrong. If somebody still has the file open
 * for writing, this waits for him, up to @timeout_usec (relative, CFGW_FOREVER: 30 s); and until
 * it has rested, if the file has lost all that it held.
 *
 * -ENOTCONN: no daemon. -EACCES: not allowed to ask it. -ENOENT: it has no such domain.
 * -ETIMEDOUT: no answer in time. -EPROTO: not a cfgwatch daemon, or one that ended before its
 * answer did. -ENODATA: the domain has no generation, since its file could never be used. -EPERM:
 * everybody could put a socket into the runtime directory. -ENAMETOOLONG: its path is too long for
 * a socket. Else the daemon's own error, such as -EBUSY, or -ENOSPC or -EIO if it cannot store the
 * content; or that of socket(2) and connect(2). Since: 0.1
 */
int cfgw_client_sync(cfgw_client *client, const char *domain, uint64_t timeout_usec,
                     uint64_t *ret_generation);

/**
 * Asks the daemon for its full report, a JSON object as cfgwatch(1) documents it. free()
 * it. Errors as cfgw_client_sync(). Since: 0.1
 */
int cfgw_client_query_daemon(cfgw_client *client, uint64_t timeout_usec, char **ret_json);

/**
 * Asks the daemon what it accepted of @domain and still keeps: the newest @count generations, at
 * most 1001, as a JSON object that cfgwatch(1) documents, the newest first. free() it.
 * Errors as cfgw_client_sync(). Since: 0.1
 */
int cfgw_client_query_history(cfgw_client *client, const char *domain, size_t count,
                              uint64_t timeout_usec, char **ret_json);

/**
 * Asks the daemon for what it accepted as @generation: its bytes, read from the daemon's own
 * copy and compared with the digest that was noted then, and the config that they hold. Allowed
 * for root, for the daemon's user, and for who could read the file then and may read what is in
 * force now.
 *
 * @ret may be NULL, or @ret_data and @ret_size both. free() @ret_data; one NUL byte follows it.
 *
 * -ENOENT: there is no such domain, or that generation is not kept (any more). -EACCES: not
 * allowed. -EBADMSG: the copy is damaged, or cannot be parsed any more. -EPIPE: the daemon ended
 * before all of it had come: it was stopped, could not read on, or needed the place for others who
 * ask. Else as cfgw_client_sync(). Since: 0.1
 */
int cfgw_client_load_generation(cfgw_client *client, const char *domain, uint64_t generation,
                                uint64_t timeout_usec, const cfgw_config **ret, char **ret_data,
                                size_t *ret_size);

/* ----------------------------------------------------------------- writing */

/**
 * Writes @config as section-config, whatever format it came from, as Proxmox Backup writes it:
 * `TYPE: ID`, TAB, key, SPACE, value in byte order of the keys, one blank line between sections,
 * which keep their order. What it parses to is equal to @config.
 *
 * free() @ret, which holds @ret_size bytes and a NUL byte behind. -EINVAL as well: a key or value
 * holds a control character, or cannot be written in this format. Since: 0.1
 */
int cfgw_config_write(const cfgw_config *config, char **ret, size_t *ret_size);

/**
 * One edit of one section. With @value: @key gets it, whether it was there or not. Without: @key
 * is removed. With neither @key nor @value: the section is removed. Since: 0.1
 */
typedef struct cfgw_edit {
        const char *section, *key, *value;
} cfgw_edit;

/**
 * Applies @edit to a text and keeps every byte that it is not about: order, comments, blanks, line
 * ends. @config must have been parsed from these very bytes; its format is the text's.
 *
 * A new key is put behind the last one with a lesser name. Of a section that the text holds twice
 * the last one is edited, since that one counts; removing it removes them all. The result parses to
 * what was asked; whether the schema takes the value is told by cfgw_replace(), with the line.
 * free() @ret, which holds @ret_size bytes and a NUL byte behind.
 *
 * -ENOENT: there is no such section, or no such key to remove. -EINVAL as well: @config is that of
 * another text; the value holds a line break or another control character; or it cannot be written
 * in this format, such as one that begins with a blank; or the section to be removed is there more
 * than 1000 times. Since: 0.1
 */
int cfgw_text_edit(const char *data, size_t size, const cfgw_config *config, const cfgw_edit *edit,
                   char **ret, size_t *ret_size);

/** For cfgw_replacement. Since: 0.1 */
typedef enum cfgw_replace_flags {
        CFGW_REPLACE_TOLERANT = 1 /* unknown section types and keys pass, with a warning */
} cfgw_replace_flags;

/** What is to be written. Fields that are not set are 0. Since: 0.1 */
typedef struct cfgw_replacement {
        const char *data; /* the whole content; may be NULL if @size is 0 */
        size_t size;      /* bytes */

        /*
         * SHA-256 of what the file must hold now, in 64 hexadecimal digits, such as
         * cfgw_config_digest() of what the caller has read; NULL: it may hold anything. A file that
         * is not there counts as empty.
         */
        const char *expected_digest;

        unsigned int flags;    /* cfgw_replace_flags */
        uint64_t timeout_usec; /* for the lock and the daemon together; CFGW_FOREVER: 30 s */
} cfgw_replacement;

/**
 * Replaces the content of the file of @domain, and gives the generation in force afterwards.
 *
 * When it returns 0, every later lookup in any process of the host sees the new content, or what
 * was saved after it; but if no daemon lives (generation 0), readers find it by themselves, as
 * cfgw_client_set_ttl() says, and not before the daemon's silence is noticed. Whatever happens in
 * between, kill -9 and a power failure included, the file is the old one or the new one, whole,
 * with its owner and mode.
 *
 * The file is that of cfgw_client_set_source(), or else that of the config in force; the one
 * behind all symbolic links, which stay. Its owner, mode, access control list and other extended
 * attributes stay; it becomes another inode, so a hard link to it keeps the old content. A
 * file that was not there gets the caller's user, the directory's group, and mode 0640.
 *
 * Two callers exclude each other, and Proxmox Backup, by flock(2) on the file `.NAME.lck` beside
 * it, NAME without its suffix `.cfg`: made if it is missing, never written, never removed.
 * Who saves without that lock is found out until right before the file is renamed into place. With
 * @expected_digest no such save is lost but for that moment.
 *
 * Bytes that the file holds already are not written again, but otherwise everything is done as if.
 *
 * @ret_generation (may be NULL): 0 if no daemon lives that watches @domain. @ret_report: as for
 * cfgw_config_load().
 *
 * The file is as it was: -EBADMSG: the content is refused, see the report. -EFBIG: it is larger
 * than 128 MiB. -ESTALE: the file does not hold what was expected. -ENODATA: it is not known where
 * it is. -EPERM: its owner, group or an attribute cannot be given to the new one. -ETIMEDOUT:
 * somebody else has the lock. -EAGAIN: somebody keeps changing it. -EINVAL also for what is no
 * regular file. Else the error of a system call, such as -EACCES, -EROFS, -ENOSPC; -EBUSY for a
 * file that is a mount point.
 *
 * The file is the new one: -EINPROGRESS: the daemon did not confirm in time, or could not store
 * it yet, or the disk did not confirm; cfgw_client_sync() can be called again. -ECANCELED: the
 * daemon has not accepted it; its status says why, if it is not that it watches another file.
 * Since: 0.1
 */
int cfgw_replace(cfgw_client *client, const char *domain, const cfgw_replacement *replacement,
                 uint64_t *ret_generation, cfgw_report **ret_report);

#ifdef __cplusplus
}
#endif

#endif
