// Declarations that the C library's Swift module lacks. No logic.
#ifndef CHOMEPORTLINUX_H
#define CHOMEPORTLINUX_H

#ifdef __linux__
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <sys/prctl.h>
#include "openat2.h"

static inline int homeport_unshare_network(void) { return unshare(CLONE_NEWNET); }
static inline int homeport_unshare_user_and_network(void) { return unshare(CLONE_NEWUSER | CLONE_NEWNET); }
static inline int homeport_enter_network(int namespace) { return setns(namespace, CLONE_NEWNET); }
// Close-on-exec from their first moment. In shims.c: their headers' types would meet Glibc's module here.
int homeport_pipe(int ends[2]);
int homeport_accept(int listening, int is_blocking);
// In a new network, the loopback is there and down.
int homeport_raise_loopback(void);
static inline int homeport_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
static inline int homeport_rename_process(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
#endif

#endif
