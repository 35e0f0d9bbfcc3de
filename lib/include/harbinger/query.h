// A query as plugins see it: the question, the client's wishes, and facts. Never changed by `serve`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/edns.h>
#include <harbinger/facts.h>
#include <harbinger/message.h>
#include <harbinger/persona_id.h>

namespace harbinger {

class Plugin;

enum class Transport : std::uint8_t { udp, tcp, tls, https, internal };
std::string_view to_string(Transport transport);

/// What is written down while `serve` computes one answer.
struct ServeRecord {
  FactReads reads;                  ///< the facts that the answer was computed from
  const Plugin* deepest = nullptr;  ///< the last plugin that was reached; the one behind the answer
};

/// One question of one client. The reading functions marked "fact" record that they were called while `serve` runs; everything
/// else in here is part of every answer's key anyway. Valid during the call it was passed to; OwnedQuery lives longer.
class Query {
 public:
  // The question; part of every key.
  const Name& name() const { return name_; }  ///< as the client wrote it
  RRType type() const { return type_; }
  RRClass klass() const { return klass_; }
  bool recursion_desired() const { return flags_ & kRd; }
  bool checking_disabled() const { return flags_ & kCd; }
  bool dnssec_ok() const { return flags_ & kDo; }
  Question question() const { return {name_, type_, klass_}; }

  // Facts.
  /// Kept answers go by the address alone: one that tells the port must be Reply::Keeping::never.
  const SocketAddress& client() const {
    note({FactId::client});
    return client_;
  }
  harbinger::Transport transport() const {
    note({FactId::transport});
    return transport_;
  }
  /// The client is where its address says: it came over a connection, or a plugin saw a valid cookie (RFC 7873). Replies to others may be
  /// sent to a victim, so they stay small.
  bool address_proved() const {
    note({FactId::proved});
    return proved();
  }
  /// For `identify`.
  void prove_address() { set(Fact<bool>{FactId::proved}, true); }
  /// The client's persona: 0, the default, where no plugin said another.
  PersonaId persona() const { return get(Fact<PersonaId>{FactId::persona}).value_or(0); }
  /// The client's subnet, at most so many bits: from ECS where the query has it, else from its address.
  ClientSubnet subnet(std::uint8_t v4_bits, std::uint8_t v6_bits) const {
    note({FactId::subnet, v4_bits, v6_bits});
    return subnet_cut_to(v4_bits, v6_bits);
  }
  /// 0 .. buckets-1, the same for a client every time; for weighted choices that stay cacheable and sticky.
  std::uint8_t bucket(std::uint8_t buckets) const;

  template <class T>
  std::optional<T> get(Fact<T> fact) const {
    note({fact.id});
    if (!has(fact.id)) return std::nullopt;
    return Fact<T>::unpack(facts_.values[static_cast<std::size_t>(fact.id)]);
  }
  /// For `identify`.
  template <class T>
  void set(Fact<T> fact, const T& value) {
    facts_.values[static_cast<std::size_t>(fact.id)] = Fact<T>::pack(value);
    present_ |= 1u << static_cast<unsigned>(fact.id);
  }

  // The message around the question. Not facts, so `serve` must not let an answer depend on them.
  std::uint16_t id() const { return id_; }
  bool has_edns() const { return has_edns_; }
  std::uint16_t udp_size() const { return udp_size_; }
  std::optional<std::span<const std::uint8_t>> option(OptionCode code) const;
  /// The subnet option the client sent, if it is well formed.
  const std::optional<ClientSubnet>& ecs() const { return ecs_; }
  /// When the query was read from its socket.
  MonotonicTime arrived() const { return arrived_; }
  /// No answer is of use after this. `serve` must be done by then.
  MonotonicTime deadline() const { return deadline_; }
  std::span<const std::uint8_t> wire() const { return wire_; }
  /// The AD bit of the query: the client understands AD in the reply (RFC 6840 sec. 5.7).
  bool understands_ad() const { return flags_ & (kAd | kDo); }

  /// A query for something else on behalf of the same client, for rewriting plugins. Facts read through it count for this one.
  Query asking(const Name& name, RRType type) const;
  Query asking(const Name& name) const { return asking(name, type_); }

  /// The value of any fact, without recording. For the answer cache and for `why`.
  FactValue value_of(FactRef ref) const;

 private:
  friend class QueryParser;
  friend class OwnedQuery;
  friend class QueryBuilder;
  friend class AnswerKey;
  friend class Next;

  static constexpr std::uint8_t kRd = 1, kCd = 2, kDo = 4, kAd = 8;
  static constexpr std::uint8_t kKeyFlags = kRd | kCd | kDo;
  Query() = default;

  bool has(FactId id) const { return present_ >> static_cast<unsigned>(id) & 1; }
  bool proved() const { return transport_ != harbinger::Transport::udp || has(FactId::proved); }
  void note(FactRef ref) const {
    if (record_) record_->reads.add(ref);
  }
  ClientSubnet subnet_cut_to(std::uint8_t v4_bits, std::uint8_t v6_bits) const;

  Name name_;
  RRType type_{};
  RRClass klass_{};
  std::uint8_t flags_ = 0;
  harbinger::Transport transport_ = harbinger::Transport::udp;
  bool has_edns_ = false;
  std::uint16_t udp_size_ = 512;
  std::uint16_t id_ = 0;
  SocketAddress client_;
  MonotonicTime arrived_, deadline_;
  std::optional<ClientSubnet> ecs_;
  std::span<const std::uint8_t> wire_;
  std::span<const std::uint8_t> options_;
  ServeRecord* record_ = nullptr;  // where serve's readings go
  std::uint32_t present_ = 0;      // which fact values count; the others were never written
  union Facts {
    Facts() {}
    std::array<FactValue, static_cast<std::size_t>(FactId::limit)> values;
  } facts_;
};

/// A query with its own copy of the message: what a coroutine takes along that outlives the packet. Of a message over 4096 octets,
/// which no honest client sends, only so much is kept, without its options: many of them may wait at the same time.
class OwnedQuery {
 public:
  static constexpr std::size_t kMostWire = 4096;

  explicit OwnedQuery(const Query& query);
  OwnedQuery(OwnedQuery&&) = delete;

  const Query& operator*() const { return query_; }
  const Query* operator->() const { return &query_; }
  /// From now on the readings of facts are written down here.
  ServeRecord& start_record();
  const ServeRecord& record() const { return record_; }

 private:
  Query query_;
  ServeRecord record_;
  std::vector<std::uint8_t> wire_;
};

/// Makes queries without a packet: for tests, prefetching and refreshes.
class QueryBuilder {
 public:
  QueryBuilder(const Name& name, RRType type);
  QueryBuilder& from(const SocketAddress& client);
  QueryBuilder& over(harbinger::Transport transport);
  QueryBuilder& recursion_desired(bool wanted = true);
  QueryBuilder& checking_disabled(bool wanted = true);
  QueryBuilder& dnssec_ok(bool wanted = true);
  QueryBuilder& subnet(const ClientSubnet& ecs);
  QueryBuilder& arrived(MonotonicTime now, Duration time_to_answer = std::chrono::seconds(5));
  Query build() const { return query_; }

 private:
  Query query_;
};

}  // namespace harbinger
