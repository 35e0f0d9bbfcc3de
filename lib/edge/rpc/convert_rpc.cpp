#include "edge/rpc/convert.h"

#include <algorithm>
#include <limits>

#include <harbinger/edge/v1/edge.pb.h>
#include "base/client_network.h"
#include "edge/rpc/tidy.h"

namespace harbinger::edge {

namespace {

// The enums of ours stand in the same order, one earlier.
constexpr int kShift = 1;
static_assert(v1::OUTCOME_SERVED == static_cast<int>(Outcome::served) + kShift);
static_assert(v1::OUTCOME_FAILED == static_cast<int>(Outcome::failed) + kShift);
static_assert(v1::Outcome_MAX == v1::OUTCOME_FAILED);
static_assert(v1::JOB_KIND_PREFETCH == static_cast<int>(Job::Kind::prefetch) + kShift);
static_assert(v1::JOB_KIND_MIRROR == static_cast<int>(Job::Kind::mirror) + kShift);
static_assert(v1::JobKind_MAX == v1::JOB_KIND_MIRROR);
static_assert(v1::JOB_OUTCOME_FETCHED == static_cast<int>(JobDone::Outcome::fetched) + kShift);
static_assert(v1::JOB_OUTCOME_STOPPED == static_cast<int>(JobDone::Outcome::stopped) + kShift);
static_assert(v1::JobOutcome_MAX == v1::JOB_OUTCOME_STOPPED);

// A number that no enum of ours has stays so.
template <class Enum>
Enum enum_of(int number, int most) {
  const bool exists = number >= kShift && number <= most;
  return static_cast<Enum>(exists ? number - kShift : std::numeric_limits<std::uint8_t>::max());
}

template <class Enum>
int number_of(Enum value) {
  return static_cast<int>(value) + kShift;
}

void write(const Status& status, v1::Status& out) {
  out.set_load(status.load);
  out.set_requests(status.requests);
  out.set_hits(status.hits);
  out.set_bytes_served(status.bytes_served);
  out.set_bytes_origin(status.bytes_origin);
  out.set_jobs_waiting(status.jobs_waiting);
  out.set_jobs_in_flight(status.jobs_in_flight);
  out.set_refuses_jobs(!status.takes_jobs);
}

void write(const Latency& latency, v1::Latency& out) {
  const auto octets = latency.client.octets();
  out.mutable_client()->assign(octets.begin(), octets.end());
  out.set_rtt_ms(latency.rtt_ms);
}

void write(const Fetched& access, v1::Access& out) {
  out.set_at_ms(access.at);
  out.set_client(access.client);
  out.set_resource(access.resource);
  // The usual one is left out: unspecified is taken as served.
  if (access.outcome != Outcome::served) out.set_outcome(static_cast<v1::Outcome>(number_of(access.outcome)));
  out.set_size_bytes(access.size_bytes);
  out.set_latency_us(access.latency_us);
}

void write(const JobDone& done, v1::JobDone& out) {
  out.set_id(done.id);
  out.set_resource(done.resource);
  out.set_outcome(static_cast<v1::JobOutcome>(number_of(done.outcome)));
  out.set_bytes(done.bytes);
  out.set_took_ms(done.took_ms);
  out.set_why(done.why);
}

void write(const Job& job, v1::Job& out) {
  out.set_id(job.id);
  out.set_kind(static_cast<v1::JobKind>(number_of(job.kind)));
  out.set_resource(job.resource);
  out.set_probability(job.probability);
  out.set_benefit_ms(job.benefit_ms);
  out.set_bytes(job.bytes);
  out.set_within_ms(job.within_ms);
  out.set_client(job.client);
}

void write(const Line& line, v1::Line& out) {
  out.set_context(line.context);
  for (const auto& [resource, probability] : line.successors) {
    auto& successor = *out.add_successors();
    successor.set_resource(resource);
    successor.set_probability(probability);
  }
}

IpAddress address_of(const std::string& octets) {
  std::array<std::uint8_t, 16> v6{};
  std::array<std::uint8_t, 4> v4{};
  if (octets.size() == v4.size()) {
    std::ranges::copy(octets, v4.begin());
    return IpAddress::v4(v4);
  }
  if (octets.size() == v6.size()) std::ranges::copy(octets, v6.begin());
  return IpAddress::v6(v6);
}

}  // namespace

void write(const Hello& hello, v1::Hello& out) {
  out.set_name(hello.name);
  out.set_endpoint(hello.endpoint);
  out.set_cluster(hello.cluster);
  out.set_cache_bytes(hello.cache_bytes);
  out.set_bytes_per_second(hello.bytes_per_second);
  out.set_version(hello.version);
}

void write(const EdgeWords& words, v1::SessionRequest& out) {
  if (words.status) write(*words.status, *out.mutable_status());
  for (const auto& latency : words.latencies) write(latency, *out.add_latencies());
  for (const auto& access : words.accesses) write(access, *out.add_accesses());
  for (const auto& done : words.done) write(done, *out.add_done());
  for (const auto& line : words.lines) write(line, *out.add_lines());
}

void write(const HubWords& words, v1::SessionResponse& out) {
  for (const auto& job : words.jobs) write(job, *out.add_jobs());
  for (const auto& line : words.lines) write(line, *out.add_lines());
}

Hello read(const v1::Hello& in) {
  return {in.name(), in.endpoint(), in.cluster(), in.cache_bytes(), in.bytes_per_second(), in.version()};
}

Status read(const v1::Status& in) {
  Status status;
  status.load = in.load();
  status.requests = in.requests();
  status.hits = in.hits();
  status.bytes_served = in.bytes_served();
  status.bytes_origin = in.bytes_origin();
  status.jobs_waiting = in.jobs_waiting();
  status.jobs_in_flight = in.jobs_in_flight();
  status.takes_jobs = !in.refuses_jobs();
  return status;
}

Latency read(const v1::Latency& in) { return {address_of(in.client()), in.rtt_ms()}; }

Fetched read(const v1::Access& in) {
  const bool usual = in.outcome() == v1::OUTCOME_UNSPECIFIED;
  return {in.at_ms(),      in.client(),
          in.resource(),   usual ? Outcome::served : enum_of<Outcome>(in.outcome(), v1::Outcome_MAX),
          in.size_bytes(), in.latency_us()};
}

JobDone read(const v1::JobDone& in) {
  return {in.id(),    in.resource(), enum_of<JobDone::Outcome>(in.outcome(), v1::JobOutcome_MAX),
          in.bytes(), in.took_ms(),  in.why()};
}

Job read(const v1::Job& in) {
  Job job;
  job.id = in.id();
  if (in.kind() != v1::JOB_KIND_UNSPECIFIED) job.kind = enum_of<Job::Kind>(in.kind(), v1::JobKind_MAX);
  job.resource = in.resource();
  job.probability = in.probability();
  job.benefit_ms = in.benefit_ms();
  job.bytes = in.bytes();
  job.within_ms = in.within_ms();
  job.client = in.client();
  return job;
}

Line read(const v1::Line& in) {
  Line line{in.context(), {}};
  for (const auto& successor : in.successors())
    line.successors.emplace_back(successor.resource(), successor.probability());
  return line;
}

Result<LatencyReport> read(const v1::LatencyReport& in) {
  constexpr std::uint32_t kUsual = 30, kMost = 3600;
  const auto clients = IpPrefix::parse(in.clients());
  if (!clients) return fail(clients.error());
  if (!is_name(in.endpoint())) return fail(ErrorCode::malformed, "an endpoint has a name");
  if (!is_rtt(in.rtt_ms())) return fail(ErrorCode::malformed, "rtt_ms is more than 0 and at most 60000");
  const auto lives = in.ttl_s() == 0 ? kUsual : std::min(in.ttl_s(), kMost);
  const auto bits = std::min(clients->bits, client_network(clients->address).bits);
  return LatencyReport{
      {clients->address.truncated(bits), bits}, in.endpoint(), in.rtt_ms(), std::chrono::seconds(lives)};
}

Result<EventReport> read(const v1::EventReport& in) {
  constexpr double kMostLift = 10'000;
  constexpr std::uint32_t kUsual = 3600, kMost = 30 * 86'400;
  if (!is_name(in.tag())) return fail(ErrorCode::malformed, "an event has a tag");
  if (!is_name(in.resources())) return fail(ErrorCode::malformed, "an event says which resources will be wanted");
  if (!in.cluster().empty() && !is_name(in.cluster())) return fail(ErrorCode::malformed, "a cluster has a name");
  if (!(in.lift() > 0 && in.lift() <= kMostLift))
    return fail(ErrorCode::malformed, "lift is more than 0 and at most 10000");
  const auto lasts = in.lasts_s() == 0 ? kUsual : std::min(in.lasts_s(), kMost);
  return EventReport{in.tag(), in.resources(), in.cluster(), in.at_ms(), in.lift(), std::chrono::seconds(lasts)};
}

}  // namespace harbinger::edge
