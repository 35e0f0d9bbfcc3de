#include "plugins/hosts/host_table.h"

#include <algorithm>
#include <array>

namespace harbinger::hosts {

namespace {

// Lists against advertisers give one address to a hundred thousand names: nobody wants them all in one PTR answer.
constexpr std::size_t kMostReverseNames = 16;

struct Word {
  std::string_view text;
  int column;
};

std::vector<Word> words_of(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r\f\v";
  std::vector<Word> words;
  line = line.substr(0, line.find('#'));
  for (auto begin = line.find_first_not_of(kSpace); begin != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(kSpace, begin), line.size());
    words.push_back({line.substr(begin, end - begin), static_cast<int>(begin) + 1});
    begin = line.find_first_not_of(kSpace, end);
  }
  return words;
}

using LowerName = std::array<std::uint8_t, Name::kMaxWire + 8>;

std::string_view lower_wire(const Name& name, LowerName& buffer) {
  copy_lowercase(buffer.data(), name.wire().data(), name.size());
  return {reinterpret_cast<const char*>(buffer.data()), name.size()};
}

// The labels of a wire name in front of a suffix of so many octets; false when one is longer than `longest`.
template <class Use>
bool each_label(std::span<const std::uint8_t> wire, std::size_t suffix_size, std::size_t longest, Use&& use) {
  for (std::size_t at = 0; at + suffix_size < wire.size(); at += wire[at] + std::size_t{1}) {
    if (wire[at] > longest) return false;
    if (!use(std::string_view(reinterpret_cast<const char*>(&wire[at + 1]), wire[at]))) return false;
  }
  return true;
}

const Name& v4_suffix() {
  static const Name suffix = Name::parse("in-addr.arpa").value();
  return suffix;
}

const Name& v6_suffix() {
  static const Name suffix = Name::parse("ip6.arpa").value();
  return suffix;
}

std::optional<IpAddress> v4_of_reverse(const Name& name, const Name& suffix) {
  std::array<std::uint8_t, 4> octets{};
  std::size_t at = 4;
  const bool right = each_label(name.wire(), suffix.size(), 3, [&](std::string_view label) {
    unsigned value = 0;
    for (const char c : label) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > 255 || at == 0 || (label.size() > 1 && label[0] == '0')) return false;
    octets[--at] = static_cast<std::uint8_t>(value);
    return true;
  });
  if (!right || at != 0) return std::nullopt;
  return IpAddress::v4(octets);
}

std::optional<IpAddress> v6_of_reverse(const Name& name, const Name& suffix) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::uint8_t, 16> octets{};
  std::size_t at = 32;
  const bool right = each_label(name.wire(), suffix.size(), 1, [&](std::string_view label) {
    const auto value = kDigits.find(static_cast<char>(label[0] | 0x20));
    if (value == std::string_view::npos || at == 0) return false;
    --at;
    octets[at / 2] |= static_cast<std::uint8_t>(at % 2 == 0 ? value << 4 : value);
    return true;
  });
  if (!right || at != 0) return std::nullopt;
  return IpAddress::v6(octets);
}

}  // namespace

std::vector<Entry> parse_hosts(std::string_view text, const std::string& file,
                               const std::function<void(Error)>& complain) {
  std::vector<Entry> entries;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (words.empty()) continue;

    const auto wrong = [&](const Word& word, const std::string& wanted) {
      complain({ErrorCode::malformed,
                wanted + ", not `" + std::string(word.text.substr(0, 300)) + "`",
                {file, number, word.column}});
    };
    const auto address = IpAddress::parse(words[0].text);
    if (!address) {
      wrong(words[0], "a line begins with an address");
      continue;
    }
    Entry entry{*address, {}};
    for (const auto& word : std::span(words).subspan(1)) {
      const auto name = Name::parse(word.text);
      if (name && !name->is_root())
        entry.names.push_back(*name);
      else
        wrong(word, "a name of at most 255 octets stands behind an address");
    }
    if (words.size() == 1) wrong(words[0], "names stand behind an address");
    if (!entry.names.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<IpAddress> address_of_reverse(const Name& name) {
  if (name.is_within(v4_suffix())) return v4_of_reverse(name, v4_suffix());
  if (name.is_within(v6_suffix())) return v6_of_reverse(name, v6_suffix());
  return std::nullopt;
}

bool is_above_reverse(const Name& name) {
  const auto labels = name.label_count();
  if (name.is_within(v4_suffix())) return labels < v4_suffix().label_count() + 4;
  if (name.is_within(v6_suffix())) return labels < v6_suffix().label_count() + 32;
  return name == v4_suffix().parent();
}

std::size_t HostTable::AddressHash::operator()(const IpAddress& address) const {
  return keyed_hash(address.mapped().data(), address.mapped().size());
}

void HostTable::add(const Entry& entry) {
  for (const auto& name : entry.names) {
    add_name(name, entry.address);
    auto& names = names_[entry.address];
    if (names.size() < kMostReverseNames && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
}

// The names above exist too, though they have no records (RFC 8020): denying them would deny this one.
void HostTable::add_name(const Name& name, const IpAddress& address) {
  LowerName buffer;
  auto& addresses = hosts_[std::string(lower_wire(name, buffer))].addresses;
  if (std::ranges::find(addresses, address) != addresses.end()) return;
  addresses.push_back(address);
  ++entries_;
  for (Name above = name.parent(); !above.is_root(); above = above.parent())
    if (!hosts_.try_emplace(std::string(lower_wire(above, buffer))).second) break;
}

const Host* HostTable::find(const Name& name) const {
  LowerName buffer;
  const auto found = hosts_.find(lower_wire(name, buffer));
  return found == hosts_.end() ? nullptr : &found->second;
}

const std::vector<Name>* HostTable::find_reverse(const Name& reverse_name) const {
  const auto address = address_of_reverse(reverse_name);
  if (!address) return nullptr;
  const auto found = names_.find(*address);
  return found == names_.end() ? nullptr : &found->second;
}

}  // namespace harbinger::hosts
