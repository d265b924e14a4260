// Declarations that the C library's Swift module lacks. No logic.
#ifndef CHOMEPORTLINUX_H
#define CHOMEPORTLINUX_H

#ifdef __linux__
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include "openat2.h"

static inline int homeport_unshare_network(void) { return unshare(CLONE_NEWNET); }
#endif

#endif
