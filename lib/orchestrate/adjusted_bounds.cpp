#include "orchestrate/adjusted_bounds.h"

#include <algorithm>

#include "orchestrate/target_words.h"
#include "provision/json_member.h"

namespace harbinger::orchestrate {

namespace {

using provision::Json;

Json written(const Bounds& bounds) { return {{"least", bounds.least}, {"most", bounds.most}}; }

std::optional<Bounds> bounds_in(const Json& from, std::string_view name) {
  const auto least = provision::number_member(from, {name, "least"}),
             most = provision::number_member(from, {name, "most"});
  const auto fits = [](const std::optional<double>& value) { return value && *value >= 0 && *value <= 1e6; };
  if (!fits(least) || !fits(most)) return std::nullopt;
  return Bounds{static_cast<std::uint32_t>(*least), static_cast<std::uint32_t>(*most)};
}

Bounds before_us(const std::optional<AdjustedBounds>& known, Bounds now) {
  return known && known->set == now ? known->was : now;
}

void raise(AdjustedBounds& bounds) {
  std::uint32_t more = 0;
  for (const auto& [id, need] : bounds.orders) more += need.count;
  bounds.set = {.least = bounds.was.least + more, .most = std::max(bounds.was.most, bounds.was.least + more)};
}

}  // namespace

std::optional<AdjustedBounds> AdjustedBounds::read(const std::string& text) {
  const auto json = provision::read_json(text);
  const auto was = bounds_in(json, "was"), set = bounds_in(json, "set");
  const auto* const orders = provision::member(json, {"orders"});
  if (!was || !set || !orders || !orders->is_object()) return std::nullopt;
  AdjustedBounds bounds{.was = *was, .set = *set};
  for (const auto& [id, words] : orders->items()) {
    std::map<std::string, std::string> read;
    for (const auto& [name, value] : words.items())
      if (value.is_string()) read[name] = value.get<std::string>();
    bounds.orders[id] = read_need_words(read);
  }
  return bounds;
}

std::string AdjustedBounds::write() const {
  Json json{{"was", written(was)}, {"set", written(set)}, {"orders", Json::object()}};
  for (const auto& [id, need] : orders) json["orders"][id] = need_words(need);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<AdjustedBounds> with_order(const std::optional<AdjustedBounds>& known, Bounds now, const std::string& id,
                                  const Need& need, std::uint32_t most) {
  AdjustedBounds bounds{.was = before_us(known, now)};
  if (known) bounds.orders = known->orders;
  bounds.orders[id] = need;
  raise(bounds);
  const auto limit = std::max(bounds.was.most, most);
  if (bounds.set.least <= limit) return bounds;
  return fail(ErrorCode::too_large, "it may have " + std::to_string(limit) + " replicas, and " +
                                        std::to_string(bounds.set.least) + " would be needed");
}

AdjustedBounds without_order(const AdjustedBounds& known, Bounds now, const std::string& id) {
  AdjustedBounds bounds{.was = before_us(known, now), .orders = known.orders};
  bounds.orders.erase(id);
  raise(bounds);
  return bounds;
}

}  // namespace harbinger::orchestrate
