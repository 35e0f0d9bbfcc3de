// Any octets are the body of a feed whose items keep their limits, or an error that says what is wrong; any text is a name template that holds for its own kind of
// names, or an error.
#include <cmath>
#include <cstdlib>

#include "steer/feed_items.h"
#include "steer/name_template.h"

using namespace harbinger;
using namespace harbinger::steer;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_feeds(std::string_view text) {
  if (const auto items = read_endpoint_items(text)) {
    for (const auto& item : *items) {
      require(!item.endpoint.empty() && (item.up || item.load));
      require(!item.load || (*item.load >= 0 && *item.load <= 100));
      require(item.ttl_s >= 1 && item.ttl_s <= 3600);
    }
  } else {
    require(!items.error().message.empty());
  }
  for (const bool name_clients : {false, true})
    if (const auto items = read_way_items(text, name_clients))
      for (const auto& item : *items)
        require(item.rtt_ms > 0 && item.rtt_ms <= 60'000 && item.client.has_value() == name_clients);
}

void read_template(std::string_view text) {
  const auto made = NameTemplate::parse(text.substr(0, 300));
  if (!made) return require(!made.error().message.empty());
  NameTemplate::Fields fields;
  made->match(Name(), fields);
  std::string example = made->pattern("app");
  for (auto& c : example)
    if (c == '*') c = 'x';
  if (const auto name = Name::parse(example))
    require(made->match(*name, fields) || example.find('\\') != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_feeds(text);
  read_template(text);
  return 0;
}
