# SPDX-License-Identifier: MIT
# One cmocka program a module (unit), programs that run the real daemon (system), and what
# compares lists (scripts). All speak TAP, so that each scenario counts by itself.

TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/packaging/aux/tap-driver.sh
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
check_PROGRAMS += tests/unit/test-util tests/unit/test-digest tests/unit/test-settle
tests_unit_test_util_LDADD = $(TEST_BASE)
tests_unit_test_digest_LDADD = $(TEST_BASE)
tests_unit_test_settle_LDADD = $(TEST_BASE)

# unit: wire
check_PROGRAMS += tests/unit/test-event tests/unit/test-board
tests_unit_test_event_LDADD = $(TEST_WIRE)
tests_unit_test_board_LDADD = $(TEST_SERVING)

# A program's source is its name with .c, so that a test needs two lines: its name in
# check_PROGRAMS and what it links.
TESTS += $(check_PROGRAMS)
