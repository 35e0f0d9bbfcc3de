// The fingerprint that every module exports; it is looked at before anything else of the module.
#pragma once

#include <harbinger/abi.h>

namespace harbinger {

using ModuleAbi = const char*();
inline constexpr const char* kModuleAbi = "harbinger_module_abi";

}  // namespace harbinger

/// Once in each module.
#define HARBINGER_MODULE_ABI() \
  extern "C" __attribute__((visibility("default"))) const char* harbinger_module_abi() { return HARBINGER_ABI; }
