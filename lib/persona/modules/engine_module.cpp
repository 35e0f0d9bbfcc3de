// harbinger-engine.so: the network, and LibTorch with it.
#include <exception>
#include <string>

#include "base/module_abi.h"
#include "persona/modules/exports.h"

HARBINGER_MODULE_ABI()

// A C name with a C++ type: both sides are of one build.
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wreturn-type-c-linkage"
extern "C" __attribute__((visibility("default"))) harbinger::Result<void> harbinger_make_network(
    std::uint64_t seed, int threads, std::unique_ptr<harbinger::persona::Network>& network) try {
  network = harbinger::persona::make_network(seed, threads);
  return {};
} catch (const std::exception& trouble) {
  return harbinger::fail(harbinger::ErrorCode::internal, std::string("LibTorch makes no network: ") + trouble.what());
}
