#include <harbinger/tsig.h>

#include <algorithm>

#include <harbinger/message.h>

#include "wire/tsig_chain.h"
#include "wire/tsig_record.h"

namespace harbinger {

namespace {

using wire::TsigChain;
using wire::TsigRecord;

constexpr std::size_t kShortestMac = 10;  // sec. 5.2.2.1
constexpr std::size_t kTimeSize = 6;
constexpr int kMostUnsigned = 99;  // sec. 5.3.1
constexpr TsigTime kTimeMask = (TsigTime{1} << 48) - 1;

TsigTime apart(TsigTime a, TsigTime b) { return a > b ? a - b : b - a; }

// Sec. 5.2.2.1: a MAC longer than its hash, or cut too short to mean anything, is no MAC.
bool possible_mac_size(std::size_t size, TsigAlgorithm algorithm) {
  const auto whole = mac_size(algorithm);
  return size <= whole && size >= std::max(kShortestMac, whole / 2);
}

std::size_t least_mac(const TsigKey& key) { return key.least_mac == 0 ? mac_size(key.algorithm) : key.least_mac; }

bool same_mac(std::span<const std::uint8_t> whole, std::span<const std::uint8_t> received) {
  return received.size() <= whole.size() && wire::equal_in_constant_time(whole.first(received.size()), received);
}

std::vector<std::uint8_t> time_octets(TsigTime time) {
  std::vector<std::uint8_t> octets(kTimeSize);
  for (std::size_t i = 0; i < kTimeSize; ++i) octets[i] = static_cast<std::uint8_t>(time >> 8 * (kTimeSize - 1 - i));
  return octets;
}

TsigTime time_of(std::span<const std::uint8_t> octets) {
  TsigTime time = 0;
  for (const auto octet : octets) time = time << 8 | octet;
  return time;
}

std::string clocks_differ(TsigTime signed_at, TsigTime now, std::string_view by) {
  return "signed " + std::to_string(apart(signed_at, now)) + (signed_at < now ? " s ago" : " s in the future") +
         " by " + std::string(by) + " clock";
}

std::uint16_t id_of(std::span<const std::uint8_t> message) {
  return static_cast<std::uint16_t>(message[0] << 8 | message[1]);
}

std::unexpected<Error> too_short() { return fail(ErrorCode::truncated, "what is signed has a header of 12 octets"); }

std::unexpected<Error> denied(std::string why) { return fail(ErrorCode::denied, std::move(why)); }

}  // namespace

std::string to_string(TsigError error) {
  switch (error) {
    case TsigError::none:
      return "NOERROR";
    case TsigError::BADSIG:
      return "BADSIG";
    case TsigError::BADKEY:
      return "BADKEY";
    case TsigError::BADTIME:
      return "BADTIME";
    case TsigError::BADTRUNC:
      return "BADTRUNC";
  }
  return "TSIG error " + std::to_string(static_cast<unsigned>(error));
}

TsigRequest::TsigRequest() = default;
TsigRequest::TsigRequest(TsigRequest&& other) noexcept = default;
TsigRequest& TsigRequest::operator=(TsigRequest&& other) noexcept = default;
TsigRequest::~TsigRequest() = default;

Result<TsigRequest> TsigRequest::check(std::span<const std::uint8_t> message, const TsigKeys& keys, TsigTime now) {
  auto record = TsigRecord::find(message);
  if (!record) return fail(record.error());
  TsigRequest request;
  if (!*record) return request;
  request.record_ = std::move(*record);
  const auto& signature = *request.record_;
  request.key_ = keys.find(signature.key);
  if (request.key_ && wire::name_of(request.key_->algorithm) != signature.algorithm) request.key_ = nullptr;
  if (!request.key_) {
    request.error_ = TsigError::BADKEY;
    request.why_ =
        "no key " + signature.key.to_string() + " with " + signature.algorithm.to_string() + " is known here";
    return request;
  }
  if (!possible_mac_size(signature.mac.size(), request.key_->algorithm))
    return fail(ErrorCode::malformed, "TSIG with a MAC of " + std::to_string(signature.mac.size()) + " octets");
  request.judge(message.first(signature.offset), now);
  return request;
}

void TsigRequest::judge(std::span<const std::uint8_t> message, TsigTime now) {
  chain_ = std::make_unique<TsigChain>(key_);
  const auto refuse = [this](TsigError error, const std::string& what) {
    error_ = error;
    why_ = "key " + key_->name.to_string() + ": " + what;
  };
  if (!same_mac(chain_->mac(message, *record_), record_->mac))
    return refuse(TsigError::BADSIG, "the signature is not by its secret");
  chain_->advance(record_->mac);
  if (apart(record_->time, now) > record_->fudge)
    return refuse(TsigError::BADTIME, clocks_differ(record_->time, now, "this server's"));
  if (record_->mac.size() < least_mac(*key_))
    refuse(TsigError::BADTRUNC, "a signature of " + std::to_string(record_->mac.size()) + " octets is too short here");
}

TsigTime TsigRequest::time_signed() const { return record_ ? record_->time : 0; }

std::size_t TsigRequest::room() const {
  if (!record_) return 0;
  TsigRecord longest{.key = record_->key, .algorithm = record_->algorithm};
  longest.other.resize(kTimeSize);
  return longest.size() + (key_ ? mac_size(key_->algorithm) : 0);
}

Result<std::size_t> TsigRequest::sign(std::span<std::uint8_t> buffer, std::size_t size, TsigTime now) {
  if (!record_) return size;
  if (size < Header::kSize) return too_short();
  TsigRecord record{.key = record_->key,
                    .algorithm = record_->algorithm,
                    .time = now & kTimeMask,
                    .fudge = kTsigFudge,
                    .original_id = id_of(buffer),
                    .error = static_cast<std::uint16_t>(error_)};
  if (error_ == TsigError::BADTIME) {  // sec. 5.2.3: the client's time, so that it can check this, and ours beside
    record.time = record_->time;
    record.fudge = record_->fudge;
    record.other = time_octets(now);
  }
  if (error_ == TsigError::BADKEY || error_ == TsigError::BADSIG) {
    record.time = record_->time;
    return record.append(buffer, size);
  }
  record.mac = chain_->mac(buffer.first(size), record);
  chain_->advance(record.mac);
  return record.append(buffer, size);
}

void TsigRequest::pass_unsigned(std::span<const std::uint8_t> message) {
  if (authentic()) chain_->pass_unsigned(message);
}

TsigClient::TsigClient(std::shared_ptr<const TsigKey> key) : key_(std::move(key)) {}
TsigClient::TsigClient(TsigClient&& other) noexcept = default;
TsigClient& TsigClient::operator=(TsigClient&& other) noexcept = default;
TsigClient::~TsigClient() = default;

std::size_t TsigClient::room() const {
  return TsigRecord{.key = key_->name, .algorithm = wire::name_of(key_->algorithm)}.size() + mac_size(key_->algorithm);
}

Result<std::size_t> TsigClient::sign(std::span<std::uint8_t> buffer, std::size_t size, TsigTime now,
                                     std::uint16_t fudge) {
  if (size < Header::kSize) return too_short();
  chain_ = std::make_unique<TsigChain>(key_);
  error_ = TsigError::none;
  server_time_.reset();
  TsigRecord record{.key = key_->name,
                    .algorithm = wire::name_of(key_->algorithm),
                    .time = now & kTimeMask,
                    .fudge = fudge,
                    .original_id = id_of(buffer)};
  record.mac = chain_->mac(buffer.first(size), record);
  chain_->advance(record.mac);
  return record.append(buffer, size);
}

bool TsigClient::pending() const { return chain_ && chain_->unsigned_messages() > 0; }

Result<void> TsigClient::verify(std::span<const std::uint8_t> message, TsigTime now) {
  if (!chain_) return denied("nothing was asked, or the exchange is over");
  const auto record = TsigRecord::find(message);
  Result<void> verdict;
  if (!record) {
    verdict = fail(record.error());
  } else if (*record) {
    verdict = verify_signed(message.first((*record)->offset), **record, now);
  } else if (!chain_->in_stream()) {
    verdict = denied("the reply is not signed");
  } else if (chain_->unsigned_messages() >= kMostUnsigned) {
    verdict = denied("more than 99 messages without a signature");
  } else {
    chain_->pass_unsigned(message);
  }
  if (!verdict) chain_.reset();
  return verdict;
}

Result<void> TsigClient::verify_signed(std::span<const std::uint8_t> message, const TsigRecord& record, TsigTime now) {
  const auto error = static_cast<TsigError>(record.error);
  if (record.mac.empty() && (error == TsigError::BADKEY || error == TsigError::BADSIG)) return told_by_server(record);
  if (record.key != key_->name || record.algorithm != wire::name_of(key_->algorithm))
    return denied("the reply is signed with key " + record.key.to_string() + ", not with " + key_->name.to_string());
  if (!possible_mac_size(record.mac.size(), key_->algorithm) || record.mac.size() < least_mac(*key_))
    return denied("the reply's signature is too short or too long");
  if (!same_mac(chain_->mac(message, record), record.mac)) return denied("the reply's signature is wrong");
  chain_->advance(record.mac);
  if (error != TsigError::none) return told_by_server(record);
  if (apart(record.time, now) > record.fudge)
    return denied("the reply was " + clocks_differ(record.time, now, "this machine's"));
  return {};
}

Result<void> TsigClient::told_by_server(const TsigRecord& record) {
  error_ = static_cast<TsigError>(record.error);
  const std::string key = "key " + key_->name.to_string();
  if (error_ == TsigError::BADKEY) return denied("BADKEY: the server does not know " + key + " with its algorithm");
  if (error_ == TsigError::BADSIG) return denied("BADSIG: the server has another secret for " + key);
  if (error_ != TsigError::BADTIME || record.other.size() != kTimeSize)
    return denied(to_string(error_) + ": the server does not accept the signature with " + key);
  server_time_ = time_of(record.other);
  return denied("BADTIME: the server's clock is " + std::to_string(apart(*server_time_, record.time)) + " s " +
                (*server_time_ > record.time ? "ahead of" : "behind") + " this machine's; set the one that is wrong");
}

}  // namespace harbinger
