#ifndef HOMEPORT_OPENAT2_H
#define HOMEPORT_OPENAT2_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// openat2(2): Linux 5.6. The structure is the kernel's ABI; older headers lack it.
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

struct homeport_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

enum { HOMEPORT_RESOLVE_NO_MAGICLINKS = 0x02, HOMEPORT_RESOLVE_NO_SYMLINKS = 0x04, HOMEPORT_RESOLVE_BENEATH = 0x08 };
// O_PATH, which the headers hide from modules; the same on every architecture that Swift runs on.
enum { HOMEPORT_O_PATH = 010000000 };

static inline long homeport_openat2(int directory, const char *path, const struct homeport_open_how *how) {
    return syscall(SYS_openat2, directory, path, how, sizeof(*how));
}

#endif
