#include "steer/feed_items.h"

#include <cmath>
#include <functional>
#include <map>

#include <nlohmann/json.hpp>

namespace harbinger::steer {

namespace {

using nlohmann::json;

constexpr std::size_t kMostItems = 1000;
constexpr std::size_t kMostWhy = 200;
constexpr double kMostMs = 60'000, kMostLoad = 100;

// Reads a field into an item, or says what would be right.
template <class Item>
using Fields = std::map<std::string, std::function<const char*(const json&, Item&)>, std::less<>>;

const char* read_text(const json& value, std::string& into, std::size_t most) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty() ||
      value.get_ref<const std::string&>().size() > most)
    return "is a text that is neither empty nor long";
  into = value.get<std::string>();
  return nullptr;
}

bool is_number(const json& value, double from, double to) {
  return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= from &&
         value.get<double>() <= to;
}

const Fields<EndpointItem>& endpoint_fields() {
  static const Fields<EndpointItem> fields{
      {"endpoint", [](const json& value, EndpointItem& item) { return read_text(value, item.endpoint, 63); }},
      {"why", [](const json& value, EndpointItem& item) { return read_text(value, item.why, kMostWhy); }},
      {"up",
       [](const json& value, EndpointItem& item) -> const char* {
         if (!value.is_boolean()) return "is true or false";
         item.up = value.get<bool>();
         return nullptr;
       }},
      {"load",
       [](const json& value, EndpointItem& item) -> const char* {
         if (!is_number(value, 0, kMostLoad)) return "is a number from 0, idle, over 1, full, to 100";
         item.load = value.get<double>();
         return nullptr;
       }},
      {"ttl",
       [](const json& value, EndpointItem& item) -> const char* {
         if (!is_number(value, 1, 3600)) return "is a number of seconds from 1 to 3600";
         item.ttl_s = value.get<double>();
         return nullptr;
       }},
  };
  return fields;
}

const Fields<WayItem>& way_fields() {
  static const Fields<WayItem> fields{
      {"endpoint", [](const json& value, WayItem& item) { return read_text(value, item.endpoint, 63); }},
      {"rtt_ms",
       [](const json& value, WayItem& item) -> const char* {
         if (!is_number(value, 0.001, kMostMs)) return "is a number of milliseconds from 0.001 to 60000";
         item.rtt_ms = value.get<double>();
         return nullptr;
       }},
      {"clients",
       [](const json& value, WayItem& item) -> const char* {
         const auto net = IpPrefix::parse(value.is_string() ? value.get<std::string>() : std::string());
         if (!net) return "is an address or a net, as \"192.0.2.0/24\"";
         item.client = net->address;
         return nullptr;
       }},
  };
  return fields;
}

template <class Item>
Result<Item> read_item(const json& value, const Fields<Item>& fields) {
  if (!value.is_object()) return fail(ErrorCode::malformed, "is no object");
  Item item;
  for (const auto& [name, field] : value.items()) {
    const auto known = fields.find(name);
    if (known == fields.end()) return fail(ErrorCode::malformed, "\"" + name.substr(0, 40) + "\" is no field of it");
    if (const char* fault = known->second(field, item)) return fail(ErrorCode::malformed, "\"" + name + "\" " + fault);
  }
  if (item.endpoint.empty()) return fail(ErrorCode::malformed, "\"endpoint\" is missing");
  return item;
}

template <class Item>
Result<std::vector<Item>> read_items(std::string_view body, const Fields<Item>& fields) {
  auto all = json::parse(body, nullptr, false);
  if (all.is_discarded()) return fail(ErrorCode::malformed, "the body is no JSON");
  if (!all.is_array()) all = json::array({std::move(all)});
  if (all.empty() || all.size() > kMostItems)
    return fail(ErrorCode::malformed, "a body has 1 to " + std::to_string(kMostItems) + " items");
  std::vector<Item> items;
  for (const auto& each : all) {
    auto item = read_item(each, fields);
    if (!item)
      return fail(ErrorCode::malformed, "item " + std::to_string(items.size() + 1) + ": " + item.error().message);
    items.push_back(std::move(*item));
  }
  return items;
}

}  // namespace

Result<std::vector<EndpointItem>> read_endpoint_items(std::string_view body) {
  auto items = read_items(body, endpoint_fields());
  if (!items) return items;
  for (std::size_t i = 0; i < items->size(); ++i)
    if (!(*items)[i].up && !(*items)[i].load)
      return fail(ErrorCode::malformed, "item " + std::to_string(i + 1) + ": says neither \"up\" nor \"load\"");
  return items;
}

Result<std::vector<WayItem>> read_way_items(std::string_view body, bool name_clients) {
  auto items = read_items(body, way_fields());
  if (!items) return items;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto wrong = [&](const char* what) {
      return fail(ErrorCode::malformed, "item " + std::to_string(i + 1) + ": " + what);
    };
    if ((*items)[i].rtt_ms == 0) return wrong("\"rtt_ms\" is missing");
    if (name_clients && !(*items)[i].client) return wrong("\"clients\" is missing: whose way it is");
    if (!name_clients && (*items)[i].client) return wrong("\"clients\" is no field of it: a browser tells its own way");
  }
  return items;
}

}  // namespace harbinger::steer
