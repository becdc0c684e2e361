# SPDX-License-Identifier: MIT
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = packaging/libcfgwatch.pc
EXTRA_DIST += packaging/packages packaging/demo packaging/install-packages
