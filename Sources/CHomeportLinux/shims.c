#include "CHomeportLinux.h"

#ifdef __linux__
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int homeport_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int homeport_accept(int listening, int is_blocking) {
    return accept4(listening, 0, 0, SOCK_CLOEXEC | (is_blocking ? 0 : SOCK_NONBLOCK));
}

int homeport_raise_loopback(void) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0) return -1;
    int done = ioctl(any, SIOCSIFFLAGS, &request);
    close(any);
    return done;
}
#endif
