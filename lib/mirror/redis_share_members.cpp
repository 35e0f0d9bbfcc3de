#include "mirror/redis_share_members.h"

#include <utility>

#include <harbinger/random.h>

#include "persona/redis_errors.h"

namespace harbinger::mirror {

namespace {

// Was here already, time, epoch, change, members. Nothing for what is no such answer.
std::optional<MemberView> view_in(const redisReply* reply) {
  const auto was = number_at(reply, 0), time = number_at(reply, 1), change = number_at(reply, 3);
  if (!was || !time || !change || word_at(reply, 2).empty()) return std::nullopt;
  MemberView view{.store_ms = *time,
                  .epoch = std::string(word_at(reply, 2)),
                  .change = static_cast<std::uint64_t>(*change),
                  .continued = *was == 1};
  for (std::size_t i = 4; i < reply->elements; ++i) view.members.emplace_back(word_at(reply, i));
  return view;
}

}  // namespace

void RedisShareMembers::advance(MonotonicTime) {
  if (!link_.ready() || under_way_ || left_) return;
  // The lease is reckoned from here, so nothing may have stopped us between this look at the clock and what is sent.
  const MonotonicTime sent = parts_.clock.now();
  if (sent < next_) return;
  under_way_ = true;
  next_ = sent + parts_.memory.members.lease() / 3;
  call(
      link_,
      {{parts_.key("members")},
       {"announce", parts_.self(), std::to_string(parts_.settings.lease.count()),
        std::to_string(system_random().next())}},
      [this, sent](const redisReply* reply) { heard(reply, sent); }, sent);
}

void RedisShareMembers::heard(const redisReply* reply, MonotonicTime sent) {
  under_way_ = false;
  if (!reply) return;  // the link says so
  if (persona::is_error(reply)) return refused({reply->str, reply->len});
  auto view = view_in(reply);
  if (!view) return parts_.trouble("Redis answers in a way that is not understood");
  view->sent = sent;
  view->received = parts_.clock.now();
  const std::lock_guard lock(parts_.memory.lock);
  parts_.memory.state.trouble.clear();
  parts_.memory.members.heard(std::move(*view));
}

void RedisShareMembers::refused(std::string_view error) {
  switch (persona::reaction_to(error)) {
    case persona::Reaction::load:
      link_.load_script(parts_.clock.now());
      return soon();
    case persona::Reaction::search:
      return link_.leave(link_.master() + ' ' + persona::sentence_about(error));
    case persona::Reaction::wait:
    case persona::Reaction::lose:
      parts_.trouble(link_.master() + ' ' + persona::sentence_about(error));
  }
}

void RedisShareMembers::lost() {
  under_way_ = false;
  next_ = MonotonicTime{};
  const std::lock_guard lock(parts_.memory.lock);
  parts_.memory.members.lost();
}

void RedisShareMembers::leave(std::function<void()> told, MonotonicTime now) {
  left_ = true;
  {
    const std::lock_guard lock(parts_.memory.lock);
    parts_.memory.members.leave();
  }
  call(link_, {{parts_.key("members")}, {"leave", parts_.self()}}, [told = std::move(told)](auto) { told(); }, now);
}

}  // namespace harbinger::mirror
