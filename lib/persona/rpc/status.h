// Errors as they travel, each way.
#pragma once

#include <harbinger/result.h>

namespace grpc {
class Status;
}

namespace harbinger::persona {

grpc::Status status_of(const Error& error);
/// The same, for templates: `Status` is gRPC's, which they only name.
template <class Status>
Status status_as(const Error& error);
Error error_of(const grpc::Status& status);

}  // namespace harbinger::persona
