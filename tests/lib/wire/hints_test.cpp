#include <harbinger/hints.h>

#include <fstream>
#include <random>
#include <sstream>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

// A hint that owns its text.
struct Kept {
  std::string resource;
  Hint hint;
  explicit Kept(const Hint& other) : resource(other.resource), hint(other) {}
  Hint view() const {
    Hint copy = hint;
    copy.resource = resource;
    return copy;
  }
};

std::vector<Hint> views(const std::vector<Kept>& kept) {
  std::vector<Hint> all;
  for (const auto& one : kept) all.push_back(one.view());
  return all;
}

std::string text_of(const std::vector<Kept>& hints) {
  std::string text;
  for (const auto& one : hints) text += to_string(one.view()) + '\n';
  return text;
}

struct Read {
  std::vector<Kept> hints;
  bool well_formed;
};

Read read(std::span<const std::uint8_t> data, std::string_view asked) {
  Read result{};
  HintReader reader(data, asked);
  while (const auto hint = reader.next()) result.hints.emplace_back(*hint);
  result.well_formed = reader.well_formed();
  return result;
}

Bytes write(const std::vector<Kept>& hints, std::string_view asked, std::size_t room = 4096) {
  Bytes out(room);
  out.resize(write_hints(views(hints), asked, out));
  return out;
}

Kept hint(std::string_view resource, float confidence = 0.5f) {
  return Kept({.resource = resource, .confidence = confidence});
}

// A vector of proto/hints.md.
struct Vector {
  bool reads_only = false, malformed = false, is_request = false;
  std::string asked;
  HintRequest request;
  std::vector<Kept> hints;
  Bytes octets;
};

HintRequest read_request_line(std::istringstream& words) {
  HintRequest request;
  std::string word;
  const auto number = [&] {
    std::uint64_t value = 0;
    words >> value;
    return value;
  };
  while (words >> word) {
    if (word == "max") request.max_hints = static_cast<std::uint8_t>(number());
    if (word == "floor") request.min_confidence_pct = static_cast<std::uint8_t>(number());
    if (word == "bytes") request.max_bytes = number();
    if (word == "save-data") request.save_data = true;
    if (word == "fragments") request.fragments = true;
    if (word == "network") {
      words >> word;
      for (int i = 0; i < 4; ++i)
        if (to_string(static_cast<NetworkClass>(i)) == word) request.network = static_cast<NetworkClass>(i);
    }
  }
  return request;
}

Kept read_hint_line(std::istringstream& words) {
  std::string resource, word;
  words >> resource;
  Kept kept(Hint{.resource = resource});
  std::uint64_t value = 0;
  while (words >> word >> value) {
    if (word == "confidence") kept.hint.confidence = static_cast<float>(value) / 255.0f;
    if (word == "size") kept.hint.size_bytes = value;
    if (word == "time") kept.hint.in_ms = static_cast<std::uint32_t>(value);
    if (word == "range") {
      kept.hint.range.emplace().offset = value;
      words >> kept.hint.range->length;
    }
  }
  return kept;
}

void take_line(const std::string& line, Vector& vector) {
  std::istringstream words(line);
  std::string word;
  words >> word;
  if (word == "reads") vector.reads_only = true;
  if (word == "malformed") vector.malformed = true, words >> word;
  if (word == "asked") words >> vector.asked;
  if (word == "name" || word == "url") vector.hints.push_back(read_hint_line(words));
  if (word == "octets") vector.octets = from_hex(line.substr(6));
  if (word == "request") {
    vector.is_request = true;
    vector.request = read_request_line(words);
  }
}

std::vector<Vector> vectors() {
  std::ifstream page(HARBINGER_SOURCE_DIR "/proto/hints.md");
  std::vector<Vector> all;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```vector";
      if (inside) all.emplace_back();
    } else if (inside) {
      take_line(line, all.back());
    }
  }
  return all;
}

std::string hex(const Bytes& octets) {
  std::string text;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const auto octet : octets) text += {kDigits[octet >> 4], kDigits[octet & 15]};
  return text;
}

void check(const Vector& vector) {
  INFO("octets " << hex(vector.octets) << ", asked " << vector.asked);
  if (vector.is_request) {
    const auto parsed = parse_hint_request(vector.octets);
    CHECK(parsed.has_value() == !vector.malformed);
    if (parsed) CHECK(*parsed == vector.request);
    if (vector.reads_only || vector.malformed) return;
    Bytes written(kHintRequestSize);
    CHECK(write_hint_request(vector.request, written) == written.size());
    CHECK(hex(written) == hex(vector.octets));
    return;
  }
  const auto result = read(vector.octets, vector.asked);
  CHECK(result.well_formed == !vector.malformed);
  CHECK(text_of(result.hints) == text_of(vector.hints));
  if (!vector.reads_only && !vector.malformed) CHECK(hex(write(vector.hints, vector.asked)) == hex(vector.octets));
}

// Names and URLs as they come, with a common end now and then.
std::string random_resource(std::mt19937& random) {
  const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  constexpr std::string_view kEnds[] = {".example.org", ".cdn.example.net", "", ".m4s"};
  std::string text = below(3) == 0 ? "https://" + std::string(below(2) ? "www.example.org/" : "a.b/") : "";
  for (auto left = 1 + below(20); left > 0; --left) text += static_cast<char>(0x21 + below(0x5e));
  return text + std::string(kEnds[below(4)]);
}

Kept random_hint(std::mt19937& random) {
  const auto resource = random_resource(random);
  Kept kept(Hint{.resource = resource});
  kept.hint.confidence = static_cast<float>(random() % 256) / 255.0f;
  if (random() % 2) kept.hint.size_bytes = std::uint64_t{random()} >> random() % 32;
  if (random() % 2) kept.hint.in_ms = random() >> random() % 32;
  if (random() % 3 == 0) kept.hint.range = ByteRange{std::uint64_t{random()} << random() % 31, random()};
  return kept;
}

bool is_near(std::uint64_t value, std::uint64_t wanted) {
  const auto difference = value > wanted ? value - wanted : wanted - value;
  return difference * 2048 <= wanted;
}

}  // namespace

TEST_CASE("the test vectors of proto/hints.md hold") {
  const auto all = vectors();
  REQUIRE(all.size() >= 14);
  for (const auto& vector : all) {
    REQUIRE_FALSE(vector.octets.empty());
    check(vector);
  }
}

TEST_CASE("hints come back as they were written, whatever they are") {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Kept> hints;
    for (auto left = 1 + random() % 8; left > 0; --left) hints.push_back(random_hint(random));
    const std::string asked = random() % 2 ? "WWW.Example.org." : random_resource(random);
    const auto result = read(write(hints, asked), asked);
    REQUIRE(result.well_formed);
    REQUIRE(result.hints.size() == hints.size());
    for (std::size_t i = 0; i < hints.size(); ++i) {
      const auto was = hints[i].view(), is = result.hints[i].view();
      INFO(to_string(was) << " became " << to_string(is));
      REQUIRE(is.resource == was.resource);
      REQUIRE(is.range == was.range);
      REQUIRE(is.confidence == was.confidence);
      REQUIRE(is_near(is.size_bytes, was.size_bytes));
      REQUIRE(is_near(is.in_ms, was.in_ms));
    }
  }
}

TEST_CASE("of hints that do not fit, those are left out") {
  const std::vector<Kept> hints{hint("a.example.org"), hint("a-very-long-name-that-takes-much-room.example.net"),
                                hint("b.example.org")};
  const auto all = write(hints, "example.org");
  for (std::size_t room = 0; room <= all.size(); ++room) {
    const auto result = read(write(hints, "example.org", room), "example.org");
    CHECK(result.well_formed);
    CHECK(result.hints.size() == (room < 9 ? 0u : room < 16 ? 1u : room < all.size() ? 2u : 3u));
  }
}

TEST_CASE("eight names of the zone that was asked for take less than a hundred octets") {
  std::vector<Kept> hints;
  for (const auto* label : {"img", "static", "api", "fonts", "media", "login", "cdn", "shop"}) {
    hints.push_back(hint(std::string(label) + ".example.org"));
    hints.back().hint.size_bytes = 20000;
  }
  CHECK(write(hints, "www.example.org").size() < 100);
}

TEST_CASE("what is no resource does not travel, and the rest does") {
  const std::string longest(250, 'x'), too_long(256, 'x');
  const auto sent = read(write({hint(""), hint("a b"), hint("tab\t"), hint(too_long),
                                hint("gr\xc3\xbc"
                                     "n"),
                                hint(longest), hint("ok")},
                               "."),
                         ".");
  CHECK(sent.well_formed);
  REQUIRE(sent.hints.size() == 2);
  CHECK(sent.hints[0].resource == longest);
  CHECK(sent.hints[1].resource == "ok");
}

TEST_CASE("confidences and sizes out of range travel as the nearest there is") {
  auto wild = hint("a", 7.0f);
  wild.hint.size_bytes = UINT64_MAX;
  wild.hint.in_ms = UINT32_MAX;
  const auto sent = read(write({wild, hint("b", -1.0f), hint("c", std::numeric_limits<float>::quiet_NaN())}, "."), ".");
  REQUIRE(sent.hints.size() == 3);
  CHECK(sent.hints[0].hint.confidence == 1.0f);
  CHECK(sent.hints[0].hint.size_bytes == std::uint64_t{2047} << 31);
  CHECK(sent.hints[0].hint.in_ms == UINT32_MAX);
  CHECK(sent.hints[1].hint.confidence == 0.0f);
  CHECK(sent.hints[2].hint.confidence == 0.0f);
}

TEST_CASE("the case and the last dot of the name that was asked for do not matter") {
  const auto octets = write({hint("img.example.org")}, "www.example.org");
  for (const auto* asked : {"www.example.org", "wWw.eXample.org.", "WWW.EXAMPLE.ORG"})
    CHECK(read(octets, asked).hints.at(0).resource == "img.example.org");
  // An escaped dot is part of the last label.
  CHECK(read(write({hint("x.a\\.")}, "a\\."), "a\\..").hints.at(0).resource == "x.a\\.");
}

TEST_CASE("hints cut anywhere are malformed or fewer, never others") {
  std::vector<Kept> hints{hint("img.example.org"), hint("https://www.example.org/a"), hint("static.example.org")};
  hints[1].hint.range = ByteRange{1 << 20, 1 << 16};
  const auto all = write(hints, "www.example.org");
  for (std::size_t size = 0; size < all.size(); ++size) {
    const auto part = read(std::span(all).first(size), "www.example.org");
    REQUIRE(part.hints.size() < hints.size());
    for (std::size_t i = 0; i < part.hints.size(); ++i) CHECK(part.hints[i].resource == hints[i].resource);
  }
}

TEST_CASE("a range beyond all octets is malformed") {
  const auto data = from_hex("81 1a 08 ff 00 00 01 61 ffffffffffffffffff01 ffffffffffffffffff01");
  CHECK_FALSE(read(data, ".").well_formed);
  CHECK_FALSE(read(from_hex("81 12 08 ff 00 00 01 61 ffffffffffffffffff02 01"), ".").well_formed);
}

TEST_CASE("a request without data is one with all defaults, and it may end behind any field") {
  CHECK(parse_hint_request({}).value() == HintRequest{});
  CHECK(parse_hint_request(from_hex("01")).value() == HintRequest{});
  CHECK(parse_hint_request(from_hex("01 01")).value().save_data);
  CHECK(parse_hint_request(from_hex("01 00 03")).value().max_hints == 3);
  CHECK(parse_hint_request(from_hex("81 00 03")).error().code == ErrorCode::unsupported);
  CHECK(parse_hint_request(from_hex("01 00 03 65")).error().code == ErrorCode::malformed);
}

TEST_CASE("a limit of octets travels rounded down") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 1000; ++i) {
    HintRequest request;
    request.max_bytes = random() >> (23 + random() % 41);
    Bytes octets(kHintRequestSize);
    REQUIRE(write_hint_request(request, octets) == kHintRequestSize);
    const auto came = parse_hint_request(octets).value().max_bytes;
    CHECK(came <= request.max_bytes);
    CHECK(request.max_bytes - came <= request.max_bytes / 1024);
  }
}

TEST_CASE("a request needs room for all of it") {
  Bytes small(kHintRequestSize - 1);
  CHECK(write_hint_request({}, small) == 0);
}

TEST_CASE("hints and requests print for people") {
  Hint one{.resource = "https://example.org/film.mp4", .confidence = 0.31f, .size_bytes = 65536, .in_ms = 350};
  CHECK(to_string(one) == "https://example.org/film.mp4 31 % 65536 B in 350 ms");
  one.range = ByteRange{65536, 65536};
  one.size_bytes = one.in_ms = 0;
  CHECK(to_string(one) == "https://example.org/film.mp4 31 % octets 65536-131071");
  one.range->length = 0;
  CHECK(to_string(one) == "https://example.org/film.mp4 31 % from octet 65536");
  CHECK(to_string(HintRequest{}) == "at most 8");
  CHECK(to_string(HintRequest{3, 20, 1000, true, true, NetworkClass::slow}) ==
        "at most 3, from 20 %, 1000 B together, save data, fragments, slow");
}
