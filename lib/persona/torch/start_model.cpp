#include "persona/start_model.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "persona/network.h"
#include "persona/start_trace.h"
#include "persona/torch/algebra.h"
#include "persona/torch/training.h"
#include "persona/torch/weights.h"

namespace harbinger::persona {

namespace {

constexpr std::size_t kClients = 32, kActs = 64;

std::vector<std::vector<EventCode>> some_clients(StartTrace& trace) {
  std::vector<std::vector<EventCode>> clients(kClients);
  for (auto& client : clients) client = trace.client(kActs);
  return clients;
}

double step(nn::Weights& weights, nn::Momentum& momentum, const nn::TrainingSettings& settings, StartTrace& trace) {
  const auto clients = some_clients(trace);
  const std::vector<Network::Sequence> batch(clients.begin(), clients.end());
  nn::Weights gradient;
  const double loss = nn::loss_and_gradient(weights, batch, settings.longest, gradient);
  nn::adam(weights, gradient, momentum, settings);
  return loss;
}

// Beside and over it, so that nobody ever reads half a model.
Result<void> write_file(const std::filesystem::path& path, const std::vector<std::uint8_t>& octets) {
  auto beside = path;
  beside += ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  file.close();
  std::error_code trouble;
  if (file) std::filesystem::rename(beside, path, trouble);
  if (file && !trouble) return {};
  return fail(ErrorCode::denied, "the start model cannot be written here", {.file = path.string()});
}

}  // namespace

Result<void> make_start_model(const std::filesystem::path& path, std::uint64_t seed, std::size_t steps,
                              const Logger& log) {
  nn::use_threads(1);
  StartTrace trace(seed);
  nn::Weights weights = nn::random_weights(seed);
  nn::Momentum momentum;
  nn::TrainingSettings settings;
  const float rate = settings.rate;
  const std::size_t tenth = std::max<std::size_t>(1, steps / 10);
  double sum = 0;
  for (std::size_t at = 0; at < steps; ++at) {
    settings.rate = rate * static_cast<float>(
                               0.5 + 0.5 * std::cos(3.14159265 * static_cast<double>(at) / static_cast<double>(steps)));
    sum += step(weights, momentum, settings, trace);
    if ((at + 1) % tenth != 0) continue;
    log.info("start model", std::to_string(at + 1) + " of " + std::to_string(steps) + " steps, " +
                                std::to_string(sum / static_cast<double>(tenth)) + " nats per act");
    sum = 0;
  }
  if (!weights.finite()) return fail(ErrorCode::internal, "the start model did not converge");
  return write_file(path, nn::pack(weights));
}

}  // namespace harbinger::persona
