#include "server/replay/virtual_world.h"

#include <array>

#include <harbinger/message.h>
#include <harbinger/records.h>

namespace harbinger::replay {

Loop::TimerId VirtualLoop::after(Duration delay, std::function<void()> work) {
  const auto at = clock_.now() + delay;
  timers_.emplace(std::pair(at, ++last_), std::move(work));
  due_.emplace(last_, at);
  return last_;
}

bool VirtualLoop::cancel(TimerId timer) {
  const auto due = due_.find(timer);
  if (due == due_.end()) return false;
  timers_.erase({due->second, timer});
  due_.erase(due);
  return true;
}

void VirtualLoop::run() {
  while (!posted_.empty()) {
    const auto work = std::move(posted_.front());
    posted_.pop_front();
    work();
  }
}

void VirtualLoop::advance_to(MonotonicTime end) {
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    auto next = timers_.extract(timers_.begin());
    due_.erase(next.key().second);
    if (next.key().first > clock_.now()) clock_.set(next.key().first);
    next.mapped()();
    run();
  }
  if (end > clock_.now()) clock_.set(end);
}

Task<Result<std::vector<std::uint8_t>>> KnowingUpstream::ask(const SocketAddress&, Over,
                                                             std::span<const std::uint8_t> query, MonotonicTime) {
  const auto asked = Message::parse(query);
  if (!asked || !asked->question) co_return fail(ErrorCode::malformed, "no question");
  ++asked_;
  std::vector<std::uint8_t> out(1232);
  MessageWriter writer(out, {.id = asked->header.id, .qr = true, .rd = asked->header.rd, .ra = true});
  const auto& question = *asked->question;
  writer.add_question(question);
  auto name = question.name.to_string();
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();
  const auto known = ttls_.find(name);
  const std::chrono::seconds ttl{known != ttls_.end() && known->second > 0 ? known->second : kUsualTtl};
  constexpr std::array<std::uint8_t, 4> kSomewhere{192, 0, 2, 1};
  if (question.type == RRType::A)
    writer.add_record(MessageWriter::Section::answer, a(question.name, ttl, IpAddress::v4(kSomewhere)));
  if (asked->edns) writer.add_opt({.udp_size = 1232});
  out.resize(writer.finish().size());
  co_return out;
}

}  // namespace harbinger::replay
