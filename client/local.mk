# SPDX-License-Identifier: MIT
# Three convenience libraries, each knowing only those above it; the daemon and the tests
# stand on them as well. None contains another one: the shared library takes in all objects
# of all three. Then the shared library, the command line tool, the examples.

noinst_LTLIBRARIES += libbase.la libformat.la libwire.la

libbase_la_SOURCES = \
	client/util.c client/util.h \
	client/digest.c client/digest.h \
	client/report.c client/report.h \
	client/settle.c client/settle.h
libbase_la_LIBADD = $(NETTLE_LIBS)

libformat_la_SOURCES = \
	client/hash.h \
	client/string_table.c client/string_table.h \
	client/snapshot.c client/snapshot.h client/snapshot_layout.h \
	client/snapshot_verify.c \
	client/snapshot_builder.c client/snapshot_builder.h \
	client/blank.h \
	client/reason.c client/reason.h \
	client/value.c client/value.h \
	client/byte_size.c client/byte_size.h \
	client/property_string.c client/property_string.h \
	client/calendar_event.c client/calendar_next.c client/calendar_event.h \
	client/schema.c client/schema_tables.c client/schema_check.c client/schema.h \
	client/parse_rules.h \
	client/document.c client/document.h \
	client/section_config.c client/section_config.h \
	client/inifile.c client/inifile.h \
	client/ini_config.c client/ini_config.h \
	client/source.c client/source.h
libformat_la_LIBADD = $(INIH_LIBS)

libwire_la_SOURCES = \
	client/names.c client/names.h \
	client/protocol.h \
	client/trust.c client/trust.h \
	client/board.c client/board.h \
	client/event.c client/event.h

lib_LTLIBRARIES += libcfgwatch.la

libcfgwatch_la_SOURCES = \
	client/config.c client/config.h \
	client/typed.c \
	client/load.c \
	client/diff.c \
	client/lock.c client/lock.h \
	client/status.c client/status.h \
	client/snapshot_file.c client/snapshot_file.h \
	client/picture.c client/picture.h \
	client/follow.c client/follow.h \
	client/own.c client/own.h \
	client/client.c client/client.h \
	client/view.c client/view.h \
	client/reader.c \
	client/wait.c \
	client/subscriber.c client/subscriber.h \
	client/events.c client/events.h \
	client/connection.c client/connection.h \
	client/remote.c \
	client/past.c \
	client/reparse.c client/reparse.h \
	client/section_config_write.c client/section_config_write.h \
	client/edit.c \
	client/place.c client/place.h \
	client/file_lock.c client/file_lock.h \
	client/attributes.c client/attributes.h \
	client/replace.c
libcfgwatch_la_LIBADD = libformat.la libwire.la libbase.la $(NANOMSG_LIBS)
libcfgwatch_la_LDFLAGS = $(AM_LDFLAGS) -version-info $(CFGWATCH_ABI) -no-undefined \
	-Wl,--version-script=$(top_srcdir)/client/libcfgwatch.sym
libcfgwatch_la_DEPENDENCIES = libformat.la libwire.la libbase.la client/libcfgwatch.sym
EXTRA_DIST += client/libcfgwatch.sym

bin_PROGRAMS += cfgwatch

cfgwatch_SOURCES = \
	client/cli/main.c client/cli/cli.h \
	client/cli/output.c \
	client/cli/common.c \
	client/cli/report.c \
	client/cli/changes.c \
	client/cli/cmd_status.c \
	client/cli/cmd_lookup.c \
	client/cli/cmd_watch.c \
	client/cli/cmd_sync.c \
	client/cli/cmd_check.c \
	client/cli/past.c client/cli/past.h \
	client/cli/cmd_history.c \
	client/cli/cmd_diff.c \
	client/cli/edit.h \
	client/cli/text.c \
	client/cli/target.c \
	client/cli/lock.c \
	client/cli/copy.c \
	client/cli/editor.c \
	client/cli/rescue.c \
	client/cli/prompt.c \
	client/cli/cmd_edit.c \
	client/cli/cmd_set.c \
	client/cli/cmd_rollback.c
cfgwatch_CPPFLAGS = -I$(top_srcdir)/include -D_GNU_SOURCE
cfgwatch_LDADD = libcfgwatch.la $(JANSSON_LIBS) $(NETTLE_LIBS)

noinst_PROGRAMS += client/examples/lookup client/examples/follow

client_examples_lookup_CPPFLAGS = -I$(top_srcdir)/include
client_examples_lookup_LDADD = libcfgwatch.la

client_examples_follow_CPPFLAGS = -I$(top_srcdir)/include
client_examples_follow_LDADD = libcfgwatch.la
