#include <grpcpp/support/status.h>

#include "persona/rpc/status.h"

namespace harbinger::persona {

grpc::Status status_of(const Error& error) {
  const auto code = [&] {
    switch (error.code) {
      case ErrorCode::malformed:
      case ErrorCode::truncated:
      case ErrorCode::unknown:
        return grpc::StatusCode::INVALID_ARGUMENT;
      case ErrorCode::too_large:
        return grpc::StatusCode::RESOURCE_EXHAUSTED;
      case ErrorCode::conflict:
        return grpc::StatusCode::FAILED_PRECONDITION;
      case ErrorCode::not_found:
        return grpc::StatusCode::NOT_FOUND;
      case ErrorCode::denied:
        return grpc::StatusCode::PERMISSION_DENIED;
      case ErrorCode::timeout:
        return grpc::StatusCode::DEADLINE_EXCEEDED;
      case ErrorCode::unreachable:
        return grpc::StatusCode::UNAVAILABLE;
      case ErrorCode::unsupported:
        return grpc::StatusCode::UNIMPLEMENTED;
      case ErrorCode::internal:
        break;
    }
    return grpc::StatusCode::INTERNAL;
  }();
  return {code, error.message};
}

template <class Status>
Status status_as(const Error& error) {
  return status_of(error);
}
template grpc::Status status_as<grpc::Status>(const Error& error);

Error error_of(const grpc::Status& status) {
  const auto code = [&] {
    switch (status.error_code()) {
      case grpc::StatusCode::INVALID_ARGUMENT:
        return ErrorCode::malformed;
      case grpc::StatusCode::RESOURCE_EXHAUSTED:
        return ErrorCode::too_large;
      case grpc::StatusCode::FAILED_PRECONDITION:
        return ErrorCode::conflict;
      case grpc::StatusCode::NOT_FOUND:
        return ErrorCode::not_found;
      case grpc::StatusCode::PERMISSION_DENIED:
      case grpc::StatusCode::UNAUTHENTICATED:
        return ErrorCode::denied;
      case grpc::StatusCode::DEADLINE_EXCEEDED:
        return ErrorCode::timeout;
      case grpc::StatusCode::UNIMPLEMENTED:
        return ErrorCode::unsupported;
      case grpc::StatusCode::INTERNAL:
        return ErrorCode::internal;
      default:
        return ErrorCode::unreachable;
    }
  }();
  return {code, status.error_message()};
}

}  // namespace harbinger::persona
