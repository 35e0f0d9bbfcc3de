// Signatures of messages by a shared secret (RFC 8945): keys, and the two ends of a signed exchange. Bytes only: what time it is, the caller says.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger {

namespace wire {
class TsigChain;
struct TsigRecord;
}  // namespace wire

/// MD5 and SHA-1 are not among them: they are broken as hashes, and every peer has better.
enum class TsigAlgorithm : std::uint8_t { hmac_sha224, hmac_sha256, hmac_sha384, hmac_sha512 };

/// `hmac-sha256`, as it stands in files; on the wire it is a name.
std::string_view to_string(TsigAlgorithm algorithm);
/// Without case; the last dot may stand or be missing. `unsupported` for MD5, SHA-1 and cut forms, with the reason.
Result<TsigAlgorithm> parse_tsig_algorithm(std::string_view text);
/// Octets of a whole MAC.
std::size_t mac_size(TsigAlgorithm algorithm);

struct TsigKey {
  Name name;
  TsigAlgorithm algorithm = TsigAlgorithm::hmac_sha256;
  std::vector<std::uint8_t> secret{};
  /// The shortest MAC that is accepted, in octets; 0: whole ones only. RFC 8945 sec. 5.2.2.1 allows none below 10 or half of a whole one.
  std::uint8_t least_mac = 0;

  /// `[algorithm:]name:secret`, as `kdig -y` and `knsupdate -y` take it: hmac-sha256 when no algorithm is said, the secret in base64. The error never
  /// shows the secret.
  static Result<TsigKey> parse(std::string_view text);
};

/// Keys by name. A plain value; copies share the keys.
class TsigKeys {
 public:
  /// A key a line, `#` begins a comment. All mistakes are told, each with file and line. `denied` when everybody may read the file.
  static std::expected<TsigKeys, std::vector<Error>> read(const std::filesystem::path& file);
  static std::expected<TsigKeys, std::vector<Error>> parse(std::string_view text, const std::filesystem::path& file);

  /// `conflict` when there is one of that name.
  Result<void> add(TsigKey key);
  /// Null when there is none.
  std::shared_ptr<const TsigKey> find(const Name& name) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::unordered_map<Name, std::shared_ptr<const TsigKey>, NameHash> keys_;
};

/// What is wrong with a signature, as the record says it (RFC 8945 sec. 3). The message's own rcode is NOTAUTH with each.
enum class TsigError : std::uint16_t { none = 0, BADSIG = 16, BADKEY = 17, BADTIME = 18, BADTRUNC = 22 };
/// `BADSIG`; `NOERROR` for none.
std::string to_string(TsigError error);

/// Seconds since 1970, of which 48 bits travel.
using TsigTime = std::uint64_t;

/// So far may the clocks of two peers be apart, in seconds, where nobody says otherwise (RFC 8945 sec. 10). Both ends need a clock that is right: a
/// message from further away is BADTIME, and the reply tells what the server's clock says. Nobody sets a clock by that.
inline constexpr std::uint16_t kTsigFudge = 300;

/// A request as its server sees it: checked, and then the replies to it are signed. A replay within the fudge is not noticed here; time_signed() is for
/// those who must notice. Owns what it needs. One thread at a time.
class TsigRequest {
 public:
  /// Checks key, MAC, time and cut, in this order (RFC 8945 sec. 5.2). An error is for FORMERR: records that do not fit, a signature in the wrong place or
  /// of the wrong form. All else is in error().
  static Result<TsigRequest> check(std::span<const std::uint8_t> message, const TsigKeys& keys, TsigTime now);

  TsigRequest(TsigRequest&& other) noexcept;
  TsigRequest& operator=(TsigRequest&& other) noexcept;
  ~TsigRequest();

  bool has_signature() const { return record_ != nullptr; }
  /// Signed, and everything about it is right.
  bool authentic() const { return has_signature() && error_ == TsigError::none; }
  TsigError error() const { return error_; }
  /// NOTAUTH when there is an error, else NOERROR.
  Rcode rcode() const { return error_ == TsigError::none ? Rcode::NOERROR : Rcode::NOTAUTH; }
  /// For people: which key, and what is wrong with it. Empty without an error.
  const std::string& why() const { return why_; }
  /// Null without a signature, or when the key is not known here. With an error, the key that was named, not the one that signed.
  const std::shared_ptr<const TsigKey>& key() const { return key_; }
  /// When the client signed, by its clock; 0 without a signature.
  TsigTime time_signed() const;

  /// Octets that sign() adds at most. 0 without a signature.
  std::size_t room() const;
  /// Signs a reply: it stands at the front of `buffer`, `size` octets of it, with its header final but for the signature. Returns the new size.
  /// Does nothing for a request without a signature. BADKEY and BADSIG are told without a MAC, all else is signed (sec. 5.3.2). Several replies are a
  /// stream, signed in their order (sec. 5.3.1). `too_large` when room() octets are not there.
  Result<std::size_t> sign(std::span<std::uint8_t> buffer, std::size_t size, TsigTime now);
  /// In a stream, a message that goes without a signature of its own; the next signature covers it. The first and the last message need one, and at least
  /// every hundredth.
  void pass_unsigned(std::span<const std::uint8_t> message);

 private:
  TsigRequest();
  void judge(std::span<const std::uint8_t> message, TsigTime now);

  std::unique_ptr<wire::TsigRecord> record_;
  std::unique_ptr<wire::TsigChain> chain_;
  std::shared_ptr<const TsigKey> key_;
  TsigError error_ = TsigError::none;
  std::string why_;
};

/// The client's end of one signed exchange: signs the request, then checks the replies. Owns what it needs. One thread at a time.
class TsigClient {
 public:
  explicit TsigClient(std::shared_ptr<const TsigKey> key);
  TsigClient(TsigClient&& other) noexcept;
  TsigClient& operator=(TsigClient&& other) noexcept;
  ~TsigClient();

  /// Octets that sign() adds.
  std::size_t room() const;
  /// Signs the request at the front of `buffer`; its id must be final. Returns the new size. `too_large` when room() octets are not there. A new
  /// exchange begins.
  Result<std::size_t> sign(std::span<std::uint8_t> buffer, std::size_t size, TsigTime now,
                           std::uint16_t fudge = kTsigFudge);

  /// Checks the next reply. `denied` when it must not be believed: no signature where one is needed, a wrong one, or the server said what was wrong with
  /// ours; the words tell which, and error() and server_time() what the server said. `malformed` when it cannot be read. After an error the exchange is over.
  Result<void> verify(std::span<const std::uint8_t> message, TsigTime now);
  /// Messages came that no signature covers yet. A stream that ends so is not to be believed.
  bool pending() const;
  /// What the last reply said of our signature. Only BADTIME and BADTRUNC are signed; anybody could have written the others.
  TsigError error() const { return error_; }
  /// With BADTIME: what the server's clock said.
  std::optional<TsigTime> server_time() const { return server_time_; }

 private:
  Result<void> verify_signed(std::span<const std::uint8_t> message, const wire::TsigRecord& record, TsigTime now);
  Result<void> told_by_server(const wire::TsigRecord& record);

  std::shared_ptr<const TsigKey> key_;
  std::unique_ptr<wire::TsigChain> chain_;
  TsigError error_ = TsigError::none;
  std::optional<TsigTime> server_time_;
};

}  // namespace harbinger
