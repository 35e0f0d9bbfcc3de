// Any octets as a request for hints and as hints: what is read can be written, and then reads the same.
#include <harbinger/hints.h>

#include <array>
#include <cstdlib>
#include <vector>

using namespace harbinger;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_request(std::span<const std::uint8_t> data) {
  const auto request = parse_hint_request(data);
  if (!request) return;
  require(request->min_confidence_pct <= 100);
  std::array<std::uint8_t, kHintRequestSize> octets;
  require(write_hint_request(*request, octets) == octets.size());
  require(parse_hint_request(octets).value() == *request);
}

void check_hint(const Hint& hint) {
  require(!hint.resource.empty() && hint.resource.size() <= kMaxHintResource);
  for (const char c : hint.resource) require(c > 0x20 && c < 0x7f);
  require(hint.confidence >= 0 && hint.confidence <= 1);
  require(!to_string(hint).empty());
}

void check_hints(std::span<const std::uint8_t> data, std::string_view asked) {
  struct Read {
    std::string resource;
    Hint hint;
  };
  std::vector<Read> read;
  HintReader reader(data, asked);
  while (const auto hint = reader.next()) {
    check_hint(*hint);
    read.push_back({std::string(hint->resource), *hint});
  }
  std::vector<Hint> hints;
  for (auto& one : read) {
    one.hint.resource = one.resource;
    // The longest ones fit only because of what they share with their reference, which may be another one next time.
    if (one.resource.size() < 200) hints.push_back(one.hint);
  }

  std::vector<std::uint8_t> octets(64 * 1024 + data.size() * 300);
  octets.resize(write_hints(hints, asked, octets));
  HintReader again(octets, asked);
  for (const auto& hint : hints) {
    const auto same = again.next();
    require(same && same->resource == hint.resource && same->range == hint.range);
    require(same->confidence == hint.confidence && same->size_bytes == hint.size_bytes);
  }
  require(!again.next() && again.well_formed());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> octets(data, size);
  check_request(octets);
  check_hints(octets, "www.example.org");
  // The first octet says how long the name is that was asked for.
  if (size > 0 && data[0] < size)
    check_hints(octets.subspan(1u + data[0]), {reinterpret_cast<const char*>(data) + 1, data[0]});
  return 0;
}
