/* SPDX-License-Identifier: MIT */
#ifndef CFGWATCH_TESTS_FUZZ_H
#define CFGWATCH_TESTS_FUZZ_H

/* A fuzz target: called by libFuzzer, or by replay.c with each file of a corpus. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; abort() is what a fuzzer reports. */
#define MUST(condition)                                                                            \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
                        abort();                                                                   \
                }                                                                                  \
        } while (0)

#endif
