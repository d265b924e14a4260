// Declarations that the C library's Swift module lacks. No logic.
#ifndef CHOMEPORTLINUX_H
#define CHOMEPORTLINUX_H

#ifdef __linux__
#include "openat2.h"
#endif

#endif
