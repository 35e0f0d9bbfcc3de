#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "learn/sequence/context_table.h"
#include "learn/sequence/served_lines.h"
#include "learn/sequence/text_table.h"

using namespace harbinger;
using namespace harbinger::sequence;

namespace {

TextId put(TextTable& texts, const std::string& text) { return texts.intern(resource_hash(text), text); }

double weight_of(const ContextTable& contexts, std::uint64_t key, std::uint32_t id) {
  double weight = 0;
  if (const auto context = contexts.find(key))
    context.for_each([&](const ContextTable::Successor& each) { weight += each.id == id ? each.weight() : 0; });
  return weight;
}

}  // namespace

TEST_CASE("a text keeps its number until it is forgotten, and the number is never taken for another text") {
  TextTable texts(64);
  const TextId first = put(texts, "first");
  CHECK(put(texts, "first") == first);
  CHECK(texts.text(first) == "first");
  for (int at = 0; at < 500; ++at) put(texts, "other " + std::to_string(at));
  CHECK(texts.size() <= 64);
  CHECK(texts.text(first).empty());
  CHECK(texts.get(first) == nullptr);
  CHECK(texts.find(resource_hash("first")) == 0);
}

TEST_CASE("what is often wanted is not forgotten for what is wanted once") {
  TextTable texts(64);
  const TextId dear = put(texts, "dear");
  for (int at = 0; at < 500; ++at) {
    texts.get(dear)->visits = 1000;
    put(texts, "other " + std::to_string(at));
  }
  CHECK(texts.text(dear) == "dear");
}

TEST_CASE("long texts do not take more room than short ones may") {
  TextTable texts(64);
  for (int at = 0; at < 100; ++at) put(texts, std::string(1000, 'x') + std::to_string(at));
  CHECK(texts.bytes() < 64 * 1024);
  CHECK(put(texts, std::string(TextTable::kLongest + 1, 'x')) == 0);
}

TEST_CASE("counting quickly comes to about the same as counting all") {
  ContextTable contexts(1 << 10);
  constexpr int kRounds = 400;
  std::uint32_t rare = 100;
  for (int round = 0; round < kRounds; ++round) {
    for (const std::uint32_t id : {1u, 1u, 1u, 2u, 2u, 3u}) contexts.add_quickly(mix(42, 1), id, 0.2);
    contexts.add_quickly(mix(42, 1), 100 + rare++ % 20, 0.2);
  }
  CHECK(weight_of(contexts, mix(42, 1), 1) == Approx(3 * 0.2 * kRounds).epsilon(0.15));
  CHECK(weight_of(contexts, mix(42, 1), 3) == Approx(0.2 * kRounds).epsilon(0.3));
  double others = 0;
  for (std::uint32_t id = 100; id < 120; ++id) others += weight_of(contexts, mix(42, 1), id);
  CHECK(others > 0.1 * kRounds);
  CHECK(others < 0.4 * kRounds);
  CHECK(contexts.find(mix(42, 1)).total() == Approx(7 * 0.2 * kRounds).epsilon(0.2));
}

TEST_CASE("a busy context grows, and halves its counts instead of overflowing") {
  ContextTable contexts(1 << 10);
  for (int round = 0; round < 5000; ++round)
    for (std::uint32_t id = 1; id <= 20; ++id) contexts.add(mix(42, 1), id, 1);
  for (std::uint32_t id = 1; id <= 20; ++id) CHECK(weight_of(contexts, mix(42, 1), id) > 1);
  CHECK(contexts.find(mix(42, 1)).total() < 1000);
  CHECK_FALSE(contexts.find(mix(43, 1)));
}

TEST_CASE("a full table keeps the contexts that are used") {
  ContextTable contexts(256);
  for (std::uint64_t key = 1; key < 20'000; ++key) {
    contexts.add(mix(7, 7), 1, 1);
    contexts.add(mix(key, 1), 2, 1);
  }
  CHECK(contexts.used() <= 256);
  CHECK(weight_of(contexts, mix(7, 7), 1) > 100);
}

TEST_CASE("a served line is replaced as a whole, and forgotten texts are left out of it") {
  TextTable texts(64);
  ServedLines lines(64, texts);
  const TextId a = put(texts, "a"), b = put(texts, "b");
  const std::array<ServedLines::Entry, 2> entries{{{a, 0.5f, 0.75f}, {b, 0.25f, 0.5f}}};
  lines.publish(1, 0, 0, entries, 1200);
  std::array<ServedTable::Successor, 6> out;
  REQUIRE(lines.find(1, 0, 0, out) == 2);
  CHECK(out[0].text == "a");
  CHECK(out[0].next == Approx(0.5).margin(0.001));
  CHECK(out[1].soon == Approx(0.5).margin(0.001));
  CHECK(out[0].in_ms == 1200);
  CHECK(lines.find(1, 99, 0, out) == 2);
  lines.publish(1, 99, 0, std::span(entries).last(1), 0);
  REQUIRE(lines.find(1, 99, 0, out) == 1);
  CHECK(out[0].text == "b");
  for (int at = 0; at < 500; ++at) put(texts, "other " + std::to_string(at));
  CHECK(lines.find(1, 0, 0, out) == 0);
}
