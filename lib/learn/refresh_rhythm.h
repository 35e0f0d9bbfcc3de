// How long clients leave between two questions for a record, and from it the chance that the next one falls into a window.
#pragma once

#include <array>
#include <cstdint>

#include "learn/refresh_record.h"

namespace harbinger {

/// Bucket of a gap: half octaves from a quarter of a second.
std::size_t gap_bucket(double gap_s);
/// Where bucket `bucket` begins, in seconds; that of kGapBuckets is where the last one ends.
double gap_edge(std::size_t bucket);

/// Life tables: for each bucket, of the gaps that came that far, how many ended in it. Each record has its own, too small to be trusted
/// alone, and is drawn towards the table of its class (how often asked, by how many clients, which type), that towards the table of all.
/// Gaps that never end are counted as they pass, so that names asked for once teach what they should.
class Rhythm {
 public:
  Rhythm();

  /// The present gap of `record` has lasted `age_s`: counts the buckets that passed without a question.
  void pass(RefreshRecord& record, double age_s);
  /// A question ended the gap; starts the next one.
  void end(RefreshRecord& record, double gap_s);

  /// The chances of a record whose present gap has lasted some time.
  struct Outlook {
    double within = 0;              ///< that the next question comes within the window if the window starts now
    double best_s = 0;              ///< how long to wait for the window that is worth most; 0: now
    bool worth_it = false;          ///< whether that one is worth its price
    std::array<double, 8> alive{};  ///< that no question has come yet, in the middle of each eighth of the window
  };
  /// For a window of `window_s`, where an upstream query for nothing costs `price` times what a miss removed is worth.
  Outlook look(const RefreshRecord& record, double age_s, double window_s, double price) const;

  /// Only the chance that the next question comes within `window_s` from now.
  double within(const RefreshRecord& record, double age_s, double window_s) const;

  /// Which part of the window is expected to pass before the first question, if that comes within it with probability `p`. That part is
  /// lost, because the answer of a client's own query would have lived on from the question; so it is what a resolution ahead costs, in
  /// upstream queries.
  static double lost(const Outlook& outlook, double p);

 private:
  struct Life {
    std::array<float, kGapBuckets> came{}, ended{};
  };
  static constexpr std::size_t kClasses = 6 * 4 * 2;

  static std::size_t class_of(const RefreshRecord& record);
  static void age(Life& life);
  double hazard(const RefreshRecord& record, const Life& own_class, std::size_t bucket, double came) const;
  // Of the buckets from `first` to `last`.
  void hazards(const RefreshRecord& record, std::size_t first, std::size_t last,
               std::array<double, kGapBuckets>& out) const;

  Life all_;
  std::array<Life, kClasses> classes_;
};

}  // namespace harbinger
