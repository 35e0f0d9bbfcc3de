// A client of both services, as other programs are: generated stubs over gRPC.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace harbinger::test {

/// How a call ended.
struct Ended {
  std::string code;  ///< as gRPC writes it: "OK", "NOT_FOUND"
  std::string message;
};

struct ToldInstance {
  std::string id, pool, step;  ///< step without STEP_
  std::vector<std::string> addresses;
  std::uint32_t port = 0;
  std::string text;  ///< all of it, as protobuf prints it
};

struct Registered : Ended {
  ToldInstance instance;
  std::string tag, why;
};

struct Listed : Ended {
  std::vector<ToldInstance> instances;
  std::vector<std::string> pools;
  std::string next;
};

struct Measured : Ended {
  bool active = false;
  std::string metric;
  std::int64_t value = 0;
  double value_float = 0;
};

/// Files for TLS.
struct CallerTls {
  std::filesystem::path ca{};
  std::optional<std::filesystem::path> certificate{}, key{};
};

using Trigger = std::map<std::string, std::string>;  ///< metadata of KEDA's

/// Calls one after the other, each for 20 s at most.
class Caller {
 public:
  explicit Caller(const std::string& address, const std::string& token = "", const std::optional<CallerTls>& tls = {});
  ~Caller();

  Registered register_tag(const std::string& tag, const std::string& pool) const;
  Registered register_profile(const std::string& location, std::uint32_t persona, const std::string& pool) const;
  Registered register_nobody(const std::string& pool) const;
  Listed list(const std::string& pool = "", std::uint32_t page_size = 0, const std::string& page_token = "") const;
  Ended release(const std::string& id) const;

  Measured is_active(const Trigger& trigger) const;
  Measured metric_spec(const Trigger& trigger) const;
  Measured metrics(const Trigger& trigger, const std::string& metric = "") const;

  /// News of instances; or whether a pool is active.
  class Stream {
   public:
    struct News {
      std::vector<ToldInstance> instances;
      bool complete = false, active = false;
    };
    virtual ~Stream() = default;
    /// Waits for the next message; nothing at the end.
    virtual std::optional<News> next() = 0;
    /// After the end.
    virtual Ended end() = 0;
  };
  std::unique_ptr<Stream> watch(const std::string& pool = "") const;
  std::unique_ptr<Stream> watch_active(const Trigger& trigger) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger::test
