// The secrets behind server cookies: given by the operator, or made here and changed now and then.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/random.h>
#include <harbinger/rcu.h>
#include <harbinger/repeater.h>

#include "plugins/cookies/server_cookie.h"

namespace harbinger::cookies {

/// The first signs; all are accepted.
class Secrets {
 public:
  /// Never changed. Not empty.
  explicit Secrets(std::vector<Secret> given);
  /// Random ones. `rotate` makes a new one; the one before is accepted until the next time.
  explicit Secrets(Random& random);

  /// Valid until the reader is next quiescent.
  const std::vector<Secret>& current() const { return *published_.load(); }
  void rotate();

 private:
  Random* random_ = nullptr;
  rcu::Published<std::vector<Secret>> published_;
};

/// The process's own random secrets, rotated this often by a thread. Shared by everybody who asks, also across a reload, so that a client
/// that talks to several server blocks has one cookie for all; while somebody holds them, the first one's interval counts.
std::shared_ptr<Secrets> shared_secrets(Random& random, std::chrono::seconds every);

}  // namespace harbinger::cookies
