#include <harbinger/name.h>

#include <algorithm>

#include "wire/octets.h"

namespace harbinger {
namespace {

// Where the labels of a name begin. At most 127 fit into 255 octets.
struct LabelStarts {
  std::array<std::uint8_t, 128> at;
  std::size_t count = 0;

  explicit LabelStarts(std::span<const std::uint8_t> wire) {
    for (std::size_t i = 0; wire[i] != 0; i += wire[i] + 1u) at[count++] = static_cast<std::uint8_t>(i);
  }
};

std::weak_ordering compare_labels(const std::uint8_t* a, const std::uint8_t* b) {
  const std::size_t common = std::min(a[0], b[0]);
  for (std::size_t i = 1; i <= common; ++i) {
    const auto order = wire::lower(a[i]) <=> wire::lower(b[i]);
    if (order != 0) return order;
  }
  return a[0] <=> b[0];
}

Error bad_wire(const char* what, ErrorCode code = ErrorCode::malformed) { return {code, what, {}}; }

}  // namespace

Result<Name> Name::from_wire(std::span<const std::uint8_t> wire) {
  std::size_t i = 0;
  while (i < wire.size() && wire[i] != 0) {
    if (wire[i] > kMaxLabel) return fail(bad_wire("name with a label longer than 63 octets or a compression pointer"));
    i += wire[i] + 1u;
  }
  if (i >= wire.size()) return fail(bad_wire("name without its root label", ErrorCode::truncated));
  if (i + 1 != wire.size()) return fail(bad_wire("octets behind the root label of a name"));
  if (wire.size() > kMaxWire) return fail(bad_wire("name longer than 255 octets", ErrorCode::too_large));

  Name name;
  name.size_ = static_cast<std::uint8_t>(wire.size());
  std::memcpy(name.bytes_.data(), wire.data(), wire.size());
  return name;
}

std::size_t Name::label_count() const {
  std::size_t count = 0;
  for (std::size_t i = 0; bytes_[i] != 0; i += bytes_[i] + 1u) ++count;
  return count;
}

bool Name::equals(std::span<const std::uint8_t> wire) const {
  return wire.size() == size_ && wire::equal_without_case(bytes_.data(), wire.data(), size_);
}

bool Name::is_within(const Name& ancestor) const {
  if (ancestor.size_ > size_) return false;
  const std::size_t cut = size_ - ancestor.size_;
  if (!wire::equal_without_case(bytes_.data() + cut, ancestor.bytes_.data(), ancestor.size_)) return false;
  // The same octets in the middle of a label would be a coincidence.
  std::size_t i = 0;
  while (i < cut) i += bytes_[i] + 1u;
  return i == cut;
}

std::weak_ordering Name::compare(const Name& other) const {
  const LabelStarts mine(wire()), theirs(other.wire());
  const std::size_t common = std::min(mine.count, theirs.count);
  for (std::size_t i = 1; i <= common; ++i) {
    const auto order = compare_labels(&bytes_[mine.at[mine.count - i]], &other.bytes_[theirs.at[theirs.count - i]]);
    if (order != 0) return order;
  }
  return mine.count <=> theirs.count;
}

std::uint64_t Name::hash() const {
  std::array<std::uint8_t, kMaxWire + 8> lowered;
  copy_lowercase(lowered.data(), bytes_.data(), size_);
  return keyed_hash(lowered.data(), size_);
}

Name Name::lowercase() const {
  // copy_lowercase may write behind the end, which a full name has no room for.
  std::array<std::uint8_t, kMaxWire + 8> lowered;
  copy_lowercase(lowered.data(), bytes_.data(), size_);
  Name name;
  name.size_ = size_;
  std::memcpy(name.bytes_.data(), lowered.data(), size_);
  return name;
}

Name Name::parent() const {
  if (is_root()) return *this;
  const std::size_t cut = bytes_[0] + 1u;
  Name name;
  name.size_ = static_cast<std::uint8_t>(size_ - cut);
  std::memcpy(name.bytes_.data(), bytes_.data() + cut, name.size_);
  return name;
}

Name Name::suffix(std::size_t labels) const {
  const LabelStarts starts(wire());
  if (labels >= starts.count) return *this;
  const std::size_t cut = labels == 0 ? size_ - 1u : starts.at[starts.count - labels];
  Name name;
  name.size_ = static_cast<std::uint8_t>(size_ - cut);
  std::memcpy(name.bytes_.data(), bytes_.data() + cut, name.size_);
  return name;
}

Result<Name> Name::child(std::string_view label) const {
  const std::span octets(reinterpret_cast<const std::uint8_t*>(label.data()), label.size());
  if (octets.empty()) return fail(ErrorCode::malformed, "a label must not be empty");
  if (octets.size() > kMaxLabel) return fail(ErrorCode::too_large, "label longer than 63 octets");

  NameBuilder builder;
  Name name;
  if (!builder.append(octets) || !builder.finish_with(*this, name)) {
    return fail(ErrorCode::too_large, "name longer than 255 octets");
  }
  return name;
}

Result<Name> Name::with_suffix(const Name& from, const Name& to) const {
  if (!is_within(from)) return fail(ErrorCode::internal, to_string() + " is not within " + from.to_string());
  NameBuilder builder;
  const std::size_t cut = size_ - from.size_;
  for (std::size_t i = 0; i < cut; i += bytes_[i] + 1u) builder.append({&bytes_[i + 1], bytes_[i]});

  Name name;
  if (!builder.finish_with(to, name)) return fail(ErrorCode::too_large, "name longer than 255 octets");
  return name;
}

bool NameBuilder::append(std::span<const std::uint8_t> label) {
  if (label.empty() || label.size() > Name::kMaxLabel) return false;
  if (name_.size_ + label.size() + 2 > Name::kMaxWire) return false;
  name_.bytes_[name_.size_] = static_cast<std::uint8_t>(label.size());
  std::memcpy(&name_.bytes_[name_.size_ + 1u], label.data(), label.size());
  name_.size_ = static_cast<std::uint8_t>(name_.size_ + label.size() + 1);
  return true;
}

bool NameBuilder::finish_with(const Name& rest, Name& out) {
  const std::size_t size = name_.size_ + rest.size();
  if (size > Name::kMaxWire) return false;
  std::memcpy(&name_.bytes_[name_.size_], rest.wire().data(), rest.size());
  name_.size_ = static_cast<std::uint8_t>(size);
  out = name_;
  return true;
}

void copy_lowercase(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
  const auto copy_word = [&](std::size_t at) {
    const std::uint64_t word = wire::lower_word(wire::load_native<std::uint64_t>(from + at));
    std::memcpy(to + at, &word, sizeof word);
  };
  if (size >= 8) {
    // The last word overlaps the one before it, so that nothing behind `from` is read. In place that is harmless too.
    for (std::size_t at = 0; at + 8 < size; at += 8) copy_word(at);
    copy_word(size - 8);
    return;
  }
  for (std::size_t at = 0; at < size; ++at) to[at] = wire::lower(from[at]);
}

}  // namespace harbinger
