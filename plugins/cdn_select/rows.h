// Lines of the configuration, and what they mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/name.h>
#include <harbinger/option_value.h>
#include <harbinger/result.h>
#include "net/probe.h"
#include "steer/applications.h"
#include "steer/endpoint.h"
#include "steer/pool.h"

namespace harbinger::cdn_select {

struct EndpointRow {
  std::string name;
  std::vector<IpAddress> addresses;
  std::optional<Name> target;
  std::uint16_t port = 0;
  std::string country, provider, cluster;
  std::vector<double> position;
  std::optional<double> cost;
  double weight = 1, capacity = 0;
  std::vector<std::string> personas;
  std::optional<net::ProbeSettings::Kind> probe;
  std::uint16_t probe_port = 0;
  std::string path = "/", host;
  std::chrono::milliseconds every{250};
};

struct PoolRow {
  std::string name;
  std::vector<std::string> endpoints, clusters;
  steer::Backup backup = steer::Backup::all;
};

struct FilterRow {
  std::string pool;
  steer::Filter::Kind kind{};
  std::vector<double> numbers;
};

struct ApplicationRow {
  std::string name, pool, name_template;
  double data_ratio = 0;
  ByteSize size;
};

struct TypeRow {
  std::string application, type, pool;
  std::optional<double> data_ratio;
  ByteSize size;
};

/// Errors name the endpoint and what would be right.
Result<steer::Endpoint> endpoint_of(const EndpointRow& row);
/// Nothing for an endpoint that is not looked at.
Result<std::optional<net::ProbeSettings>> probe_of(const EndpointRow& row);
/// A pool with its filters, of all lines. Errors: a filter with too many or too few numbers.
Result<steer::PoolSettings> pool_of(const PoolRow& row, const std::vector<FilterRow>& filters);

}  // namespace harbinger::cdn_select
