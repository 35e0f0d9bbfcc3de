#include <harbinger/name.h>

#include <algorithm>
#include <random>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

TEST_CASE("a new name is the root") {
  CHECK(Name().is_root());
  CHECK(Name().to_string() == ".");
  CHECK(Name().label_count() == 0);
  CHECK(Name().parent().is_root());
}

TEST_CASE("names are compared without case and keep it") {
  CHECK(name("www.Example.ORG") == name("WWW.eXAMPLE.org."));
  CHECK_FALSE(name("www.example.org") == name("www.example.net"));
  CHECK_FALSE(name("www.Example.org").identical(name("www.example.org")));
  CHECK(name("www.Example.org").to_string() == "www.Example.org.");
  CHECK(name("www.Example.org").lowercase().identical(name("www.example.org")));
}

TEST_CASE("only the letters A to Z have another case") {
  for (int octet = 0; octet < 256; ++octet) {
    const auto one = static_cast<std::uint8_t>(octet);
    for (std::size_t size : {1u, 3u, 7u, 8u, 9u, 16u, 21u}) {
      const Bytes from(size, one);
      Bytes to(size + 8);
      copy_lowercase(to.data(), from.data(), size);
      const std::uint8_t wanted = one >= 'A' && one <= 'Z' ? one + 32 : one;
      INFO(octet << " " << size);
      CHECK(std::count(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(size), wanted) ==
            static_cast<std::ptrdiff_t>(size));
    }
  }
}

TEST_CASE("lowering reads and compares nothing beyond the octets given") {
  // Exactly as large as needed, so that a sanitizer sees a step too far.
  for (std::size_t size = 0; size <= 40; ++size) {
    const Bytes from(size, 'Q');
    Bytes to(size + 7, 0xee);
    copy_lowercase(to.data(), from.data(), size);
    CHECK(std::all_of(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(size), [](auto c) { return c == 'q'; }));
  }
}

TEST_CASE("names that differ in any one octet differ") {
  const Name original = name("abcdefghijklmnopqrstuvwxyz.abcdefgh.ab");
  for (std::size_t i = 0; i < original.size(); ++i) {
    Bytes changed(original.wire().begin(), original.wire().end());
    changed[i] ^= 1;
    CHECK_FALSE(original.equals(changed));
  }
}

TEST_CASE("equal names have equal hashes") {
  CHECK(name("www.Example.org").hash() == name("WWW.eXAMPLE.ORG").hash());
  CHECK(name("www.example.org").hash() != name("www.example.net").hash());
  CHECK(keyed_hash("abc", 3) == keyed_hash("abc", 3));
}

TEST_CASE("a name is within itself and its ancestors, by whole labels") {
  CHECK(name("www.example.org").is_within(name("example.ORG")));
  CHECK(name("example.org").is_within(name("example.org")));
  CHECK(name("example.org").is_within(Name()));
  CHECK_FALSE(name("notexample.org").is_within(name("example.org")));
  CHECK_FALSE(name("org").is_within(name("example.org")));
  // The octets of the ancestor stand at the end, but they begin inside a label.
  CHECK_FALSE(name("a\\003org").is_within(name("org")));
}

TEST_CASE("parents and suffixes drop labels from the front") {
  CHECK(name("a.b.c").parent() == name("b.c"));
  CHECK(name("a.b.c").suffix(1) == name("c"));
  CHECK(name("a.b.c").suffix(0).is_root());
  CHECK(name("a.b.c").suffix(9) == name("a.b.c"));
  CHECK(name("a.b.c").label_count() == 3);
}

TEST_CASE("a child has one more label, within the limits") {
  CHECK(name("example.org").child("www").value() == name("www.example.org"));
  CHECK(name("example.org").child("a.b").value().to_string() == "a\\.b.example.org.");
  CHECK(name("example.org").child("").error().code == ErrorCode::malformed);
  CHECK(name("example.org").child(std::string(64, 'a')).error().code == ErrorCode::too_large);
  Name longest = Name();
  for (int i = 0; i < 3; ++i) longest = longest.child(std::string(63, 'a')).value();
  longest = longest.child(std::string(61, 'a')).value();
  CHECK(longest.size() == 255);
  CHECK(longest.child("a").error().code == ErrorCode::too_large);
  CHECK(longest.lowercase() == longest);
  CHECK(longest.hash() == longest.lowercase().hash());
}

TEST_CASE("a DNAME replaces the end of a name") {
  CHECK(name("a.b.old.org").with_suffix(name("old.org"), name("new.net")).value() == name("a.b.new.net"));
  CHECK(name("old.org").with_suffix(name("old.org"), Name()).value().is_root());
  CHECK_FALSE(name("a.org").with_suffix(name("net"), Name()));
  const Name long_target = name(std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c'));
  CHECK(name(std::string(63, 'x') + ".old.org").with_suffix(name("old.org"), long_target).error().code ==
        ErrorCode::too_large);
}

TEST_CASE("canonical order is that of RFC 4034") {
  // The example of section 6.1.
  std::vector<Name> names;
  for (const char* text : {"example", "a.example", "yljkjljk.a.example", "Z.a.example", "zABC.a.EXAMPLE", "z.example",
                           "\\001.z.example", "*.z.example", "\\200.z.example"}) {
    names.push_back(name(text));
  }
  auto shuffled = names;
  std::shuffle(shuffled.begin(), shuffled.end(), std::minstd_rand(7));
  std::sort(shuffled.begin(), shuffled.end());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(shuffled[i].identical(names[i]));
  CHECK(std::is_eq(name("A.example") <=> name("a.EXAMPLE")));
}

TEST_CASE("wire form must be one whole uncompressed name") {
  CHECK(Name::from_wire(from_hex("03 777777 00")).value() == name("www"));
  CHECK(Name::from_wire(from_hex("00")).value().is_root());
  CHECK(Name::from_wire({}).error().code == ErrorCode::truncated);
  CHECK(Name::from_wire(from_hex("03 777777")).error().code == ErrorCode::truncated);
  CHECK(Name::from_wire(from_hex("03 7777")).error().code == ErrorCode::truncated);
  CHECK(Name::from_wire(from_hex("03 777777 00 00")).error().code == ErrorCode::malformed);
  CHECK(Name::from_wire(from_hex("c00c")).error().code == ErrorCode::malformed);
  CHECK(Name::from_wire(from_hex("40 00")).error().code == ErrorCode::malformed);

  Bytes long_name;
  for (int i = 0; i < 127; ++i) long_name.insert(long_name.end(), {1, 'a'});
  long_name.push_back(0);
  CHECK(Name::from_wire(long_name).value().label_count() == 127);
  long_name.insert(long_name.begin(), {1, 'a'});
  CHECK(Name::from_wire(long_name).error().code == ErrorCode::too_large);
}

TEST_CASE("wildcards are names whose first label is an asterisk") {
  CHECK(name("*.example.org").is_wildcard());
  CHECK_FALSE(name("a.*.org").is_wildcard());
  CHECK_FALSE(name("**.org").is_wildcard());
  CHECK_FALSE(Name().is_wildcard());
}

TEST_CASE("a name builder refuses labels and names that are too long") {
  NameBuilder builder;
  CHECK_FALSE(builder.append({}));
  CHECK_FALSE(builder.append(Bytes(64, 'a')));
  for (int i = 0; i < 3; ++i) CHECK(builder.append(Bytes(63, 'a')));
  CHECK_FALSE(builder.append(Bytes(62, 'a')));
  CHECK(builder.append(Bytes(61, 'a')));
  CHECK(builder.finish().size() == 255);
}
