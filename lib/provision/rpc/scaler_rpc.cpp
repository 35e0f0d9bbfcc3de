#include "provision/rpc/scaler.h"

#include <grpcpp/grpcpp.h>

#include <externalscaler/externalscaler.pb.h>
#include "persona/rpc/status.h"
#include "provision/rpc/answers.h"
#include "provision/rpc/convert.h"

namespace harbinger::provision {

namespace {

std::string metadata(const externalscaler::ScaledObjectRef& who, const char* key) {
  const auto found = who.scalermetadata().find(key);
  return found == who.scalermetadata().end() ? std::string() : found->second;
}

std::string metric_of(const std::string& pool) { return "harbinger-" + pool; }

Result<unsigned> replicas(const Calls& calls, const externalscaler::ScaledObjectRef& who) {
  return replicas(calls.engine().state(), pool_of(who));
}

}  // namespace

std::string pool_of(const externalscaler::ScaledObjectRef& who) { return metadata(who, "pool"); }

std::string token_of(const externalscaler::ScaledObjectRef& who) {
  const auto token = metadata(who, "token");
  return token.empty() ? metadata(who, "tokenFromEnv") : token;
}

Result<unsigned> replicas(const ProvisioningEngine::State& state, const std::string& pool) {
  if (pool.empty()) return fail(ErrorCode::malformed, "the trigger's metadata name no pool: `pool: NAME`");
  const auto found = find_pool(state, pool);
  if (!found) return fail(found.error());
  return (*found)->target.ready + (*found)->assigned;
}

grpc::Status is_active(const Calls& calls, const grpc::CallbackServerContext& context,
                       const externalscaler::ScaledObjectRef& who, externalscaler::IsActiveResponse& response) {
  if (auto status = calls.admit_scaler(context, token_of(who)); !status.ok()) return status;
  const auto wanted = replicas(calls, who);
  if (!wanted) return persona::status_of(wanted.error());
  response.set_result(*wanted > 0);
  return grpc::Status::OK;
}

grpc::Status metric_spec(const Calls& calls, const grpc::CallbackServerContext& context,
                         const externalscaler::ScaledObjectRef& who, externalscaler::GetMetricSpecResponse& response) {
  if (auto status = calls.admit_scaler(context, token_of(who)); !status.ok()) return status;
  if (const auto wanted = replicas(calls, who); !wanted) return persona::status_of(wanted.error());
  auto& spec = *response.add_metricspecs();
  spec.set_metricname(metric_of(pool_of(who)));
  spec.set_targetsize(1);
  spec.set_targetsizefloat(1);
  return grpc::Status::OK;
}

grpc::Status metrics(const Calls& calls, const grpc::CallbackServerContext& context,
                     const externalscaler::GetMetricsRequest& request, externalscaler::GetMetricsResponse& response) {
  const auto& who = request.scaledobjectref();
  if (auto status = calls.admit_scaler(context, token_of(who)); !status.ok()) return status;
  const auto wanted = replicas(calls, who);
  if (!wanted) return persona::status_of(wanted.error());
  const auto name = metric_of(pool_of(who));
  if (!request.metricname().empty() && request.metricname() != name)
    return {grpc::StatusCode::NOT_FOUND, "this pool has one metric, " + name};
  auto& value = *response.add_metricvalues();
  value.set_metricname(name);
  value.set_metricvalue(*wanted);
  value.set_metricvaluefloat(*wanted);
  return grpc::Status::OK;
}

}  // namespace harbinger::provision
