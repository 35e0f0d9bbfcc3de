#include "orchestrate/need_forecast.h"

#include <algorithm>
#include <functional>

#include "learn/record_octets.h"

namespace harbinger::orchestrate {
namespace {

constexpr float kLeastBranch = 0.004F;  // what is less likely is not followed
constexpr std::uint64_t kForm = 0x4E46'01;

ContextMixer::Settings mixer_settings() {
  ContextMixer::Settings settings;
  settings.inputs = kNeedInputs;
  settings.chain = kNeedChain;
  settings.contexts = 32'768;
  settings.symbols = NeedForecast::kMostWords + 1;
  settings.candidates = 64;
  settings.sets = {kKnownLevels, kRunLevels};
  settings.calibrated = true;
  return settings;
}

}  // namespace

NeedForecast::NeedForecast() {
  for (std::size_t i = 0; i < kNeedFields; ++i)
    fields_.push_back({WordNumbers(kMostWords), ContextMixer(mixer_settings())});
}

const ContextMixer::Forecast& NeedForecast::predict(const NeedSituation& situation, std::size_t field,
                                                    std::uint64_t before) {
  const auto contexts = need_contexts(situation, static_cast<NeedField>(field), before);
  const auto selectors = need_selectors(*situation.user);
  fields_[field].mixer.predict(contexts, selectors, forecast_);
  return forecast_;
}

void NeedForecast::grow(const NeedSituation& situation, std::size_t field, const Branch& branch,
                        std::vector<Branch>& to) {
  auto& own = fields_[field];
  const auto add = [&](std::string_view word, float probability) {
    to.push_back({branch.need, branch.probability * probability, context_of(branch.before, hash_of(word))});
    set_word(to.back().need, static_cast<NeedField>(field), word);
  };
  if (own.decided()) return add(own.words.entries().front().text, 1);
  for (const auto& guess : predict(situation, field, branch.before).guesses) {
    if (branch.probability * guess.probability < kLeastBranch) break;
    if (guess.symbol != kOtherSymbol) add(own.words.word(guess.symbol), guess.probability);
  }
}

std::vector<NeedForecast::Candidate> NeedForecast::candidates(const NeedSituation& situation, std::size_t most) {
  std::vector<Branch> branches, next;
  if (fields_[0].mixer.learnt() != 0) branches.emplace_back();
  for (std::size_t field = 0; field < kNeedFields; ++field) {
    next.clear();
    for (const auto& branch : branches) grow(situation, field, branch, next);
    std::ranges::stable_sort(next, std::greater{}, &Branch::probability);
    if (next.size() > most) next.resize(most);
    branches.swap(next);
  }
  std::vector<Candidate> candidates;
  for (auto& branch : branches) candidates.push_back({std::move(branch.need), branch.probability});
  return candidates;
}

std::vector<LikelyWord> NeedForecast::words(std::span<const Candidate> candidates) const {
  std::vector<LikelyWord> words;
  for (std::size_t i = 1; i < kNeedFields; ++i) {  // the kind is told with each need
    const auto first = static_cast<std::ptrdiff_t>(words.size());
    const auto field = static_cast<NeedField>(i);
    for (const auto& candidate : candidates) {
      const auto word = word_of(candidate.need, field);
      const auto known =
          std::find_if(words.begin() + first, words.end(), [&](const auto& each) { return each.word == word; });
      if (known != words.end())
        known->probability += candidate.probability;
      else
        words.push_back({std::string(to_string(field)), word, candidate.probability});
    }
    std::stable_sort(words.begin() + first, words.end(),
                     [](const auto& one, const auto& other) { return one.probability > other.probability; });
  }
  return words;
}

float NeedForecast::of(const NeedSituation& situation, const Need& need) {
  float probability = 1;
  std::uint64_t before = 1;
  for (std::size_t field = 0; field < kNeedFields; ++field) {
    const auto word = word_of(need, static_cast<NeedField>(field));
    const auto symbol = fields_[field].words.find(word);
    if (symbol == kOtherSymbol || !fields_[field].decided())
      probability *= predict(situation, field, before).of(symbol);
    before = context_of(before, hash_of(word));
  }
  return probability;
}

std::vector<float> NeedForecast::speaks(const NeedSituation& situation, const Need& need) {
  std::vector<float> said(kNeedInputs + 1);
  std::uint64_t before = 1;
  for (std::size_t field = 0; field < kNeedFields; ++field) {
    const auto word = word_of(need, static_cast<NeedField>(field));
    if (!fields_[field].decided()) {
      predict(situation, field, before);
      const auto of_field = fields_[field].mixer.speaks(forecast_, fields_[field].words.find(word));
      for (std::size_t i = 0; i < said.size(); ++i) said[i] += of_field[i];
    }
    before = context_of(before, hash_of(word));
  }
  return said;
}

void NeedForecast::learn(const NeedSituation& situation, const Need& need) {
  std::uint64_t before = 1;
  std::vector<Symbol> gone;
  for (std::size_t field = 0; field < kNeedFields; ++field) {
    const auto word = word_of(need, static_cast<NeedField>(field));
    gone.clear();
    const auto symbol = fields_[field].words.use(word, gone);
    if (!gone.empty()) fields_[field].mixer.drop(gone);
    predict(situation, field, before);
    fields_[field].mixer.learn(forecast_, symbol);
    before = context_of(before, hash_of(word));
  }
}

std::vector<std::uint8_t> NeedForecast::save() const {
  learn::RecordWriter writer;
  writer.number(kForm);
  for (const auto& field : fields_) {
    const auto entries = field.words.entries();
    writer.number(entries.size());
    for (const auto& entry : entries) {
      writer.number(entry.number), writer.number(static_cast<std::uint64_t>(entry.uses * 16));
      writer.text(entry.text);
    }
    writer.text(field.mixer.save());
  }
  return std::move(writer.octets);
}

Result<void> NeedForecast::load(std::span<const std::uint8_t> octets) {
  learn::RecordReader reader{octets};
  const auto wrong = [](std::string_view what) {
    return fail(ErrorCode::malformed, "what was learnt of needs: " + std::string(what));
  };
  if (reader.number() != kForm) return wrong("octets of something else, or of another version");
  NeedForecast read;
  for (auto& field : read.fields_) {
    std::vector<WordNumbers::Entry> entries(reader.number(kMostWords));
    for (auto& entry : entries) {
      entry.number = static_cast<Symbol>(reader.number(kMostWords));
      entry.uses = static_cast<float>(reader.number(UINT32_MAX)) / 16;
      entry.text = reader.text();
    }
    if (!reader.good || !field.words.restore(entries)) return wrong("words that cannot be");
    const auto mixer = reader.octets();
    if (!reader.good) return wrong("octets are missing");
    if (auto loaded = field.mixer.load(mixer); !loaded) return loaded;
  }
  if (!reader.whole()) return wrong("too many octets");
  *this = std::move(read);
  return {};
}

}  // namespace harbinger::orchestrate
