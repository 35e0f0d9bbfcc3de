// A server that publishes what it owns, as fast as it can, and says what it does: for tests that stop it. URL NAME LEASE_MS RESOURCES
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>

#include <harbinger/access.h>

#include "mirror/redis_share.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace std::chrono_literals;

namespace {

// What is said is never half a line: each is one write.
void say(const char* word, const std::string& resource, std::uint64_t version = 0, std::int64_t since = 0) {
  std::printf("%s %s %llu %lld %lld\n", word, resource.c_str(), static_cast<unsigned long long>(version),
              static_cast<long long>(since), static_cast<long long>(boot_clock().now().ns));
  std::fflush(stdout);
}

bool write(MirrorShare& share, const Publication& what) {
  std::promise<bool> written;
  share.write(what, [&](const Result<void>& done) { written.set_value(done.has_value()); });
  return written.get_future().get();
}

void decide(MirrorShare& share, const std::string& name, const std::string& resource) {
  const auto before = boot_clock().now().ns;
  if (!share.owns(resource_hash(resource), "eu", 0ns)) return;
  say("owns", resource, 0, before);
  Publication what{.resource = resource, .cluster = "eu", .servers = {{.server = name}}, .lease = 5s};
  what.version = share.next_version(resource_hash(resource), "eu");
  say("about", resource, what.version);
  std::this_thread::sleep_for(20ms);  // a mirror is verified, say
  const auto began = boot_clock().now().ns;
  say(write(share, what) ? "kept" : "refused", resource, what.version, began);
}

}  // namespace

int main(int, char** words) {
  const std::string name = words[2];
  const std::chrono::milliseconds lease(std::atoi(words[3]));
  const auto share = make_redis_share({.url = words[1], .name = name, .lease = lease, .patience = lease / 3}, {});
  if (!share) return std::fprintf(stderr, "%s\n", share.error().message.c_str()), 1;
  for (const int resources = std::atoi(words[4]);; std::this_thread::sleep_for(5ms))
    for (int i = 0; i < resources; ++i) decide(**share, name, "r" + std::to_string(i) + ".example.org");
}
