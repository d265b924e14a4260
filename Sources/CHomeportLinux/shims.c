#include "CHomeportLinux.h"
