// A stream that ends before it begins. A template, for sources that know gRPC.
#pragma once

#include <utility>

namespace grpc {
class Status;
}

namespace harbinger::persona {

/// Ends at once with this status, and frees itself. `Reactor` is the stream's, of gRPC.
template <class Reactor, class Status = grpc::Status>
class Refusal final : public Reactor {
 public:
  explicit Refusal(Status status) { this->Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

}  // namespace harbinger::persona
