// What an origin gives out for URLs, asked once and shared.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "mirror/body_check.h"

namespace harbinger::mirror {

/// One thread. Lives longer than every call.
class References {
 public:
  struct Reference {
    BodyFacts facts{};
    MonotonicTime at{};  ///< when the origin was asked
  };
  References(boost::asio::io_context& context, std::size_t most, const Clock& clock)
      : context_(context), most_(most), clock_(clock) {}

  /// What the origin said after `not_before`, or last, where it says nothing now. Nothing: it never did; `why` tells the reason then. Several at a time that
  /// want the same wait for one answer.
  boost::asio::awaitable<std::optional<Reference>> get(BodyOrder order, MonotonicTime not_before, std::string& why);

 private:
  struct Entry {
    std::optional<Reference> known{};
    std::shared_ptr<boost::asio::steady_timer> asking{};  // ends when the answer is there
    std::string trouble{};
    MonotonicTime used{};
  };
  void make_room();

  boost::asio::io_context& context_;
  const std::size_t most_;
  const Clock& clock_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
};

}  // namespace harbinger::mirror
