#include "plugins/cookies/secrets.h"

#include <mutex>

#include "wire/octets.h"

namespace harbinger::cookies {
namespace {

Secret random_secret(Random& random) {
  Secret secret;
  for (std::size_t i = 0; i < secret.size(); i += 4)
    wire::store_u32(&secret[i], static_cast<std::uint32_t>(random.next()));
  return secret;
}

struct Rotating {
  Rotating(Random& random, Duration every) : secrets(random), repeater(every, [this] { secrets.rotate(); }) {}
  Secrets secrets;
  Repeater repeater;  // last, so that it ends first
};

}  // namespace

Secrets::Secrets(std::vector<Secret> given) : published_(new std::vector<Secret>(std::move(given))) {}

Secrets::Secrets(Random& random) : random_(&random), published_(new std::vector<Secret>{random_secret(random)}) {}

void Secrets::rotate() {
  if (!random_) return;
  published_.publish(new std::vector<Secret>{random_secret(*random_), current().front()});
}

std::shared_ptr<Secrets> shared_secrets(Random& random, std::chrono::seconds every) {
  static std::mutex lock;
  static std::weak_ptr<Rotating> shared;
  const std::lock_guard guard(lock);
  auto rotating = shared.lock();
  if (!rotating) shared = rotating = std::make_shared<Rotating>(random, every);
  return {rotating, &rotating->secrets};
}

}  // namespace harbinger::cookies
