# SPDX-License-Identifier: MIT
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = packaging/libcfgwatch.pc
EXTRA_DIST += packaging/packages packaging/demo packaging/install-packages

dist_man_MANS = packaging/cfgwatch.1 packaging/cfgwatchd.8 packaging/cfgwatchd.conf.5 \
	packaging/cfgwatch-saves.7

# Examples for the administrator: nothing is enabled by an installation.
examplesdir = $(docdir)/examples
dist_examples_DATA = packaging/cfgwatchd.conf
examples_DATA = packaging/cfgwatchd.service
EXTRA_DIST += packaging/cfgwatchd.service.in
CLEANFILES += packaging/cfgwatchd.service

packaging/cfgwatchd.service: packaging/cfgwatchd.service.in
	$(AM_V_GEN)$(MKDIR_P) packaging && \
	sed -e 's,[@]sbindir[@],$(sbindir),g' -e 's,[@]sysconfdir[@],$(sysconfdir),g' \
		$(srcdir)/packaging/cfgwatchd.service.in > $@.tmp && mv $@.tmp $@
