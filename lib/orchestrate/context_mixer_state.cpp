// A mixer as octets, what its inputs say, and symbols that are none any more.
#include <algorithm>
#include <cmath>

#include "orchestrate/context_mixer.h"
#include "provision/state_octets.h"

namespace harbinger::orchestrate {
namespace {

constexpr std::uint32_t kForm = 0x4D58'0001;  // of what `save` gives

}  // namespace

void ContextMixer::drop(std::span<const Symbol> gone) {
  std::vector<bool> none(popular_.size());
  for (const auto symbol : gone) {
    if (symbol == kOtherSymbol || symbol >= popular_.size()) continue;
    none[symbol] = true;
    popular_total_ = std::max(popular_total_ - popular_[symbol], 0.0F);
    popular_[symbol] = 0;
    rank_of_[symbol] = UINT32_MAX;
  }
  table_.drop(none);
  std::erase_if(ranks_, [&](Symbol symbol) { return rank_of_[symbol] == UINT32_MAX; });
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) rank_of_[ranks_[rank]] = rank;
}

std::vector<float> ContextMixer::speaks(const Forecast& forecast, Symbol symbol) const {
  const auto many = forecast.symbols.size();
  std::vector<float> told(rows());
  const auto at = static_cast<std::size_t>(std::ranges::find(forecast.symbols, symbol) - forecast.symbols.begin());
  if (at == many) return told;
  for (std::size_t row = 0; row < rows(); ++row) {
    if (forecast.grades[row] == kSilent) continue;
    const float* said = &forecast.said[row * many];
    float others = 0, all = 0;
    for (std::size_t i = 0; i < many; ++i)
      if (i != at) others += forecast.stated[i] * said[i], all += forecast.stated[i];
    told[row] = weight(forecast, row) * (said[at] - others / std::max(all, 1e-20F));
  }
  std::rotate(told.begin(), told.begin() + 1, told.end());
  return told;
}

template <class Archive>
void ContextMixer::state(Archive& archive) {
  archive(popular_), archive(popular_total_), archive(weights_), archive(odds_), archive(shared_);
  archive(usual_pull_), archive(learnt_);
  calibration_.state(archive);
}

// What must be alike on both sides for numbers to mean the same.
std::uint64_t ContextMixer::shape() const {
  auto shape = context_of(settings_.inputs, settings_.chain, table_.octets(), popular_.size(), kStates, kGrades);
  for (const auto set : settings_.sets) shape = context_of(shape, set);
  return shape;
}

std::vector<std::uint8_t> ContextMixer::save() const {
  provision::StateWriter writer;
  writer(kForm), writer(shape()), writer(static_cast<std::uint64_t>(ranks_.size())), writer(ranks_);
  const_cast<ContextMixer*>(this)->state(writer);  // it only reads
  table_.save(writer);
  return std::move(writer.octets());
}

Result<void> ContextMixer::load(std::span<const std::uint8_t> octets) {
  const auto wrong = [](const char* what) {
    return fail(ErrorCode::malformed, std::string("what a mixer of contexts learnt: ") + what);
  };
  ContextMixer read(settings_);
  provision::StateReader reader(octets);
  std::uint32_t form = 0;
  std::uint64_t made_as = 0, ranks = 0;
  reader(form), reader(made_as), reader(ranks);
  if (!reader.fine() || form != kForm) return wrong("octets of something else, or of another version");
  if (made_as != shape()) return wrong("it was saved with other settings");
  if (ranks >= popular_.size()) return wrong("more symbols than there can be");
  read.ranks_.resize(ranks);
  reader(read.ranks_);
  read.state(reader);
  if (!reader.fine() || !read.table_.load(reader, static_cast<Symbol>(popular_.size())) || reader.left() != 0)
    return wrong("octets are missing, or too many");
  if (!read.settle()) return wrong("numbers that cannot be");
  *this = std::move(read);
  return {};
}

// Completes what was read; false where it cannot have been written by `save`.
bool ContextMixer::settle() {
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    const auto symbol = ranks_[rank];
    if (symbol == kOtherSymbol || symbol >= popular_.size() || rank_of_[symbol] != UINT32_MAX) return false;
    rank_of_[symbol] = rank;
  }
  const auto within = [](float least, float most) {
    return [=](float value) { return value >= least && value <= most; };
  };
  return calibration_.sane() && within(0, 1e7F)(popular_total_) && std::ranges::all_of(popular_, within(0, 1e7F)) &&
         std::ranges::all_of(weights_, within(-8, 8)) && std::ranges::all_of(shared_, within(-8, 8)) &&
         std::ranges::all_of(usual_pull_, within(0, 1e9F)) && std::ranges::all_of(odds_, [&](const auto& odds) {
           return within(0, 1e7F)(odds[0]) && within(0, odds[0])(odds[1]);
         });
}

}  // namespace harbinger::orchestrate
