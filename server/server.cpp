#include <harbinger/server.h>
