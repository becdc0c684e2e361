# SPDX-License-Identifier: MIT
# One cmocka program a module (unit), programs that run the real daemon (system), and what
# compares lists (scripts). All speak TAP, so that each scenario counts by itself.

LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/packaging/aux/tap-driver.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/tap
EXTRA_DIST += tests/tap tests/run
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	CFGWATCH_BUILD=$(abs_top_builddir); export CFGWATCH_BUILD; \
	CFGWATCH_SOURCE=$(abs_top_srcdir); export CFGWATCH_SOURCE;

TEST_WATCHER = libtesting.la libwatcher.la libserving.la libformat.la libwire.la libbase.la $(CMOCKA_LIBS)
TEST_FORMAT = libtesting.la libformat.la libbase.la $(CMOCKA_LIBS)
TEST_SERVING = libtesting.la libserving.la libwire.la libbase.la $(CMOCKA_LIBS)
TEST_WIRE = libtesting.la libwire.la libbase.la $(CMOCKA_LIBS)
TEST_BASE = libtesting.la libbase.la $(CMOCKA_LIBS)
# The real shared library, and a board writer to play the daemon with.
TEST_LIBRARY = libtesting.la libcfgwatch.la libserving.la libformat.la libwire.la libbase.la \
	$(CMOCKA_LIBS)

check_LTLIBRARIES += libtesting.la
libtesting_la_SOURCES = tests/testing.c tests/testing.h

# unit: base
check_PROGRAMS += tests/unit/test-util tests/unit/test-digest tests/unit/test-settle \
	tests/unit/test-settle-rows tests/unit/test-settle-walk
tests_unit_test_util_LDADD = $(TEST_BASE)
tests_unit_test_util_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=secure_getenv
tests_unit_test_digest_LDADD = $(TEST_BASE)
tests_unit_test_settle_SOURCES = tests/unit/test-settle.c tests/unit/settling.h
tests_unit_test_settle_LDADD = $(TEST_BASE)
tests_unit_test_settle_rows_SOURCES = tests/unit/test-settle-rows.c tests/unit/settling.h
tests_unit_test_settle_rows_LDADD = $(TEST_BASE)
tests_unit_test_settle_walk_LDADD = $(TEST_BASE)

# unit: wire
check_PROGRAMS += tests/unit/test-event tests/unit/test-board
tests_unit_test_event_LDADD = $(TEST_WIRE)
tests_unit_test_board_LDADD = $(TEST_SERVING)

# unit: format
check_PROGRAMS += tests/unit/test-samples tests/unit/test-snapshot-builder \
	tests/unit/test-snapshot tests/unit/test-section-config tests/unit/test-schema \
	tests/unit/test-source tests/unit/test-report tests/unit/test-config tests/unit/test-diff \
	tests/unit/test-out-of-memory
tests_unit_test_report_LDADD = $(TEST_BASE)
# What these call is not exported by the shared library. The flags make objects of their own.
tests_unit_test_config_SOURCES = tests/unit/test-config.c client/config.c client/load.c
tests_unit_test_config_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_config_LDADD = $(TEST_FORMAT)
tests_unit_test_diff_SOURCES = tests/unit/test-diff.c client/config.c client/diff.c
tests_unit_test_diff_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_diff_LDADD = $(TEST_FORMAT)
tests_unit_test_out_of_memory_SOURCES = tests/unit/test-out-of-memory.c \
	client/config.c client/load.c client/diff.c client/reparse.c client/edit.c \
	client/section_config_write.c
tests_unit_test_out_of_memory_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_out_of_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray
tests_unit_test_out_of_memory_LDADD = $(TEST_FORMAT)
tests_unit_test_schema_SOURCES = tests/unit/test-schema.c tests/unit/verdicts.h
tests_unit_test_schema_LDADD = $(TEST_FORMAT)
check_PROGRAMS += tests/unit/test-schema-user
tests_unit_test_schema_user_SOURCES = tests/unit/test-schema-user.c tests/unit/verdicts.h
tests_unit_test_schema_user_LDADD = $(TEST_FORMAT)
tests_unit_test_source_LDADD = $(TEST_FORMAT)
tests_unit_test_source_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read
tests_unit_test_snapshot_LDADD = $(TEST_FORMAT)
tests_unit_test_section_config_LDADD = $(TEST_FORMAT)
tests_unit_test_samples_LDADD = $(TEST_FORMAT)
tests_unit_test_snapshot_builder_LDADD = $(TEST_FORMAT)
EXTRA_DIST += tests/parse.h
EXTRA_DIST += \
	tests/data/accepted/cmd-07-r2-cache-homelab.cfg \
	tests/data/accepted/cmd-11-appdata-quoted-comment.cfg \
	tests/data/accepted/cmd-12-rclone-atime-check-off.cfg \
	tests/data/accepted/gen-14-seed-1000-stores.cfg \
	tests/data/accepted/real-01-pbs-backups-minimal.cfg \
	tests/data/accepted/real-02-bw-backup-empty-comment.cfg \
	tests/data/accepted/real-03-backup-legacy-keep-prune.cfg \
	tests/data/accepted/real-04-truenas-sync-appended.cfg \
	tests/data/accepted/real-06a-docs-s3-ceph-rgw.cfg \
	tests/data/accepted/real-06b-docs-s3-aws.cfg \
	tests/data/accepted/real-06c-docs-s3-cloudflare-r2.cfg \
	tests/data/accepted/synth-01-removable.cfg \
	tests/data/accepted/synth-05-all-properties.cfg \
	tests/data/accepted/synth-06-duplicate-id-last-wins.cfg \
	tests/data/accepted/synth-08-no-final-newline.cfg \
	tests/data/accepted/synth-12-maintenance-as-pbs-writes-it.cfg \
	tests/data/accepted/tmpl-05-usb-temp-appended-by-script.cfg \
	tests/data/accepted/tmpl-08-restored-declared-only.cfg \
	tests/data/refused/bad-01-hash-comment-top.cfg \
	tests/data/refused/bad-02-hash-comment-indented.cfg \
	tests/data/refused/bad-03-no-blank-between-sections.cfg \
	tests/data/refused/bad-04-empty-comment-trailing-space-stripped.cfg \
	tests/data/refused/bad-05-bom.cfg \
	tests/data/refused/bad-06-unknown-property.cfg \
	tests/data/refused/bad-07-duplicate-property.cfg \
	tests/data/refused/bad-08-missing-path.cfg \
	tests/data/refused/bad-09-id-too-short.cfg \
	tests/data/refused/bad-13-keep-zero.cfg \
	tests/data/refused/bad-15-comment-too-long.cfg \
	tests/data/refused/bad-20-maintenance-unclosed-quote.cfg \
	tests/data/refused/bad-23-truncated-mid-write.cfg

# unit: values
check_PROGRAMS += tests/unit/test-byte-size tests/unit/test-property-string \
	tests/unit/test-calendar-event tests/unit/test-calendar-next tests/unit/test-typed
tests_unit_test_typed_SOURCES = tests/unit/test-typed.c client/config.c client/typed.c
tests_unit_test_typed_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_typed_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray
tests_unit_test_typed_LDADD = $(TEST_FORMAT)
tests_unit_test_byte_size_LDADD = $(TEST_FORMAT)
tests_unit_test_property_string_LDADD = $(TEST_FORMAT)
tests_unit_test_calendar_event_LDADD = $(TEST_FORMAT)
tests_unit_test_calendar_next_LDADD = $(TEST_FORMAT)

# unit: watcher
check_PROGRAMS += tests/unit/test-access tests/unit/test-files tests/unit/test-history \
	tests/unit/test-watch tests/unit/test-inifile tests/unit/test-options tests/unit/test-domain \
	tests/unit/test-log tests/unit/test-store tests/unit/test-daemon-status \
	tests/unit/test-chain tests/unit/test-filesystem
tests_unit_test_filesystem_LDADD = $(TEST_WATCHER)
tests_unit_test_chain_LDADD = $(TEST_WATCHER)
tests_unit_test_log_LDADD = $(TEST_SERVING)
tests_unit_test_store_LDADD = $(TEST_WATCHER)
tests_unit_test_daemon_status_LDADD = $(TEST_WATCHER) $(JANSSON_LIBS)
tests_unit_test_access_LDADD = $(TEST_SERVING)
tests_unit_test_files_LDADD = $(TEST_WATCHER)
tests_unit_test_files_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=readdir
tests_unit_test_history_LDADD = $(TEST_WATCHER)
tests_unit_test_history_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync
tests_unit_test_watch_LDADD = $(TEST_WATCHER)
tests_unit_test_inifile_LDADD = $(TEST_FORMAT)
tests_unit_test_options_LDADD = $(TEST_WATCHER)
check_LTLIBRARIES += liblooking.la
liblooking_la_SOURCES = tests/unit/looking.c tests/unit/looking.h
tests_unit_test_domain_LDADD = liblooking.la $(TEST_WATCHER)
tests_unit_test_domain_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=source_read

# unit: notify
check_PROGRAMS += tests/unit/test-notify
tests_unit_test_notify_LDADD = $(TEST_WATCHER)

# unit: serving
check_PROGRAMS += tests/unit/test-coalesce tests/unit/test-control tests/unit/test-publisher \
	tests/unit/test-publisher-socket
tests_unit_test_coalesce_LDADD = $(TEST_SERVING)
check_LTLIBRARIES += libpublishing.la
libpublishing_la_SOURCES = tests/unit/publishing.c tests/unit/publishing.h
libpublishing_la_LIBADD = $(NANOMSG_LIBS)
tests_unit_test_publisher_LDADD = libpublishing.la $(TEST_SERVING)
tests_unit_test_publisher_socket_LDADD = libpublishing.la $(TEST_SERVING)
EXTRA_tests_unit_test_publisher_DEPENDENCIES = cfgwatch-publisher
EXTRA_tests_unit_test_publisher_socket_DEPENDENCIES = cfgwatch-publisher
check_PROGRAMS += tests/unit/test-control-crowd
check_LTLIBRARIES += libcontrolling.la
libcontrolling_la_SOURCES = tests/unit/controlling.c tests/unit/controlling.h
tests_unit_test_control_LDADD = libcontrolling.la $(TEST_SERVING)
tests_unit_test_control_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getsockopt
tests_unit_test_control_crowd_LDADD = libcontrolling.la $(TEST_SERVING)
tests_unit_test_control_crowd_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getsockopt

# fuzz: each target as a test that replays its corpus, and by libFuzzer (needs clang):
#   ./configure CC=clang --enable-fuzzers && make fuzzers && tests/fuzz/fuzz-snapshot CORPUS
check_PROGRAMS += tests/fuzz/replay-section-config tests/fuzz/replay-snapshot \
	tests/fuzz/replay-values tests/fuzz/replay-calendar tests/fuzz/replay-event
tests_fuzz_replay_section_config_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-section-config.c \
	tests/fuzz/fuzz.h tests/fuzz/lines.h
tests_fuzz_replay_section_config_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"corpus-section-config"'
tests_fuzz_replay_section_config_LDADD = libformat.la libbase.la
tests_fuzz_replay_snapshot_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-snapshot.c \
	tests/fuzz/fuzz.h
tests_fuzz_replay_snapshot_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"corpus-snapshot"'
tests_fuzz_replay_snapshot_LDADD = libformat.la libbase.la
tests_fuzz_replay_values_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-values.c tests/fuzz/fuzz.h
tests_fuzz_replay_values_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"corpus-values"'
tests_fuzz_replay_values_LDADD = libformat.la libbase.la
tests_fuzz_replay_calendar_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-calendar.c \
	tests/fuzz/fuzz.h
tests_fuzz_replay_calendar_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"corpus-calendar"'
tests_fuzz_replay_calendar_LDADD = libformat.la libbase.la
tests_fuzz_replay_event_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-event.c tests/fuzz/fuzz.h
tests_fuzz_replay_event_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"corpus-event"'
tests_fuzz_replay_event_LDADD = libwire.la libbase.la
EXTRA_DIST += \
	tests/fuzz/corpus-calendar/first-second \
	tests/fuzz/corpus-calendar/half-an-hour \
	tests/fuzz/corpus-calendar/last-second \
	tests/fuzz/corpus-calendar/leap \
	tests/fuzz/corpus-calendar/list \
	tests/fuzz/corpus-calendar/minute \
	tests/fuzz/corpus-calendar/name \
	tests/fuzz/corpus-calendar/nepal \
	tests/fuzz/corpus-calendar/never \
	tests/fuzz/corpus-calendar/new-york \
	tests/fuzz/corpus-calendar/no-hour \
	tests/fuzz/corpus-calendar/not-utf8 \
	tests/fuzz/corpus-calendar/repeated-again \
	tests/fuzz/corpus-calendar/repeated-hour \
	tests/fuzz/corpus-calendar/short \
	tests/fuzz/corpus-calendar/skipped-hour \
	tests/fuzz/corpus-calendar/spaces \
	tests/fuzz/corpus-calendar/star-zero \
	tests/fuzz/corpus-calendar/utc-said \
	tests/fuzz/corpus-calendar/weekday-and-date \
	tests/fuzz/corpus-calendar/weekend \
	tests/fuzz/corpus-calendar/years \
	tests/fuzz/corpus-event/bad-escape \
	tests/fuzz/corpus-event/bad-name \
	tests/fuzz/corpus-event/change \
	tests/fuzz/corpus-event/control \
	tests/fuzz/corpus-event/empty \
	tests/fuzz/corpus-event/escapes \
	tests/fuzz/corpus-event/farewell \
	tests/fuzz/corpus-event/full \
	tests/fuzz/corpus-event/heartbeat \
	tests/fuzz/corpus-event/line-too-large \
	tests/fuzz/corpus-event/long-name \
	tests/fuzz/corpus-event/longest \
	tests/fuzz/corpus-event/no-digest \
	tests/fuzz/corpus-event/no-end \
	tests/fuzz/corpus-event/open-quote \
	tests/fuzz/corpus-event/other-order \
	tests/fuzz/corpus-event/short-digest \
	tests/fuzz/corpus-event/state \
	tests/fuzz/corpus-event/twice \
	tests/fuzz/corpus-event/two-lines \
	tests/fuzz/corpus-event/unknown-key \
	tests/fuzz/corpus-section-config/bad-05-bom.cfg \
	tests/fuzz/corpus-section-config/bad-06-unknown-property.cfg \
	tests/fuzz/corpus-section-config/bad-08-missing-path.cfg \
	tests/fuzz/corpus-section-config/cr-at-end.cfg \
	tests/fuzz/corpus-section-config/crlf.cfg \
	tests/fuzz/corpus-section-config/empty.cfg \
	tests/fuzz/corpus-section-config/nul.cfg \
	tests/fuzz/corpus-section-config/real-02-bw-backup-empty-comment.cfg \
	tests/fuzz/corpus-section-config/surrogate.cfg \
	tests/fuzz/corpus-section-config/synth-01-removable.cfg \
	tests/fuzz/corpus-section-config/synth-05-all-properties.cfg \
	tests/fuzz/corpus-section-config/synth-06-duplicate-id-last-wins.cfg \
	tests/fuzz/corpus-section-config/synth-08-no-final-newline.cfg \
	tests/fuzz/corpus-section-config/tmpl-05-usb-temp-appended-by-script.cfg \
	tests/fuzz/corpus-section-config/unicode-blanks.cfg \
	tests/fuzz/corpus-section-config/unknown-twice.cfg \
	tests/fuzz/corpus-snapshot/counts \
	tests/fuzz/corpus-snapshot/cut-all \
	tests/fuzz/corpus-snapshot/cut-one \
	tests/fuzz/corpus-snapshot/magic \
	tests/fuzz/corpus-snapshot/names \
	tests/fuzz/corpus-snapshot/offsets \
	tests/fuzz/corpus-snapshot/properties \
	tests/fuzz/corpus-snapshot/section-count \
	tests/fuzz/corpus-snapshot/self \
	tests/fuzz/corpus-snapshot/size \
	tests/fuzz/corpus-snapshot/stamps \
	tests/fuzz/corpus-snapshot/version \
	tests/fuzz/corpus-snapshot/whole \
	tests/fuzz/corpus-values/empty \
	tests/fuzz/corpus-values/event-name \
	tests/fuzz/corpus-values/integer \
	tests/fuzz/corpus-values/size-binary \
	tests/fuzz/corpus-values/size-blanks \
	tests/fuzz/corpus-values/size-fraction \
	tests/fuzz/corpus-values/size-huge \
	tests/fuzz/corpus-values/string-backend \
	tests/fuzz/corpus-values/string-commas \
	tests/fuzz/corpus-values/string-escapes \
	tests/fuzz/corpus-values/string-garbage \
	tests/fuzz/corpus-values/string-long-word \
	tests/fuzz/corpus-values/string-open-quote \
	tests/fuzz/corpus-values/string-tuning \
	tests/fuzz/corpus-values/string-unknown \
	tests/fuzz/corpus-values/user \
	tests/fuzz/corpus-values/uuid

if ENABLE_FUZZERS
FUZZERS = tests/fuzz/fuzz-section-config tests/fuzz/fuzz-snapshot tests/fuzz/fuzz-values \
	tests/fuzz/fuzz-calendar tests/fuzz/fuzz-event
FUZZ_CFLAGS = $(AM_CFLAGS) -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
# All that they run is compiled anew, so that the fuzzer sees which way each branch went.
FUZZ_SOURCES = tests/fuzz/fuzz.h tests/parse.h \
	$(libbase_la_SOURCES) $(libformat_la_SOURCES)
EXTRA_PROGRAMS += $(FUZZERS)
tests_fuzz_fuzz_section_config_SOURCES = tests/fuzz/fuzz-section-config.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_section_config_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_section_config_LDADD = $(NETTLE_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_snapshot_SOURCES = tests/fuzz/fuzz-snapshot.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_snapshot_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_snapshot_LDADD = $(NETTLE_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_values_SOURCES = tests/fuzz/fuzz-values.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_values_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_values_LDADD = $(NETTLE_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_calendar_SOURCES = tests/fuzz/fuzz-calendar.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_calendar_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_calendar_LDADD = $(NETTLE_LIBS) $(INIH_LIBS)
tests_fuzz_fuzz_event_SOURCES = tests/fuzz/fuzz-event.c $(libwire_la_SOURCES) $(FUZZ_SOURCES)
tests_fuzz_fuzz_event_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_event_LDADD = $(NETTLE_LIBS) $(INIH_LIBS)
CLEANFILES += $(FUZZERS)
fuzzers: $(FUZZERS)
.PHONY: fuzzers
endif

# system
check_LTLIBRARIES += libharness.la
libharness_la_SOURCES = \
	tests/system/harness.c tests/system/harness.h \
	tests/system/lookout.c tests/system/lookout.h \
	tests/system/process.c tests/system/process.h \
	tests/system/tool.c tests/system/tool.h
TEST_SYSTEM = libharness.la libtesting.la libcfgwatch.la libbase.la $(JANSSON_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/system/test-saves tests/system/test-broken tests/system/test-ttl \
	tests/system/test-restart tests/system/test-publish tests/system/test-lookups \
	tests/system/test-control tests/system/test-users
tests_system_test_saves_LDADD = $(TEST_SYSTEM)
tests_system_test_broken_LDADD = $(TEST_SYSTEM)
tests_system_test_ttl_LDADD = $(TEST_SYSTEM)
tests_system_test_restart_LDADD = $(TEST_SYSTEM)
tests_system_test_publish_LDADD = $(TEST_SYSTEM) $(NANOMSG_LIBS)
tests_system_test_lookups_LDADD = $(TEST_SYSTEM)
tests_system_test_control_LDADD = $(TEST_SYSTEM)
tests_system_test_users_LDADD = $(TEST_SYSTEM)

# system: cli
check_PROGRAMS += tests/system/test-status
tests_system_test_status_LDADD = $(TEST_SYSTEM)
EXTRA_tests_system_test_status_DEPENDENCIES = cfgwatch cfgwatchd cfgwatch-publisher

check_PROGRAMS += tests/system/test-cli
tests_system_test_cli_LDADD = $(TEST_SYSTEM)
EXTRA_tests_system_test_cli_DEPENDENCIES = cfgwatch cfgwatchd cfgwatch-publisher \
	client/examples/lookup client/examples/follow

# bench: run by tests/bench/run
EXTRA_PROGRAMS += tests/bench/bench tests/bench/parse
tests_bench_bench_LDADD = $(TEST_SYSTEM) libformat.la libwire.la libbase.la $(XXHASH_LIBS)
tests_bench_parse_LDADD = libtesting.la libcfgwatch.la libformat.la libbase.la $(INIH_LIBS) \
	$(CMOCKA_LIBS)
CLEANFILES += tests/bench/bench tests/bench/parse
EXTRA_DIST += tests/bench/run

# scripts
dist_check_SCRIPTS += tests/scripts/symbols tests/scripts/headers tests/scripts/includes \
	tests/scripts/style tests/scripts/install
EXTRA_DIST += tests/scripts/tap.sh

# unit: library
check_LTLIBRARIES += libfaking.la
libfaking_la_SOURCES = tests/fake_daemon.c tests/fake_daemon.h tests/instrumented.h \
	tests/fake_publisher.c tests/fake_publisher.h
TEST_CLIENT = libfaking.la $(TEST_LIBRARY)
check_LTLIBRARIES += libfollowing.la
libfollowing_la_SOURCES = tests/unit/following.c tests/unit/following.h
check_PROGRAMS += tests/unit/test-lock tests/unit/test-status tests/unit/test-reader \
	tests/unit/test-own tests/unit/test-client tests/unit/test-reader-threads \
	tests/unit/test-events tests/unit/test-events-alone tests/unit/test-remote
# What these call is not exported by the shared library. The flags make objects of their own.
tests_unit_test_lock_SOURCES = tests/unit/test-lock.c client/lock.c
tests_unit_test_lock_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_lock_LDADD = $(TEST_BASE)
tests_unit_test_status_SOURCES = tests/unit/test-status.c client/status.c
tests_unit_test_status_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_status_LDADD = $(TEST_WIRE)
tests_unit_test_reader_LDADD = $(TEST_CLIENT)
tests_unit_test_own_LDADD = $(TEST_CLIENT)
tests_unit_test_client_LDADD = $(TEST_CLIENT)
tests_unit_test_reader_threads_LDADD = $(TEST_CLIENT)
tests_unit_test_events_LDADD = libfollowing.la $(TEST_CLIENT)
tests_unit_test_events_alone_LDADD = libfollowing.la $(TEST_CLIENT)
tests_unit_test_remote_LDADD = $(TEST_CLIENT)

# system: what a file may go through
check_PROGRAMS += tests/system/test-storm tests/system/test-limits tests/system/test-many
tests_system_test_limits_LDADD = $(TEST_SYSTEM)
tests_system_test_many_LDADD = $(TEST_SYSTEM)
tests_system_test_storm_LDADD = $(TEST_SYSTEM)

# saves: a program a group of ways
check_LTLIBRARIES += libsaves.la
libsaves_la_SOURCES = tests/saves/table.c tests/saves/table.h tests/saves/way.c tests/saves/way.h
SAVES_TESTS = tests/saves/test-editors tests/saves/test-tools tests/saves/test-writes \
	tests/saves/test-places tests/saves/test-mounts tests/saves/test-unchanged
check_PROGRAMS += $(SAVES_TESTS)
TEST_SAVES = libsaves.la $(TEST_SYSTEM)
tests_saves_test_editors_LDADD = $(TEST_SAVES)
EXTRA_tests_saves_test_editors_DEPENDENCIES = tests/saves/syscalls
tests_saves_test_tools_LDADD = $(TEST_SAVES)
EXTRA_tests_saves_test_tools_DEPENDENCIES = tests/saves/syscalls
tests_saves_test_writes_LDADD = $(TEST_SAVES)
EXTRA_tests_saves_test_writes_DEPENDENCIES = tests/saves/syscalls
tests_saves_test_places_LDADD = $(TEST_SAVES)
EXTRA_tests_saves_test_places_DEPENDENCIES = tests/saves/syscalls
tests_saves_test_mounts_LDADD = $(TEST_SAVES)
EXTRA_tests_saves_test_mounts_DEPENDENCIES = tests/saves/syscalls
tests_saves_test_unchanged_LDADD = $(TEST_SAVES)
EXTRA_tests_saves_test_unchanged_DEPENDENCIES = tests/saves/syscalls
# What the ways run; it is no test.
EXTRA_PROGRAMS += tests/saves/syscalls
tests_saves_syscalls_LDADD = libbase.la
CLEANFILES += tests/saves/syscalls
EXTRA_DIST += tests/saves/run-way tests/saves/ways tests/saves/manual

# unit: events
check_PROGRAMS += tests/unit/test-subscriber
# What this calls is not exported by the shared library. The flags make objects of their own.
tests_unit_test_subscriber_SOURCES = tests/unit/test-subscriber.c client/subscriber.c
tests_unit_test_subscriber_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_subscriber_LDADD = libfaking.la $(TEST_SERVING) $(NANOMSG_LIBS)

# unit: documents
check_PROGRAMS += tests/unit/test-document tests/unit/test-ini-config
tests_unit_test_ini_config_LDADD = $(TEST_FORMAT)
tests_unit_test_document_LDADD = $(TEST_FORMAT)
check_PROGRAMS += tests/system/test-ini tests/system/test-bounds
tests_system_test_ini_LDADD = $(TEST_SYSTEM)
tests_system_test_bounds_LDADD = $(TEST_SYSTEM)
check_PROGRAMS += tests/fuzz/replay-ini
tests_fuzz_replay_ini_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-ini.c tests/fuzz/fuzz.h \
	tests/fuzz/lines.h
tests_fuzz_replay_ini_CPPFLAGS = $(AM_CPPFLAGS) -DCORPUS='"corpus-ini"'
tests_fuzz_replay_ini_LDADD = libformat.la libbase.la
EXTRA_DIST += \
	tests/fuzz/corpus-ini/behind-bracket \
	tests/fuzz/corpus-ini/blank-semicolon \
	tests/fuzz/corpus-ini/bom \
	tests/fuzz/corpus-ini/continuation \
	tests/fuzz/corpus-ini/crlf \
	tests/fuzz/corpus-ini/empty \
	tests/fuzz/corpus-ini/key-50 \
	tests/fuzz/corpus-ini/key-twice \
	tests/fuzz/corpus-ini/line-198 \
	tests/fuzz/corpus-ini/line-over \
	tests/fuzz/corpus-ini/names-49 \
	tests/fuzz/corpus-ini/no-key \
	tests/fuzz/corpus-ini/no-section \
	tests/fuzz/corpus-ini/no-type \
	tests/fuzz/corpus-ini/nul \
	tests/fuzz/corpus-ini/schema \
	tests/fuzz/corpus-ini/section-50 \
	tests/fuzz/corpus-ini/semicolon-kept \
	tests/fuzz/corpus-ini/surrogate \
	tests/fuzz/corpus-ini/twice \
	tests/fuzz/corpus-ini/vertical-tab \
	tests/fuzz/corpus-ini/whole
if ENABLE_FUZZERS
FUZZERS += tests/fuzz/fuzz-ini
tests_fuzz_fuzz_ini_SOURCES = tests/fuzz/fuzz-ini.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_ini_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_ini_LDADD = $(NETTLE_LIBS) $(INIH_LIBS)
endif

# guards
check_PROGRAMS += tests/unit/test-durability tests/unit/test-guards tests/system/test-guards tests/system/test-full
tests_system_test_full_LDADD = $(TEST_SYSTEM)
tests_unit_test_durability_LDADD = $(TEST_WATCHER)
check_PROGRAMS += tests/unit/test-disk tests/unit/test-epoch tests/system/test-disk
tests_unit_test_epoch_LDADD = $(TEST_WATCHER)
tests_system_test_disk_LDADD = $(TEST_SYSTEM)
tests_unit_test_disk_LDADD = $(TEST_WATCHER)
tests_unit_test_disk_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync
tests_unit_test_durability_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync,--wrap=syncfs
tests_unit_test_guards_LDADD = liblooking.la $(TEST_WATCHER)
tests_system_test_guards_LDADD = $(TEST_SYSTEM)

# writing
check_PROGRAMS += tests/unit/test-config-write tests/unit/test-edit tests/unit/test-replace \
	tests/unit/test-replace-file
check_LTLIBRARIES += libreplacing.la
libreplacing_la_SOURCES = tests/unit/replacing.c tests/unit/replacing.h
tests_unit_test_config_write_LDADD = $(TEST_LIBRARY)
tests_unit_test_edit_LDADD = $(TEST_LIBRARY)
tests_unit_test_replace_LDADD = libreplacing.la $(TEST_LIBRARY)
tests_unit_test_replace_file_LDADD = libreplacing.la $(TEST_LIBRARY)

# unit: what was
check_PROGRAMS += tests/unit/test-request tests/unit/test-peer tests/unit/test-history-entry \
	tests/unit/test-past tests/unit/test-reply
tests_unit_test_reply_LDADD = $(TEST_SERVING)
tests_unit_test_request_LDADD = $(TEST_SERVING)
tests_unit_test_peer_LDADD = $(TEST_SERVING)
tests_unit_test_history_entry_LDADD = $(TEST_WATCHER)
tests_unit_test_past_LDADD = $(TEST_LIBRARY)
check_PROGRAMS += tests/system/test-past tests/system/test-history
tests_system_test_past_LDADD = $(TEST_SYSTEM)
tests_system_test_history_LDADD = $(TEST_SYSTEM)
EXTRA_tests_system_test_history_DEPENDENCIES = cfgwatch cfgwatchd cfgwatch-publisher

# system: commands of the tool
check_PROGRAMS += tests/system/test-check tests/system/test-edit \
	tests/system/test-edit-terminal tests/system/test-set tests/system/test-rollback
check_LTLIBRARIES += libediting.la
libediting_la_SOURCES = tests/system/editing.c tests/system/editing.h
tests_system_test_check_LDADD = $(TEST_SYSTEM)
EXTRA_tests_system_test_check_DEPENDENCIES = cfgwatch
tests_system_test_edit_LDADD = libediting.la $(TEST_SYSTEM)
EXTRA_tests_system_test_edit_DEPENDENCIES = cfgwatch cfgwatchd cfgwatch-publisher
tests_system_test_edit_terminal_LDADD = libediting.la $(TEST_SYSTEM)
EXTRA_tests_system_test_edit_terminal_DEPENDENCIES = cfgwatch cfgwatchd cfgwatch-publisher
tests_system_test_set_LDADD = libediting.la $(TEST_SYSTEM)
EXTRA_tests_system_test_set_DEPENDENCIES = cfgwatch cfgwatchd cfgwatch-publisher
tests_system_test_rollback_LDADD = libediting.la $(TEST_SYSTEM)
EXTRA_tests_system_test_rollback_DEPENDENCIES = cfgwatch cfgwatchd cfgwatch-publisher

# writing with the real daemon
check_PROGRAMS += tests/system/test-replace tests/unit/test-replace-traced
tests_unit_test_replace_traced_LDADD = libreplacing.la $(TEST_LIBRARY)
tests_system_test_replace_LDADD = $(TEST_SYSTEM)

# many domains on one watch
check_PROGRAMS += tests/unit/test-watch-many
tests_unit_test_watch_many_LDADD = $(TEST_WATCHER)
tests_unit_test_watch_many_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=reallocarray,--wrap=strdup,--wrap=strndup

# who may hear what
check_PROGRAMS += tests/unit/test-announcer
tests_unit_test_announcer_LDADD = $(TEST_WATCHER)

# A program's source is its name with .c, so that a test needs two lines: its name in
# check_PROGRAMS and what it links.
TESTS += $(check_PROGRAMS) $(dist_check_SCRIPTS)
