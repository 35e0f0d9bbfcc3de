#include "learn/access_codec.h"

#include <algorithm>
#include <limits>

#include <harbinger/random.h>

#include "learn/octets.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger::learn {

namespace {

constexpr std::uint8_t kOutcome = 0x07;
constexpr std::uint8_t kNewResource = 0x08;
constexpr std::uint8_t kNewClient = 0x10;
constexpr std::uint8_t kPersona = 0x20;   // a persona follows; otherwise it is 0
constexpr std::uint8_t kKind = 0x40;      // type and size follow; otherwise they are as the resource had them before
constexpr std::uint8_t kMeasured = 0x80;  // TTL and latency follow; otherwise both are 0

constexpr std::size_t kFirstSlots = 1024;
// The longest access but for its text: flags, 10 for the time, 10 for the client, 5 for the length, 1, 3 + 5, 5 + 5.
constexpr std::size_t kMostBesidesText = 48;

}  // namespace

AccessEncoder::AccessEncoder() : seed_(system_random().next()) { reset(); }

void AccessEncoder::reset() {
  last_ = 0;
  texts_.clear();
  resources_.clear();
  clients_.clear();
  resource_slots_.assign(kFirstSlots, {});
  client_slots_.assign(kFirstSlots, {});
}

std::size_t AccessEncoder::memory() const {
  return texts_.capacity() + resources_.capacity() * sizeof(Resource) + clients_.capacity() * sizeof(ClientKey) +
         (resource_slots_.size() + client_slots_.size()) * sizeof(Slot);
}

std::uint64_t AccessEncoder::hash(std::string_view text) const {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed_);
}
std::uint64_t AccessEncoder::hash(ClientKey client) const {
  return XXH3_64bits_withSeed(&client, sizeof client, seed_);
}

template <class Same>
AccessEncoder::Slot& AccessEncoder::find(std::vector<Slot>& table, std::uint64_t hash, Same same) {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t at = hash;; ++at) {
    Slot& slot = table[at & (table.size() - 1)];
    if (slot.place == 0 || (slot.tag == tag && same(slot.place - 1))) return slot;
  }
}

// Doubles the table when it is more than half full.
void AccessEncoder::grow(std::vector<Slot>& table, std::size_t entries,
                         const std::function<std::uint64_t(std::size_t)>& hash_of) {
  if (entries * 2 <= table.size()) return;
  std::vector<Slot> larger(table.size() * 2);
  for (std::size_t place = 0; place < entries; ++place) {
    const auto hash = hash_of(place);
    find(larger, hash, [](std::uint32_t) { return false; }) = {static_cast<std::uint32_t>(hash >> 32),
                                                               static_cast<std::uint32_t>(place + 1)};
  }
  table.swap(larger);
}

void AccessEncoder::encode(const Access& access, std::vector<std::uint8_t>& out) {
  const auto before = out.size();
  out.resize(before + kMostBesidesText + access.resource.size());
  std::uint8_t* const flags = out.data() + before;
  std::uint8_t* to = flags + 1;
  *flags = static_cast<std::uint8_t>(access.outcome) & kOutcome;

  // Unsigned, because times may lie as far apart as they like.
  to = put_number(to, zigzag(static_cast<std::uint64_t>(access.at) - static_cast<std::uint64_t>(last_)));
  last_ = access.at;

  const auto client_hash = hash(access.client);
  Slot& client = find(client_slots_, client_hash, [&](std::uint32_t at) { return clients_[at] == access.client; });
  if (client.place == 0) {
    *flags |= kNewClient;
    to = put_word(to, access.client);
    clients_.push_back(access.client);
    client = {static_cast<std::uint32_t>(client_hash >> 32), static_cast<std::uint32_t>(clients_.size())};
    grow(client_slots_, clients_.size(), [&](std::size_t at) { return hash(clients_[at]); });
  } else {
    to = put_number(to, client.place - 1);
  }

  const auto text_hash = hash(access.resource);
  Slot& slot =
      find(resource_slots_, text_hash, [&](std::uint32_t at) { return text(resources_[at]) == access.resource; });
  bool kind_follows = true;
  if (slot.place == 0) {
    *flags |= kNewResource;
    to = put_number(to, access.resource.size());
    to = std::copy(access.resource.begin(), access.resource.end(), to);
    resources_.push_back({static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(access.resource.size()),
                          access.size_bytes, access.type});
    texts_ += access.resource;
    slot = {static_cast<std::uint32_t>(text_hash >> 32), static_cast<std::uint32_t>(resources_.size())};
    grow(resource_slots_, resources_.size(), [&](std::size_t at) { return hash(text(resources_[at])); });
  } else {
    to = put_number(to, slot.place - 1);
    Resource& known = resources_[slot.place - 1];
    kind_follows = known.type != access.type || known.size_bytes != access.size_bytes;
    known.type = access.type;
    known.size_bytes = access.size_bytes;
  }

  if (access.persona != 0) {
    *flags |= kPersona;
    *to++ = access.persona;
  }
  if (kind_follows) {
    *flags |= kKind;
    to = put_number(put_number(to, access.type), access.size_bytes);
  }
  if (access.ttl_s != 0 || access.latency_us != 0) {
    *flags |= kMeasured;
    to = put_number(put_number(to, access.ttl_s), access.latency_us);
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

/// Walks octets; whatever is asked of it beyond the end is refused.
class AccessDecoder::Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> data) : rest_(data) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  template <class Number>
  bool number(Number& value) {
    std::uint64_t wide = 0;
    if (!take_number(rest_, wide) || wide > std::numeric_limits<Number>::max()) return false;
    value = static_cast<Number>(wide);
    return true;
  }
  bool octet(std::uint8_t& value) {
    std::span<const std::uint8_t> one;
    if (!octets(1, one)) return false;
    value = one[0];
    return true;
  }
  bool word(std::uint64_t& value) {
    std::span<const std::uint8_t> eight;
    if (!octets(8, eight)) return false;
    value = get_word(eight.data());
    return true;
  }
  bool octets(std::size_t count, std::span<const std::uint8_t>& value) {
    if (rest_.size() < count) return false;
    value = rest_.first(count);
    rest_ = rest_.subspan(count);
    return true;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

bool AccessDecoder::decode_resource(Cursor& cursor, bool fresh, std::size_t& place) {
  if (!fresh) return cursor.number(place) && place < resources_.size();
  std::size_t length = 0;
  std::span<const std::uint8_t> text;
  if (!cursor.number(length) || length > kMaxKeptResource || !cursor.octets(length, text)) return false;
  place = resources_.size();
  resources_.push_back({texts_.size(), static_cast<std::uint32_t>(length), 0, 0});
  texts_.append(reinterpret_cast<const char*>(text.data()), text.size());
  return true;
}

bool AccessDecoder::decode_one(Cursor& cursor, Access& access) {
  std::uint8_t flags = 0;
  std::uint64_t since = 0;
  if (!cursor.octet(flags) || !cursor.number(since)) return false;
  if ((flags & kOutcome) > static_cast<std::uint8_t>(Outcome::failed)) return false;
  access.outcome = static_cast<Outcome>(flags & kOutcome);
  last_ = static_cast<UnixMillis>(static_cast<std::uint64_t>(last_) + unzigzag(since));
  access.at = last_;

  std::size_t client = clients_.size();
  if (flags & kNewClient) {
    if (!cursor.word(access.client)) return false;
    clients_.push_back(access.client);
  } else if (!cursor.number(client) || client >= clients_.size()) {
    return false;
  }
  access.client = clients_[client];

  std::size_t place = 0;
  if (!decode_resource(cursor, flags & kNewResource, place)) return false;
  Resource& resource = resources_[place];
  access.resource = {texts_.data() + resource.offset, resource.length};

  access.persona = 0;
  if (flags & kPersona && !cursor.octet(access.persona)) return false;
  if (flags & kKind && !(cursor.number(resource.type) && cursor.number(resource.size_bytes))) return false;
  access.type = resource.type;
  access.size_bytes = resource.size_bytes;
  access.ttl_s = access.latency_us = 0;
  return !(flags & kMeasured) || (cursor.number(access.ttl_s) && cursor.number(access.latency_us));
}

Result<void> AccessDecoder::decode(std::span<const std::uint8_t> data, const std::function<void(const Access&)>& use) {
  Cursor cursor(data);
  Access access;
  while (!cursor.at_end()) {
    const auto at = data.size() - cursor.left();
    if (!decode_one(cursor, access))
      return fail(ErrorCode::malformed, "no access at octet " + std::to_string(at) + " of its frame");
    use(access);
  }
  return {};
}

}  // namespace harbinger::learn
