#include "server/replay/persona_adviser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace harbinger::replay {

namespace {

template <std::size_t N>
using Point = std::array<float, N>;

// k-means that takes one point after the other: the nearest centre moves towards it, in ever smaller steps down to a least one. A first point far
// from all centres becomes one, as long as there is room.
template <std::size_t N>
class OnlineMeans {
 public:
  OnlineMeans(std::size_t most, float far) : most_(std::min<std::size_t>(most, 255)), far_(far) {}

  // The centre that takes the point, counted from 1. The one of before keeps it unless another is clearly nearer.
  PersonaId take(const Point<N>& point, PersonaId before) {
    constexpr float kLoyalty = 0.8F, kLeastStep = 0.002F;
    auto nearest = nearest_to(point);
    if (centres_.empty() || (distance(point, nearest) > far_ && centres_.size() < most_)) {
      centres_.push_back({point, 1});
      return static_cast<PersonaId>(centres_.size());
    }
    if (before != 0 && distance(point, before - 1U) * kLoyalty <= distance(point, nearest)) nearest = before - 1U;
    auto& [centre, taken] = centres_[nearest];
    const float step = std::max(kLeastStep, 1 / ++taken);
    for (std::size_t i = 0; i < N; ++i) centre[i] += step * (point[i] - centre[i]);
    return static_cast<PersonaId>(nearest + 1);
  }

 private:
  struct Centre {
    Point<N> at;
    float taken = 0;
  };

  float distance(const Point<N>& point, std::size_t centre) const {
    float sum = 0;
    for (std::size_t i = 0; i < N; ++i) {
      const float apart = point[i] - centres_[centre].at[i];
      sum += apart * apart;
    }
    return sum;
  }
  std::size_t nearest_to(const Point<N>& point) const {
    std::size_t nearest = 0;
    for (std::size_t i = 1; i < centres_.size(); ++i)
      if (distance(point, i) < distance(point, nearest)) nearest = i;
    return nearest;
  }

  std::size_t most_;
  float far_;
  std::vector<Centre> centres_;
};

// Words of a name, each a place in the sketch with a sign: parts between dots, slashes and the like, without pure numbers.
class TopicAdviser final : public PersonaAdviser {
 public:
  TopicAdviser(const Trace& trace, std::size_t personas)
      : trace_(trace), clients_(trace.clients.size()), means_(personas, kFar) {}

  PersonaId persona_of(const Visit& visit) override { return clients_[visit.client].persona; }
  void saw(const Visit& visit) override {
    auto& client = clients_[visit.client];
    for (auto& each : client.sketch) each *= kFading;
    add_words(trace_.resources.text(visit.resource), client.sketch);
    float length = 0;
    for (const auto each : client.sketch) length += each * each;
    if (++client.visits < kFewest || length <= 0) return;
    auto point = client.sketch;
    for (auto& each : point) each /= std::sqrt(length);
    client.persona = means_.take(point, client.persona);
  }

 private:
  static constexpr std::size_t kPlaces = 128;
  static constexpr float kFading = 0.9F, kFar = 0.7F;
  static constexpr int kFewest = 2;

  struct Client {
    Point<kPlaces> sketch{};
    int visits = 0;
    PersonaId persona = 0;
  };

  static void add_words(std::string_view text, Point<kPlaces>& sketch) {
    constexpr std::string_view kBetween = "./?=&:_-";
    float weight = 1;
    while (!text.empty()) {
      const auto end = std::min(text.find_first_of(kBetween), text.size());
      const auto word = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (word.size() < 2 || word.find_first_not_of("0123456789") == word.npos) continue;
      const auto hash = resource_hash(word);
      sketch[hash % kPlaces] += (hash >> 32 & 1) != 0 ? weight : -weight;
      weight *= 0.9F;
    }
  }

  const Trace& trace_;
  std::vector<Client> clients_;
  OnlineMeans<kPlaces> means_;
};

class MannerAdviser final : public PersonaAdviser {
 public:
  MannerAdviser(const Trace& trace, std::size_t personas) : clients_(trace.clients.size()), means_(personas, kFar) {}

  PersonaId persona_of(const Visit& visit) override { return clients_[visit.client].persona; }
  void saw(const Visit& visit) override {
    auto& client = clients_[visit.client];
    const auto gap =
        std::log(static_cast<float>(std::clamp<UnixMillis>(visit.at - client.at, 100, 3'600'000)) / 1000) / 4;
    const bool repeated = std::ranges::find(client.recent, visit.resource) != client.recent.end();
    if (client.visits++ > 0) {
      follow(client.manner[0], gap);
      follow(client.manner[1], std::abs(gap - client.manner[0]) * 2);
      follow(client.manner[2], repeated ? 1.0F : 0.0F);
    }
    client.manner[3] = std::log1p(static_cast<float>(client.visits)) / 6;
    client.recent[static_cast<std::size_t>(client.visits) % client.recent.size()] = visit.resource;
    client.at = visit.at;
    if (client.visits >= kFewest) client.persona = means_.take(client.manner, client.persona);
  }

 private:
  static constexpr float kFar = 0.3F;
  static constexpr int kFewest = 4;
  struct Client {
    Point<4> manner{};
    std::array<std::uint32_t, 8> recent{};
    UnixMillis at = 0;
    int visits = 0;
    PersonaId persona = 0;
  };
  static void follow(float& mean, float value) { mean += 0.1F * (value - mean); }

  std::vector<Client> clients_;
  OnlineMeans<4> means_;
};

class DeviceAdviser final : public PersonaAdviser {
 public:
  PersonaId persona_of(const Visit& visit) override { return static_cast<PersonaId>(visit.device); }
  void saw(const Visit&) override {}
};

}  // namespace

std::unique_ptr<PersonaAdviser> make_topic_adviser(const Trace& trace, std::size_t personas) {
  return std::make_unique<TopicAdviser>(trace, personas);
}

std::unique_ptr<PersonaAdviser> make_manner_adviser(const Trace& trace, std::size_t personas) {
  return std::make_unique<MannerAdviser>(trace, personas);
}

std::unique_ptr<PersonaAdviser> make_device_adviser() { return std::make_unique<DeviceAdviser>(); }

}  // namespace harbinger::replay
