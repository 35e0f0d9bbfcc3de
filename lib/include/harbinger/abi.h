// The fingerprint that an out-of-tree plugin and the server must share.
#pragma once

#include <harbinger/version.h>

#define HARBINGER_STRINGIFY_(x) #x
#define HARBINGER_STRINGIFY(x) HARBINGER_STRINGIFY_(x)

// What changes the layout or meaning of what crosses the border between server and plugin.
#if defined(__SANITIZE_ADDRESS__)
#define HARBINGER_ABI_SANITIZE "+asan"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HARBINGER_ABI_SANITIZE "+asan"
#endif
#endif
#ifndef HARBINGER_ABI_SANITIZE
#define HARBINGER_ABI_SANITIZE ""
#endif

#define HARBINGER_ABI                                                                                           \
  "harbinger " HARBINGER_VERSION " abi " HARBINGER_STRINGIFY(HARBINGER_ABI_VERSION) " c++" HARBINGER_STRINGIFY( \
      __cplusplus) " libstdc++" HARBINGER_STRINGIFY(_GLIBCXX_RELEASE) HARBINGER_ABI_SANITIZE
