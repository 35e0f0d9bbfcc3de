// Any octets as a name: in a message, in wire form and in text; and what names promise about each other.
#include <harbinger/message.h>

#include <cstdlib>

using namespace harbinger;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_one(const Name& name) {
  require(Name::from_wire(name.wire()).value().identical(name));
  const auto printed = Name::parse(name.to_string());
  require(printed && printed->identical(name));

  const Name low = name.lowercase();
  require(low == name && low.hash() == name.hash() && std::is_eq(low <=> name));
  require(name.is_within(name) && name.is_within(Name()) && name.is_within(name.parent()));
  require(name.is_root() || !name.parent().is_within(name));
  require(name.suffix(name.label_count()).identical(name) && name.suffix(0).is_root());
  if (!name.is_root()) {
    const auto label = name.wire().subspan(1, name.wire()[0]);
    const auto child = name.parent().child({reinterpret_cast<const char*>(label.data()), label.size()});
    require(child && child->identical(name));
    require(name.suffix(name.label_count() - 1).identical(name.parent()));
  }
}

void check_two(const Name& a, const Name& b) {
  require((a == b) == std::is_eq(a <=> b));
  require((a == b) == (a.size() == b.size() && a.is_within(b)));
  require(std::is_lt(a <=> b) == std::is_gt(b <=> a));
  if (a == b) require(a.hash() == b.hash());
  if (a.is_within(b)) {
    // RFC 4034 sec. 6.1: a name sorts before what is below it.
    require(std::is_gteq(a <=> b));
    require(a.suffix(b.label_count()) == b);
    const auto moved = a.with_suffix(b, b);
    require(moved && *moved == a);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> octets(data, size);
  std::vector<Name> names;
  for (std::size_t offset = Header::kSize; offset < size;) {
    const std::size_t before = offset;
    const auto name = read_name(octets, offset);
    if (!name) {
      require(offset == before);
      break;
    }
    require(offset > before && offset <= size);
    if (names.size() < 16) names.push_back(*name);
  }
  if (const auto name = Name::from_wire(octets)) names.push_back(*name);
  if (const auto name = Name::parse({reinterpret_cast<const char*>(data), size})) names.push_back(*name);

  for (const Name& a : names) {
    check_one(a);
    for (const Name& b : names) check_two(a, b);
  }
  return 0;
}
