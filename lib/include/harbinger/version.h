// The version of the library, and of the border that out-of-tree plugins cross.
#pragma once

#define HARBINGER_VERSION "0.1.0"

/// Grows whenever a class or signature that plugins see changes.
#define HARBINGER_ABI_VERSION 4
