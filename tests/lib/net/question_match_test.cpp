#include "net/question_match.h"

#include <catch2/catch.hpp>

#include <string_view>
#include <vector>

using namespace harbinger::net;

namespace {

// Header, then "Ab.c", type, class; the rest is up to the test.
std::vector<std::uint8_t> message(std::uint16_t id, std::uint8_t flags, std::string_view name = "\2Ab\1c",
                                  std::uint8_t type = 1, std::uint8_t klass = 1, std::uint8_t questions = 1) {
  std::vector<std::uint8_t> bytes{
      static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id), flags, 0, 0, questions, 0, 0, 0, 0, 0, 0};
  bytes.insert(bytes.end(), name.begin(), name.end());
  bytes.insert(bytes.end(), {0, 0, type, 0, klass});
  return bytes;
}

const auto query = message(7, 0);
const auto question = *question_of(query);
constexpr std::uint8_t kReply = 0x80;

}  // namespace

TEST_CASE("a reply matches with the same id and question, case aside") {
  CHECK(replies_to(message(7, kReply), 7, question));
  CHECK(replies_to(message(7, kReply, "\2aB\1C"), 7, question));
}

TEST_CASE("a reply with anything else in it does not match") {
  CHECK_FALSE(replies_to(message(8, kReply), 7, question));
  CHECK_FALSE(replies_to(message(7, 0), 7, question));
  CHECK_FALSE(replies_to(message(7, kReply | 0x20), 7, question));
  CHECK_FALSE(replies_to(message(7, kReply, "\2Ab\1d"), 7, question));
  CHECK_FALSE(replies_to(message(7, kReply, "\4AbAc"), 7, question));
  CHECK_FALSE(replies_to(message(7, kReply, "\2Ab\1c", 28), 7, question));
  CHECK_FALSE(replies_to(message(7, kReply, "\2Ab\1c", 1, 3), 7, question));
  CHECK_FALSE(replies_to(message(7, kReply, "\2Ab\1c", 1, 1, 0), 7, question));
  CHECK_FALSE(replies_to(message(7, kReply, "\2Ab\1c", 1, 1, 2), 7, question));
}

TEST_CASE("short replies do not match, whatever their length") {
  const auto whole = message(7, kReply);
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(replies_to({whole.data(), size}, 7, question));
}

TEST_CASE("only whole queries with one question have a question") {
  CHECK(question.size() == 10);
  for (std::size_t size = 0; size < query.size(); ++size) CHECK_FALSE(question_of({query.data(), size}));
  CHECK_FALSE(question_of(message(7, 0, "\2Ab\1c", 1, 1, 2)));
  CHECK_FALSE(question_of(message(7, 0, "\xC0\x0C")));
}
