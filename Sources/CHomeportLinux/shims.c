#include "CHomeportLinux.h"

#ifdef __linux__
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int homeport_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int homeport_accept(int listening, int is_blocking) {
    return accept4(listening, 0, 0, SOCK_CLOEXEC | (is_blocking ? 0 : SOCK_NONBLOCK));
}
#endif
