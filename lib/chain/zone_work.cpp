#include "chain/zone_work.h"

#include <harbinger/loop.h>

namespace harbinger {

namespace {

// A client that reads slowly gets its next chance after so long.
constexpr Duration kPause = std::chrono::milliseconds(5);

}  // namespace

ZoneWork::ZoneWork(const Incoming& in, Duration time_to_answer, std::shared_ptr<const Chain> serving, std::size_t limit)
    : bytes(in.bytes.begin(), in.bytes.end()), chain(std::move(serving)), limit_(limit) {
  parser.parse({bytes, in.client, in.transport, in.now}, time_to_answer, query);
}

Task<bool> ZoneWork::send(std::span<const std::uint8_t> message) {
  if (message.size() > limit_) co_return false;
  if (sent_) {
    if (query.transport() == Transport::udp) co_return false;
    const bool taken = co_await push_held();
    if (!taken) co_return false;
  }
  sent_ = true;
  held.assign(message.begin(), message.end());
  co_return true;
}

Task<bool> ZoneWork::push_held() {
  if (held.empty()) co_return false;
  if (!later_ && make_later) later_ = (*make_later)();
  auto more = later_->more(held);
  while (more == Later::More::full) {
    co_await Loop::current()->sleep(kPause);
    more = later_->more(held);
  }
  held.clear();
  co_return more == Later::More::taken;
}

}  // namespace harbinger
