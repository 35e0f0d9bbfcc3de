// A client of the service, as other programs are: generated stubs over gRPC.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace harbinger::test {

/// How a call ended, and what it told.
struct Ended {
  std::string code;     ///< as gRPC writes it: "OK", "NOT_FOUND"
  std::string message;  ///< of an error
  std::string text;     ///< the whole response, as protobuf prints it in a line
};

struct CallerTls {
  std::filesystem::path ca{};
  std::optional<std::filesystem::path> certificate{}, key{};
};

/// Calls one after the other, each for 20 s at most. Requests are written as protobuf writes texts: `user { name: "alice" }`.
class Caller {
 public:
  explicit Caller(const std::string& address, const std::string& token = "", const std::optional<CallerTls>& tls = {});
  ~Caller();

  /// `call`: "ReportActivity", "GetDesired", "ListPlan", "ListHistory", "Decide", "Claim", "Release", "Explain" or "Label".
  Ended call(const std::string& call, const std::string& request = "") const;

  /// Messages of a stream.
  class Stream {
   public:
    virtual ~Stream() = default;
    /// Waits for the next message; nothing at the end.
    virtual std::optional<std::string> next() = 0;
    /// After the end.
    virtual Ended end() = 0;
  };
  std::unique_ptr<Stream> watch_plan() const;
  std::unique_ptr<Stream> watch_desired(const std::string& request) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger::test
