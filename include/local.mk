# SPDX-License-Identifier: MIT
cfgwatchincludedir = $(includedir)/cfgwatch
cfgwatchinclude_HEADERS = include/cfgwatch/cfgwatch.h
