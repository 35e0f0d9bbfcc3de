// Found in front of the real header when a test builds the hello plugin for a server of another age.
#pragma once

#define HARBINGER_VERSION "0.0.9"
#define HARBINGER_ABI_VERSION 999
