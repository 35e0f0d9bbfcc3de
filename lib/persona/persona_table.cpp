#include "persona/persona_table.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

namespace harbinger::persona {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr int kTries = 1000;  // a writer that was stopped in the middle shall not stop others for long

std::uint64_t pack(PersonaId persona, float confidence) {
  return std::uint64_t{std::bit_cast<std::uint32_t>(confidence)} << 32 | persona;
}

std::uint32_t second_of(UnixMillis at) { return static_cast<std::uint32_t>(at / 1000) | 1; }

}  // namespace

PersonaTable::PersonaTable(std::size_t clients)
    : mask_(std::bit_ceil(std::max(clients, kWays)) - 1), lines_(make(mask_ + 1)) {}

// On huge pages where the system has them: lines are read in no order, which costs as much for page tables as for the lines.
PersonaTable::Line* PersonaTable::make(std::size_t count) {
  constexpr std::size_t kHuge = 2 << 20;
  const auto octets = (count * sizeof(Line) + kHuge - 1) / kHuge * kHuge;
  void* room = std::aligned_alloc(kHuge, octets);
  if (!room) throw std::bad_alloc();
  madvise(room, octets, MADV_HUGEPAGE);  // a wish
  auto* lines = static_cast<Line*>(room);
  for (std::size_t i = 0; i < count; ++i) new (lines + i) Line;
  return lines;
}

void PersonaTable::Free::operator()(Line* lines) const noexcept { std::free(lines); }

PersonaTable::Line* PersonaTable::find(ClientKey client) const noexcept {
  for (std::size_t way = 0; way < kWays; ++way)
    if (auto& each = line(client, way); each.client.load(kRelaxed) == client) return &each;
  return nullptr;
}

// Guarded by a sequence number (a seqlock; Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?", 2012).
bool PersonaTable::read(const Line& line, ClientKey client, PersonaAssignment& out) noexcept {
  const auto version = line.version.load(std::memory_order_acquire);
  const auto meaning = line.meaning.load(kRelaxed);
  const std::uint64_t token[2] = {line.token[0].load(kRelaxed), line.token[1].load(kRelaxed)};
  out.client = line.client.load(kRelaxed);
  out.expires = line.expires.load(kRelaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  if (version % 2 != 0 || out.client != client || line.version.load(kRelaxed) != version) return false;
  out.persona = static_cast<PersonaId>(meaning);
  out.confidence = std::bit_cast<float>(static_cast<std::uint32_t>(meaning >> 32));
  std::memcpy(out.token.data(), token, sizeof token);
  return true;
}

std::optional<PersonaAssignment> PersonaTable::of(ClientKey client) const noexcept {
  PersonaAssignment found;
  for (std::size_t way = 0; client != 0 && way < kWays; ++way)
    if (read(line(client, way), client, found) && found.expires != 0) return found;
  return std::nullopt;
}

PersonaTable::Look PersonaTable::look(ClientKey client, UnixMillis now) noexcept {
  if (client == 0) return {};
  auto* const found = find(client);
  if (!found) return claim(client, now);
  Look look;
  PersonaAssignment assigned;
  if (!read(*found, client, assigned)) return look;
  look.known = assigned.expires > now;
  if (look.known) look.persona = assigned.persona;
  if (assigned.expires - now < kRenewMs) look.ask = may_ask(*found, now);
  return look;
}

// Of all who come at once, one may.
bool PersonaTable::may_ask(Line& line, UnixMillis now) noexcept {
  auto asked = line.asked_at.load(kRelaxed);
  const auto second = second_of(now);
  // A clock that was set back must not silence a client for long.
  const auto ago = static_cast<std::int64_t>(second) - static_cast<std::int64_t>(asked);
  if (asked != 0 && ago >= 0 && ago * 1000 < kAskAgainMs) return false;
  return line.asked_at.compare_exchange_strong(asked, second, kRelaxed);
}

bool PersonaTable::lock(Line& line, std::uint32_t& version) noexcept {
  version = line.version.load(kRelaxed);
  if (version % 2 != 0 || !line.version.compare_exchange_strong(version, version + 1, std::memory_order_acquire))
    return false;
  std::atomic_thread_fence(std::memory_order_release);
  return true;
}

// A place to remember that it was asked for. What is assigned to others is not given up for that: then the next query asks again, until the
// engine's answer makes room for itself.
PersonaTable::Look PersonaTable::claim(ClientKey client, UnixMillis now) noexcept {
  Line* room = nullptr;
  for (std::size_t way = 0; way < kWays; ++way) {
    auto& each = line(client, way);
    if (each.expires.load(kRelaxed) > now) continue;
    if (!room || each.asked_at.load(kRelaxed) < room->asked_at.load(kRelaxed)) room = &each;
  }
  if (!room) return {.ask = true};
  std::uint32_t version = 0;
  if (!lock(*room, version)) return {};
  room->client.store(client, kRelaxed);
  room->asked_at.store(second_of(now), kRelaxed);
  room->expires.store(0, kRelaxed);
  room->meaning.store(0, kRelaxed);
  for (auto& half : room->token) half.store(0, kRelaxed);
  room->version.store(version + 2, std::memory_order_release);
  return {.ask = true};
}

bool PersonaTable::assign(const PersonaAssignment& assignment, Place place) noexcept {
  if (assignment.client == 0) return false;
  for (int i = 0; i < kTries; ++i) {
    auto* to = find(assignment.client);
    if (!to && place == Place::only_known) return false;
    if (!to) {
      auto &first = line(assignment.client, 0), &second = line(assignment.client, 1);
      to = second.expires.load(kRelaxed) < first.expires.load(kRelaxed) ? &second : &first;
    }
    std::uint32_t version = 0;
    if (!lock(*to, version)) continue;
    std::uint64_t token[2];
    std::memcpy(token, assignment.token.data(), sizeof token);
    to->client.store(assignment.client, kRelaxed);
    to->expires.store(assignment.expires, kRelaxed);
    to->meaning.store(pack(assignment.persona, assignment.confidence), kRelaxed);
    to->token[0].store(token[0], kRelaxed);
    to->token[1].store(token[1], kRelaxed);
    to->asked_at.store(0, kRelaxed);
    to->version.store(version + 2, std::memory_order_release);
    return true;
  }
  return false;
}

std::size_t PersonaTable::count(UnixMillis now) const noexcept {
  std::size_t known = 0;
  for (std::size_t at = 0; at <= mask_; ++at) known += lines_[at].expires.load(kRelaxed) > now;
  return known;
}

}  // namespace harbinger::persona
