// Calls as any other gRPC client makes them: a method's name, octets there, octets back.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace harbinger::test {

/// How a call ended.
struct RawAnswer {
  std::string code;     ///< as gRPC writes it: "OK", "UNAUTHENTICATED"
  std::string message;  ///< of the status
  std::vector<std::string> octets;
};

/// Sends each of `requests` as a message to `/service/Method`, says that these were all unless `silent`, and reads until the server ends or has
/// answered `most` messages.
RawAnswer raw_call(const std::string& address, const std::string& method, const std::vector<std::string>& requests,
                   const std::map<std::string, std::string>& metadata = {}, std::size_t most = 1000,
                   bool silent = false);

/// Opens a Watch, and never reads of it until `close`.
class StuckWatcher {
 public:
  explicit StuckWatcher(const std::string& address);
  ~StuckWatcher();
  StuckWatcher(const StuckWatcher&) = delete;
  StuckWatcher& operator=(const StuckWatcher&) = delete;

 private:
  struct Impl;
  Impl* impl_;
};

/// A batch of so many empty events, or of empty asks, as octets.
std::string empty_batch(std::size_t parts);

}  // namespace harbinger::test
