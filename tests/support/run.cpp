#include "tests/support/run.h"
