# SPDX-License-Identifier: MIT
# The daemon as two convenience libraries, so that tests link its modules, and a main.c on
# top: libserving faces the clients, libwatcher faces the files. And the helper process, the
# only program of the daemon's side that loads nanomsg.

noinst_LTLIBRARIES += libserving.la libwatcher.la

libserving_la_SOURCES = \
	watcher/log.c watcher/log.h \
	watcher/descriptors.c watcher/descriptors.h \
	watcher/access.c watcher/access.h \
	watcher/board_writer.c watcher/board_writer.h \
	watcher/coalesce.c watcher/coalesce.h \
	watcher/child.c watcher/child.h \
	watcher/helper.c watcher/helper.h \
	watcher/socket_file.c watcher/socket_file.h \
	watcher/publisher.c watcher/publisher.h \
	watcher/peer.c watcher/peer.h \
	watcher/request.c watcher/request.h \
	watcher/reply.c watcher/reply.h \
	watcher/control.c watcher/control.h
libserving_la_LIBADD = libwire.la libbase.la

libwatcher_la_SOURCES = \
	watcher/files.c watcher/files.h \
	watcher/claim.c watcher/claim.h \
	watcher/setting.c watcher/setting.h \
	watcher/options.c watcher/options.h \
	watcher/filesystem.c watcher/filesystem.h \
	watcher/chain.c watcher/chain.h \
	watcher/watch.c watcher/watch.h \
	watcher/store.c watcher/store.h \
	watcher/epoch.c watcher/epoch.h \
	watcher/history.c watcher/history.h \
	watcher/history_entry.c watcher/history_entry.h \
	watcher/domain.c watcher/domain.h \
	watcher/look.c watcher/look.h \
	watcher/disk.c watcher/disk.h \
	watcher/durability.c watcher/durability.h \
	watcher/announcer.c watcher/announcer.h \
	watcher/notify.c watcher/notify.h \
	watcher/daemon_status.c watcher/daemon_status.h \
	watcher/serving.c watcher/serving.h \
	watcher/daemon.c watcher/daemon.h
libwatcher_la_LIBADD = libserving.la libformat.la libwire.la libbase.la \
	$(JANSSON_LIBS) $(LIBEV_LIBS)

sbin_PROGRAMS += cfgwatchd

cfgwatchd_SOURCES = watcher/main.c
cfgwatchd_CPPFLAGS = $(AM_CPPFLAGS) \
	-DPUBLISHER_PROGRAM='"$(pkglibexecdir)/cfgwatch-publisher"'
cfgwatchd_LDADD = libwatcher.la

pkglibexec_PROGRAMS += cfgwatch-publisher

cfgwatch_publisher_SOURCES = watcher/publisher_main.c
cfgwatch_publisher_LDADD = libserving.la libbase.la $(NANOMSG_LIBS)
