#include "mirror/references.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace harbinger::mirror {

namespace asio = boost::asio;

// Who is asked for at present, and who was asked for of late, stay.
void References::make_room() {
  if (entries_.size() < most_) return;
  const auto oldest = std::ranges::min_element(
      entries_, {}, [](const auto& each) { return std::pair(each.second->asking != nullptr, each.second->used); });
  entries_.erase(oldest);
}

asio::awaitable<std::optional<References::Reference>> References::get(BodyOrder order, MonotonicTime not_before,
                                                                      std::string& why) {
  const auto key = order.server.to_string() + " " + order.target.key();
  if (!entries_.contains(key)) make_room();
  auto& place = entries_[key];
  if (!place) place = std::make_shared<Entry>();
  const auto entry = place;
  entry->used = clock_.now();
  if (entry->known && entry->known->at >= not_before) co_return entry->known;

  if (const auto asking = entry->asking) {
    boost::system::error_code ended;
    co_await asking->async_wait(asio::redirect_error(asio::use_awaitable, ended));
  } else {
    entry->asking = std::make_shared<asio::steady_timer>(context_, asio::steady_timer::time_point::max());
    const auto at = clock_.now();
    auto facts = co_await check_body(context_, std::move(order), clock_);
    entry->trouble = facts.trouble;
    if (facts.trouble.empty()) entry->known = Reference{std::move(facts), at};
    std::exchange(entry->asking, nullptr)->cancel();
  }
  if (!entry->known) why = "the origin " + entry->trouble;
  co_return entry->known;
}

}  // namespace harbinger::mirror
