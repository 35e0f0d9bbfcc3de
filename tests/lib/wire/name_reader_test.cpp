#include "wire/name_reader.h"

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

// Octets behind a header, read as a name from `at` on.
Result<Name> read_behind_header(const std::string& hex, std::size_t at, std::size_t* behind = nullptr) {
  const Bytes message = join({header(0), from_hex(hex)});
  std::size_t offset = Header::kSize + at;
  const auto result = read_name(message, offset);
  if (behind) *behind = offset - Header::kSize;
  return result;
}

}  // namespace

TEST_CASE("a plain name is read up to its root label") {
  std::size_t behind = 0;
  CHECK(read_behind_header("01 61 01 62 00 ff", 0, &behind).value() == name("a.b"));
  CHECK(behind == 5);
}

TEST_CASE("a pointer leads to a prior name and reading goes on behind it") {
  std::size_t behind = 0;
  CHECK(read_behind_header("01 61 01 62 00  01 63 c0 0c ff", 5, &behind).value() == name("c.a.b"));
  CHECK(behind == 9);
  CHECK(read_behind_header("01 61 01 62 00  c0 0e", 5).value() == name("b"));
  // A pointer to a pointer is odd, but leads backwards.
  CHECK(read_behind_header("01 61 00  c0 0c  c0 0f", 5).value() == name("a"));
}

TEST_CASE("pointers that do not lead strictly backwards are refused") {
  CHECK_FALSE(read_behind_header("c0 0c", 0));              // itself
  CHECK_FALSE(read_behind_header("c0 0e 01 61 00", 0));     // forward
  CHECK_FALSE(read_behind_header("01 61 c0 0c", 0));        // into its own labels
  CHECK_FALSE(read_behind_header("01 61 c0 0e c0 0c", 4));  // a loop of two
  CHECK_FALSE(read_behind_header("ff ff", 0));              // past the end
  CHECK_FALSE(read_behind_header("c0 00", 0));              // into the header
  CHECK_FALSE(read_behind_header("01 61 00 c0 0b", 3));     // into the header's last octet
}

TEST_CASE("a name that cannot be read leaves the offset where it was") {
  std::size_t behind = 0;
  CHECK_FALSE(read_behind_header("40  01 61 c0 0c", 1, &behind));
  CHECK(behind == 1);
}

TEST_CASE("reserved label types are refused") {
  CHECK(read_behind_header("40 61 00", 0).error().code == ErrorCode::malformed);
  CHECK(read_behind_header("80 61 00", 0).error().code == ErrorCode::malformed);
  CHECK(read_behind_header("01 61 00 bf 0c", 3).error().code == ErrorCode::malformed);
}

TEST_CASE("names cut short are refused") {
  for (const char* hex : {"", "01", "01 61", "3f 61 00", "01 61 c0"}) {
    INFO(hex);
    CHECK(read_behind_header(hex, 0).error().code == ErrorCode::truncated);
  }
  const Bytes message = header(0);
  std::size_t offset = 1000;
  CHECK_FALSE(read_name(message, offset));
}

TEST_CASE("a name of 255 octets is read and one of 256 refused, with and without a pointer") {
  Bytes message = header(0);
  for (int i = 0; i < 127; ++i) message.insert(message.end(), {1, 'a'});
  message.push_back(0);
  std::size_t offset = Header::kSize;
  CHECK(read_name(message, offset).value().size() == 255);

  const std::size_t second = message.size();
  message.insert(message.end(), {1, 'b', 0xc0, Header::kSize});
  offset = second;
  CHECK(read_name(message, offset).error().code == ErrorCode::too_large);

  message.insert(message.begin() + Header::kSize, {1, 'a'});
  offset = Header::kSize;
  CHECK(read_name(message, offset).error().code == ErrorCode::too_large);
}

TEST_CASE("pointers are refused where none may be") {
  const Bytes data = from_hex("01 61 00 c0 0c");
  std::size_t offset = 3;
  CHECK_FALSE(wire::NameReader(data, wire::NameReader::Pointers::forbidden).read(offset));
}

TEST_CASE("a name must not reach beyond the data it belongs to") {
  const Bytes message = join({header(0), from_hex("01 61 01 62 00")});
  std::size_t offset = Header::kSize;
  CHECK(wire::NameReader(message).read(offset, Header::kSize + 4).error().code == ErrorCode::truncated);
}

TEST_CASE("all names of a message together have a limit") {
  Bytes message = header(0);
  for (int i = 0; i < 127; ++i) message.insert(message.end(), {1, 'a'});
  message.push_back(0);
  wire::NameReader names(message);
  std::size_t read = 0;
  for (std::size_t offset = Header::kSize; names.read(offset) && read < 10000; offset = Header::kSize) ++read;
  CHECK(read == wire::NameReader::kMaxSteps / 128);
  std::size_t offset = Header::kSize;
  CHECK(names.read(offset).error().code == ErrorCode::too_large);
}
